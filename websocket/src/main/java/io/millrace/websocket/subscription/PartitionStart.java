package io.millrace.websocket.subscription;

import io.millrace.cluster.partition.PartitionOffsets;
import io.millrace.storage.TopicPartition;
import io.millrace.websocket.protocol.Gap;

/**
 * Where one partition of a subscription begins.
 *
 * @param partition the partition
 * @param position offset of the first record to send
 * @param gap what was lost between the asked position and this one, or null when this is the asked one
 * @param end the high watermark at that moment
 * @param leaderEpoch in which the position is known to be one of this log
 * @param snapshot whether it begins with the newest record of each key, rather than with every record
 */
public record PartitionStart(
        TopicPartition partition, long position, Gap gap, long end, int leaderEpoch, boolean snapshot) {

    /** A start with every record, in the log as it is at a moment. */
    PartitionStart(TopicPartition partition, long position, Gap gap, PartitionOffsets now) {
        this(partition, position, gap, now.highWatermark(), now.leaderEpoch(), false);
    }

    /** The start of who has seen records that its leader does not have any more, and goes on where those begin that it has instead. */
    public static PartitionStart truncated(
            TopicPartition partition, long asked, long end, int leaderEpoch, PartitionOffsets now) {
        Gap gap = new Gap(asked, end, Gap.Reason.TRUNCATED);
        return new PartitionStart(partition, end, gap, now.highWatermark(), leaderEpoch, false);
    }
}
