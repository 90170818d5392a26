package io.millrace.cluster.partition;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/** Those who wait for an offset to move. Thread-safe; listeners run without a lock. */
public final class OffsetWatchers {

    private record Watcher(long position, Runnable listener) {}

    private final Map<Watch, Watcher> watchers = new LinkedHashMap<>();

    /** So that nobody who moves the offset takes the lock for nothing. */
    private volatile boolean empty = true;

    /** Whether nobody waits. */
    public boolean isEmpty() {
        return empty;
    }

    /** The offset is now this one; called after it can be seen. */
    public void tell(long offset) {
        if (!empty) {
            listenersBelow(offset).forEach(Runnable::run);
        }
    }

    /** Tells everyone: what they wait for will not come here. */
    public void tellAll() {
        listenersBelow(Long.MAX_VALUE).forEach(Runnable::run);
    }

    private List<Runnable> listenersBelow(long offset) {
        List<Runnable> result = new ArrayList<>();
        synchronized (watchers) {
            for (Watcher watcher : watchers.values()) {
                if (watcher.position() < offset) {
                    result.add(watcher.listener());
                }
            }
        }
        return result;
    }

    /** Calls the listener whenever the offset is above a position; at once if it is already. */
    public Watch watch(long position, Runnable listener, LongSupplier offset) {
        Watch watch = new Watch() {
            @Override
            public void cancel() {
                synchronized (watchers) {
                    watchers.remove(this);
                    empty = watchers.isEmpty();
                }
            }
        };
        synchronized (watchers) {
            watchers.put(watch, new Watcher(position, listener));
            empty = false;
        }
        if (offset.getAsLong() > position) {
            listener.run();
        }
        return watch;
    }
}
