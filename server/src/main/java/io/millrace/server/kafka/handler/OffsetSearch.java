package io.millrace.server.kafka.handler;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.partition.Isolation;
import io.millrace.cluster.partition.PartitionOffsets;
import io.millrace.cluster.partition.PartitionService;
import io.millrace.storage.TimestampOffset;
import io.millrace.storage.TopicPartition;
import io.vertx.core.Future;
import java.util.Optional;
import org.apache.kafka.common.requests.ListOffsetsRequest;

/** Resolves the timestamps of a ListOffsets request for one partition. */
final class OffsetSearch {

    /**
     * An offset that was found; all -1 when there is none.
     *
     * @param timestampMs the timestamp of the record, -1 for the ends of the partition
     */
    record Found(long offset, long timestampMs, int leaderEpoch) {
        static final Found NOTHING = new Found(-1, -1, -1);

        static Found of(Optional<TimestampOffset> record) {
            return record.map(at -> new Found(at.offset(), at.timestampMs(), at.leaderEpoch()))
                    .orElse(NOTHING);
        }
    }

    private final PartitionService partitions;

    OffsetSearch(PartitionService partitions) {
        this.partitions = partitions;
    }

    /**
     * Finds an offset.
     *
     * @param timestamp milliseconds, or one of the special values of {@link ListOffsetsRequest}
     * @param currentLeaderEpoch what the client knows, -1 when it does not say
     * @param version of the request: older ones do not have all special values
     */
    Future<Found> find(
            TopicPartition partition, long timestamp, int currentLeaderEpoch, Isolation isolation, short version) {
        if (version < firstVersion(timestamp)) {
            throw new MillraceException(
                    ErrorCode.UNSUPPORTED_VERSION,
                    "ListOffsets version " + version + " has no timestamp " + timestamp + ".");
        }
        PartitionOffsets offsets = partitions.offsets(partition);
        checkEpoch(currentLeaderEpoch, offsets.leaderEpoch());
        if (timestamp == ListOffsetsRequest.LATEST_TIMESTAMP) {
            return end(partitions.latestOffset(partition, isolation), offsets);
        }
        if (timestamp == ListOffsetsRequest.EARLIEST_TIMESTAMP
                || timestamp == ListOffsetsRequest.EARLIEST_LOCAL_TIMESTAMP) {
            return end(offsets.logStartOffset(), offsets);
        }
        if (timestamp == ListOffsetsRequest.LATEST_TIERED_TIMESTAMP
                || timestamp == ListOffsetsRequest.EARLIEST_PENDING_UPLOAD_TIMESTAMP) {
            // There is no remote tier, so nothing lies there and nothing waits to go there.
            return Future.succeededFuture(Found.NOTHING);
        }
        if (timestamp == ListOffsetsRequest.MAX_TIMESTAMP) {
            return partitions.findMaxTimestamp(partition, isolation).map(Found::of);
        }
        return partitions.findByTimestamp(partition, timestamp, isolation).map(Found::of);
    }

    private static Future<Found> end(long offset, PartitionOffsets offsets) {
        return Future.succeededFuture(new Found(offset, -1, offsets.leaderEpoch()));
    }

    /** The first version that knows a timestamp; {@link Short#MAX_VALUE} for values that no version knows. */
    private static short firstVersion(long timestamp) {
        if (timestamp >= ListOffsetsRequest.EARLIEST_TIMESTAMP) {
            return 0;
        }
        if (timestamp == ListOffsetsRequest.MAX_TIMESTAMP) {
            return 7;
        }
        if (timestamp == ListOffsetsRequest.EARLIEST_LOCAL_TIMESTAMP) {
            return 8;
        }
        if (timestamp == ListOffsetsRequest.LATEST_TIERED_TIMESTAMP) {
            return 9;
        }
        return timestamp == ListOffsetsRequest.EARLIEST_PENDING_UPLOAD_TIMESTAMP ? 11 : Short.MAX_VALUE;
    }

    private static void checkEpoch(int known, int current) {
        if (known >= 0 && known < current) {
            throw new MillraceException(
                    ErrorCode.FENCED_LEADER_EPOCH,
                    "The leader epoch is " + current + ", the client knows " + known
                            + ": it must refresh its metadata.");
        }
        if (known > current) {
            throw new MillraceException(
                    ErrorCode.UNKNOWN_LEADER_EPOCH,
                    "The client knows leader epoch " + known + ", this node still has " + current + ": try again.");
        }
    }
}
