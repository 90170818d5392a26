package io.millrace.cluster.partition;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.storage.ReadResult;
import io.millrace.storage.producer.AbortedTransaction;
import java.util.List;

/**
 * The answer for one partition of a fetch. The receiver closes {@code records}.
 *
 * @param request what was asked
 * @param error NONE, or why there is nothing
 * @param offsets the offsets at the time of the read; null when the partition is not known
 * @param records never null, empty on error
 * @param aborted for READ_COMMITTED the aborted transactions that may have records among these; the receiver leaves them out
 * @param preferredReplica node id of the follower to ask instead, {@link #NONE_PREFERRED} for none
 */
public record FetchedPartition(
        FetchCommand.FetchPartition request,
        ErrorCode error,
        PartitionOffsets offsets,
        ReadResult records,
        int preferredReplica,
        List<AbortedTransaction> aborted) {

    public FetchedPartition {
        aborted = List.copyOf(aborted);
    }

    public static final int NONE_PREFERRED = -1;

    /** Where no other replica is preferred. */
    public FetchedPartition(
            FetchCommand.FetchPartition request, ErrorCode error, PartitionOffsets offsets, ReadResult records) {
        this(request, error, offsets, records, NONE_PREFERRED, List.of());
    }
}
