package io.millrace.cluster.group.member;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** A member's thread whose clock the test moves. */
final class VirtualThread implements MemberThread {

    private record Task(long atMs, int number, Runnable action) {}

    private final ArrayDeque<Runnable> ready = new ArrayDeque<>();
    private final List<Task> later = new ArrayList<>();
    private long nowMs = 1_000_000;
    private int numbers;

    @Override
    public long nowMs() {
        return nowMs;
    }

    @Override
    public void run(Runnable task) {
        ready.add(task);
    }

    @Override
    public Timer after(long delayMs, Runnable action) {
        Task task = new Task(nowMs + delayMs, numbers++, action);
        later.add(task);
        return () -> later.remove(task);
    }

    /** Does what is to be done now. */
    void settle() {
        Runnable next;
        while ((next = ready.poll()) != null) {
            next.run();
        }
    }

    /** Lets time go by, with everything that is due in it. */
    void advance(long ms) {
        long endMs = nowMs + ms;
        settle();
        while (true) {
            Task next = later.stream()
                    .filter(each -> each.atMs <= endMs)
                    .min(Comparator.comparingLong(Task::atMs).thenComparingInt(Task::number))
                    .orElse(null);
            if (next == null) {
                break;
            }
            later.remove(next);
            nowMs = Math.max(nowMs, next.atMs);
            next.action.run();
            settle();
        }
        nowMs = endMs;
    }
}
