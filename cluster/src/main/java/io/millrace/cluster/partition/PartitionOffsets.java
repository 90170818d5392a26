package io.millrace.cluster.partition;

/**
 * The offsets of a partition at one moment, as its leader knows them; an immutable snapshot.
 *
 * @param leaderEpoch the epoch of the leader
 * @param logStartOffset the first offset that can be read
 * @param lastStableOffset {@code READ_COMMITTED} consumers see what is below
 * @param highWatermark consumers see what is below
 * @param logEndOffset the offset that the next record gets
 */
public record PartitionOffsets(
        int leaderEpoch, long logStartOffset, long lastStableOffset, long highWatermark, long logEndOffset) {

    /** The same for those who see nothing but what is committed: there is no more for them than the last stable offset. */
    public PartitionOffsets committed() {
        return new PartitionOffsets(leaderEpoch, logStartOffset, lastStableOffset, lastStableOffset, logEndOffset);
    }

    /** The offset below which a consumer of this isolation may read. */
    public long readLimit(Isolation isolation) {
        return isolation == Isolation.READ_COMMITTED ? lastStableOffset : highWatermark;
    }
}
