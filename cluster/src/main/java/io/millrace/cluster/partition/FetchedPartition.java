package io.millrace.cluster.partition;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.storage.ReadResult;

/**
 * The answer for one partition of a fetch. The receiver closes {@code records}.
 *
 * @param request what was asked
 * @param error NONE, or why there is nothing
 * @param offsets the offsets at the time of the read; null when the partition is not known
 * @param records never null, empty on error
 * @param preferredReplica node id of the follower to ask instead, {@link #NONE_PREFERRED} for none
 */
public record FetchedPartition(
        FetchCommand.FetchPartition request,
        ErrorCode error,
        PartitionOffsets offsets,
        ReadResult records,
        int preferredReplica) {

    public static final int NONE_PREFERRED = -1;

    /** Where no other replica is preferred. */
    public FetchedPartition(
            FetchCommand.FetchPartition request, ErrorCode error, PartitionOffsets offsets, ReadResult records) {
        this(request, error, offsets, records, NONE_PREFERRED);
    }
}
