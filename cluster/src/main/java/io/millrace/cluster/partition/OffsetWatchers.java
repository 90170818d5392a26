package io.millrace.cluster.partition;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/** Those who wait for an offset to move. Thread-safe; listeners run without a lock. */
public final class OffsetWatchers {

    private record Watcher(long position, boolean once, Runnable listener) {}

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
            for (Iterator<Watcher> each = watchers.values().iterator(); each.hasNext(); ) {
                Watcher watcher = each.next();
                if (watcher.position() < offset) {
                    result.add(watcher.listener());
                    if (watcher.once()) {
                        each.remove();
                    }
                }
            }
            empty = watchers.isEmpty();
        }
        return result;
    }

    /** Calls the listener whenever the offset is above a position; at once if it is already. */
    public Watch watch(long position, Runnable listener, LongSupplier offset) {
        Watch watch = add(new Watcher(position, false, listener));
        if (offset.getAsLong() > position) {
            listener.run();
        }
        return watch;
    }

    /** As {@link #watch}, and forgets the listener when it calls it. */
    public Watch watchOnce(long position, Runnable listener, LongSupplier offset) {
        Watch watch = add(new Watcher(position, true, listener));
        if (offset.getAsLong() > position && remove(watch)) {
            listener.run();
        }
        return watch;
    }

    private Watch add(Watcher watcher) {
        Watch watch = new Watch() {
            @Override
            public void cancel() {
                remove(this);
            }
        };
        synchronized (watchers) {
            watchers.put(watch, watcher);
            empty = false;
        }
        return watch;
    }

    private boolean remove(Watch watch) {
        synchronized (watchers) {
            boolean was = watchers.remove(watch) != null;
            empty = watchers.isEmpty();
            return was;
        }
    }
}
