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
 */
public record PartitionStart(TopicPartition partition, long position, Gap gap, long end) {}
