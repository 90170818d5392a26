package io.millrace.cluster.partition;

/**
 * The offset below which consumers may read, and those who wait for it to move: readers, and appends that are to be acknowledged when
 * all in-sync replicas have them.
 *
 * <p>It outlives the roles of its partition. So an append that a former leader had written learns what became of it: acknowledged when
 * the high watermark that the next leader tells passes it, refused when the log is cut below it. Moved under the partition's lock; read and watched from any thread.
 */
final class HighWatermark {

    private final OffsetWatchers watchers = new OffsetWatchers();
    private final DelayedProduce appends = new DelayedProduce();
    private final Object lock;
    private volatile long value;

    /** @param lock of the partition */
    HighWatermark(long initial, Object lock) {
        this.lock = lock;
        this.value = initial;
    }

    long value() {
        return value;
    }

    /** Moves up to an offset; returns whether it moved: then {@link #tell} is to be called when the lock is not held any more. */
    boolean raise(long offset) {
        requireLock();
        if (offset <= value) {
            return false;
        }
        value = offset;
        return true;
    }

    /** The log was cut to this end. It lies above all that was acknowledged, but for unclean elections. */
    void lower(long end) {
        requireLock();
        value = Math.min(value, end);
    }

    /** Two that move it at once could bring an old value back. */
    private void requireLock() {
        if (!Thread.holdsLock(lock)) {
            throw new IllegalStateException("the high watermark is moved without the lock of its partition");
        }
    }

    /** Appends that wait for it to pass them. */
    DelayedProduce appends() {
        return appends;
    }

    /** Tells those who wait that it moved. */
    void tell() {
        watchers.tell(value);
        appends.release(value);
    }

    /** Tells everyone: the partition is gone, or led elsewhere. */
    void tellAll() {
        watchers.tellAll();
    }

    /** Whether somebody here wants to know when it moves. */
    boolean isWatched() {
        return !watchers.isEmpty() || !appends.isEmpty();
    }

    /** See {@link PartitionService#watch}. */
    Watch watch(long position, Runnable listener) {
        return watchers.watch(position, listener, this::value);
    }

    /** As {@link #watch}, and forgets the listener when it calls it. */
    Watch watchOnce(long position, Runnable listener) {
        return watchers.watchOnce(position, listener, this::value);
    }
}
