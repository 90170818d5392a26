package io.millrace.cluster.partition;

import java.util.function.LongUnaryOperator;

/**
 * The offset below which consumers may read, and those who wait for it to move: readers, and appends that are to be acknowledged when
 * all in-sync replicas have them.
 *
 * <p>It outlives the roles of its partition. So an append that a former leader had written learns what became of it: acknowledged when
 * the high watermark that the next leader tells passes it, refused when the log is cut below it. Moved under the partition's lock; read and watched from any thread.
 */
final class HighWatermark {

    private final OffsetWatchers watchers = new OffsetWatchers();

    /** Of those who want to read what is decided only. */
    private final OffsetWatchers stableWatchers = new OffsetWatchers();

    private final LongUnaryOperator stableOf;
    private final DelayedProduce appends = new DelayedProduce();
    private final Object lock;
    private volatile long value;

    /** Guarded by the lock. */
    private boolean lossAccepted;

    /** Without transactions. */
    HighWatermark(long initial, Object lock) {
        this(initial, lock, high -> high);
    }

    /**
     * @param lock of the partition
     * @param stableOf the last stable offset for a high watermark
     */
    HighWatermark(long initial, Object lock, LongUnaryOperator stableOf) {
        this.stableOf = stableOf;
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

    /**
     * A leader was elected that may lack what is acknowledged here: this replica may be cut below its high watermark until it has found
     * its log to be a part of a leader's. That outlives the reign, and the moment at which the first other replica joins and the
     * leader counts as recovered: this one may not have been cut yet.
     */
    void acceptLoss() {
        requireLock();
        lossAccepted = true;
    }

    /** What is acknowledged here is so once more. */
    void acceptNoLoss() {
        requireLock();
        lossAccepted = false;
    }

    boolean isLossAccepted() {
        requireLock();
        return lossAccepted;
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
        // It moves only when the high watermark does: a transaction is decided when its marker is below that.
        stableWatchers.tell(lastStable());
        appends.release(value);
    }

    /** Tells everyone: the partition is gone, or led elsewhere. */
    void tellAll() {
        watchers.tellAll();
        stableWatchers.tellAll();
    }

    /** Whether somebody here wants to know when it moves. */
    boolean isWatched() {
        return !watchers.isEmpty() || !stableWatchers.isEmpty() || !appends.isEmpty();
    }

    /** The offset below which everything is decided and acknowledged. */
    long lastStable() {
        return stableOf.applyAsLong(value);
    }

    /** As {@link #watch}, of the last stable offset. */
    Watch watchStable(long position, Runnable listener) {
        return stableWatchers.watch(position, listener, this::lastStable);
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
