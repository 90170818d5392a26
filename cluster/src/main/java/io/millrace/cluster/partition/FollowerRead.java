package io.millrace.cluster.partition;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.partition.FetchCommand.FetchPartition;
import io.millrace.storage.ReadResult;
import java.io.IOException;

/** What a consumer is answered by a follower (KIP-392): everything below the high watermark that is known here. */
final class FollowerRead {

    private FollowerRead() {}

    /**
     * Reads a partition that this node follows. An offset at or above the high watermark is not there yet; one that is not even in the log
     * here may be a good one at the leader, and only the leader can say (KAFKA-8443).
     *
     * @throws MillraceException why this replica does not answer; then the client asks the leader
     */
    static FetchedPartition of(
            Partition partition, FetchPartition request, int bytesLeft, boolean atLeastOneBatch, Isolation isolation)
            throws IOException {
        FollowerRole follower = partition.followingInSync();
        if (request.currentLeaderEpoch() >= 0) {
            LogErrors.requireEpoch(request.currentLeaderEpoch(), follower.leaderEpoch(), request.partition());
        }
        // The high watermark is read first: what it covers is in the log.
        PartitionOffsets offsets = partition.offsets();
        long limit = offsets.readLimit(isolation);
        if (request.offset() < offsets.logStartOffset()) {
            throw new MillraceException(
                    ErrorCode.OFFSET_OUT_OF_RANGE,
                    "Offset " + request.offset() + " of " + request.partition() + " is deleted: the log begins at "
                            + offsets.logStartOffset());
        }
        if (request.offset() > offsets.logEndOffset()) {
            throw new MillraceException(
                    ErrorCode.OFFSET_NOT_AVAILABLE,
                    "Offset " + request.offset() + " of " + request.partition()
                            + " is not at this replica yet: ask the leader");
        }
        int maxBytes = Math.min(request.maxBytes(), bytesLeft);
        boolean nothing = request.offset() >= limit || maxBytes <= 0 && !atLeastOneBatch;
        ReadResult records =
                nothing ? ReadResult.empty() : partition.log().read(request.offset(), limit, maxBytes, atLeastOneBatch);
        return new FetchedPartition(
                request,
                ErrorCode.NONE,
                offsets,
                records,
                FetchedPartition.NONE_PREFERRED,
                ConsumerFetch.aborted(partition.log(), request, offsets, records, isolation));
    }
}
