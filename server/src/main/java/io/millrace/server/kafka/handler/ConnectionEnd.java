package io.millrace.server.kafka.handler;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What is to be done when a client's connection ends, for what must not outlive it. On the event loop of the connection. */
public final class ConnectionEnd {

    /** A client that has more to be done than that is refused what wants to add to it. */
    private static final int TASKS_MAX = 10_000;

    private final Map<Object, Runnable> tasks = new HashMap<>();
    private boolean reached;

    /** Adds a task, in the place of one with the same key; false when it cannot be added. Runs it at once when the end was reached. */
    public boolean add(Object key, Runnable task) {
        if (reached) {
            task.run();
            return true;
        }
        if (tasks.size() >= TASKS_MAX && !tasks.containsKey(key)) {
            return false;
        }
        tasks.put(key, task);
        return true;
    }

    /** Takes a task back. */
    public void remove(Object key) {
        tasks.remove(key);
    }

    /** The connection has ended. */
    public void reached() {
        reached = true;
        List<Runnable> all = List.copyOf(tasks.values());
        tasks.clear();
        all.forEach(Runnable::run);
    }
}
