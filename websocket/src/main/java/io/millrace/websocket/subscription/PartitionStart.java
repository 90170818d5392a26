package io.millrace.websocket.subscription;

import io.millrace.storage.TopicPartition;
import io.millrace.websocket.protocol.Gap;

/**
 * Where one partition of a subscription begins.
 *
 * @param partition the partition
 * @param position offset of the first record to send
 * @param gap what was lost between the asked position and this one, or null when this is the asked one
 * @param end the high watermark at that moment
 * @param snapshot whether it begins with the newest record of each key, rather than with every record
 */
public record PartitionStart(TopicPartition partition, long position, Gap gap, long end, boolean snapshot) {

    /** A start with every record. */
    public PartitionStart(TopicPartition partition, long position, Gap gap, long end) {
        this(partition, position, gap, end, false);
    }
}
