package io.millrace.websocket.subscription;

import io.millrace.storage.TopicPartition;
import io.millrace.websocket.protocol.Gap;

/**
 * Where one partition of a stream begins.
 *
 * @param partition the partition
 * @param position offset of the first record to send
 * @param snapshot whether it begins with the newest record of each key, rather than with every record
 * @param gap what was lost between the asked position and this one, or null when this is the asked one
 */
public record ResolvedStart(TopicPartition partition, long position, Gap gap, boolean snapshot) {

    /** A start with every record. */
    public ResolvedStart(TopicPartition partition, long position, Gap gap) {
        this(partition, position, gap, false);
    }
}
