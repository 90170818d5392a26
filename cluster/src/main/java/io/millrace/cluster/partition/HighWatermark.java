package io.millrace.cluster.partition;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The offset below which consumers may read, and those who wait for it to move.
 *
 * <p>With one replica it follows the durable offset of the log. It never goes down. Moved by one thread at a time; read and
 * watched from any thread.
 */
final class HighWatermark {

    private volatile long value;
    private final Map<Watch, Watcher> watchers = new LinkedHashMap<>();

    private record Watcher(long position, Runnable listener) {}

    HighWatermark(long initial) {
        this.value = initial;
    }

    long value() {
        return value;
    }

    /** Moves up to an offset and tells the watchers; does nothing when it is there already. */
    void advanceTo(long offset) {
        if (offset <= value) {
            return;
        }
        List<Runnable> toTell;
        synchronized (watchers) {
            value = offset;
            if (watchers.isEmpty()) {
                return;
            }
            toTell = new ArrayList<>(watchers.size());
            for (Watcher watcher : watchers.values()) {
                if (watcher.position() < offset) {
                    toTell.add(watcher.listener());
                }
            }
        }
        toTell.forEach(Runnable::run);
    }

    /** Tells everyone a last time: the partition is gone. */
    void tellAll() {
        List<Runnable> toTell = new ArrayList<>();
        synchronized (watchers) {
            watchers.values().forEach(watcher -> toTell.add(watcher.listener()));
        }
        toTell.forEach(Runnable::run);
    }

    /** See {@link PartitionService#watch}. */
    Watch watch(long position, Runnable listener) {
        Watch watch = new Watch() {
            @Override
            public void cancel() {
                synchronized (watchers) {
                    watchers.remove(this);
                }
            }
        };
        boolean passed;
        synchronized (watchers) {
            watchers.put(watch, new Watcher(position, listener));
            passed = value > position;
        }
        if (passed) {
            listener.run();
        }
        return watch;
    }
}
