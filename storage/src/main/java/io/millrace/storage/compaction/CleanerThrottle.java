package io.millrace.storage.compaction;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Keeps the cleaner from taking the disk away from others: lets so many bytes a second pass. Cleaner thread. */
public final class CleanerThrottle {

    /** How far it may run ahead before it pauses; a pause has this length. */
    private static final long AHEAD_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(100);

    private final long bytesPerSecond;
    private long freeAtNanos;
    private volatile boolean stopped;

    /** @param bytesPerSecond 0 for no limit */
    public CleanerThrottle(long bytesPerSecond) {
        this.bytesPerSecond = bytesPerSecond;
        this.freeAtNanos = System.nanoTime();
    }

    /** Takes the time that so many bytes need, if those before have not been paid for. */
    void passed(int bytes) {
        if (bytesPerSecond == 0) {
            return;
        }
        long now = System.nanoTime();
        freeAtNanos = Math.max(freeAtNanos, now) + (long) (bytes * 1e9 / bytesPerSecond);
        while (!stopped && freeAtNanos - System.nanoTime() > AHEAD_NANOS_MAX) {
            LockSupport.parkNanos(this, AHEAD_NANOS_MAX);
        }
    }

    /** No more pauses: the cleaner is about to stop. Any thread. */
    public void stop() {
        stopped = true;
    }
}
