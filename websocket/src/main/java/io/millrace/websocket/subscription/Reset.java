package io.millrace.websocket.subscription;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.partition.PartitionOffsets;
import io.millrace.storage.TopicPartition;
import io.millrace.websocket.protocol.Gap;

/** What to do when a position is not in the log (any more): the {@code reset} parameter. */
public enum Reset {
    EARLIEST,
    LATEST,
    ERROR;

    /** Reads the text of {@code reset}. */
    public static Reset parse(String text) {
        return switch (text) {
            case "earliest" -> EARLIEST;
            case "latest" -> LATEST;
            case "error" -> ERROR;
            default ->
                throw new MillraceException(
                        ErrorCode.INVALID_REQUEST,
                        "reset: '" + text + "' is not known; write earliest, latest or error");
        };
    }

    /**
     * A position that can be read: the asked one when it lies in the log, else the one that this policy chooses, with the gap
     * that the client has to be told of.
     *
     * @throws MillraceException OFFSET_OUT_OF_RANGE under {@link #ERROR}
     */
    public PartitionStart apply(TopicPartition partition, long position, PartitionOffsets offsets) {
        boolean below = position < offsets.logStartOffset();
        if (!below && position <= offsets.logEndOffset()) {
            return new PartitionStart(partition, position, null, offsets);
        }
        long moved = switch (this) {
            case EARLIEST -> offsets.logStartOffset();
            case LATEST -> offsets.highWatermark();
            case ERROR ->
                throw new MillraceException(
                        ErrorCode.OFFSET_OUT_OF_RANGE,
                        "offset " + position + " of " + partition + " is not in the log, which now has "
                                + offsets.logStartOffset() + " up to " + offsets.highWatermark()
                                + "; start at an offset in that range, or let reset=earliest or reset=latest choose");
        };
        Gap gap = new Gap(position, moved, below ? Gap.Reason.RETENTION : Gap.Reason.OUT_OF_RANGE);
        return new PartitionStart(partition, moved, gap, offsets);
    }
}
