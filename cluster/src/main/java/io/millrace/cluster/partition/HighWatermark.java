package io.millrace.cluster.partition;

/**
 * The offset below which consumers may read, and those who wait for it to move.
 *
 * <p>It outlives the roles of its partition. Moved under the partition's lock; read and watched from any thread.
 */
final class HighWatermark {

    private final OffsetWatchers watchers = new OffsetWatchers();
    private volatile long value;

    HighWatermark(long initial) {
        this.value = initial;
    }

    long value() {
        return value;
    }

    /** Moves up to an offset; returns whether it moved: then {@link #tell} is to be called when the lock is not held any more. */
    boolean raise(long offset) {
        if (offset <= value) {
            return false;
        }
        value = offset;
        return true;
    }

    /** Follows a log that was cut below it, which only an unclean election allows. */
    void lower(long offset) {
        value = Math.min(value, offset);
    }

    /** Tells the watchers that it moved. */
    void tell() {
        watchers.tell(value);
    }

    /** Tells everyone: the partition is gone, or led elsewhere. */
    void tellAll() {
        watchers.tellAll();
    }

    /** Whether somebody here wants to know when it moves. */
    boolean isWatched() {
        return !watchers.isEmpty();
    }

    /** See {@link PartitionService#watch}. */
    Watch watch(long position, Runnable listener) {
        return watchers.watch(position, listener, this::value);
    }
}
