package io.millrace.server.http.topic;

import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.metadata.PartitionMetadata;
import io.millrace.cluster.metadata.TopicMetadata;
import io.millrace.cluster.partition.PartitionOffsets;
import io.millrace.cluster.partition.PartitionService;
import io.millrace.storage.TopicPartition;

/**
 * A topic's partitions, added up: those that this node has a replica of, and those that it has asked their leaders about.
 *
 * @param records offsets between log start and high watermark; more than there are records on compacted topics
 * @param endOffsetSum the high watermarks; only ever grows, so its difference over time is the rate of records
 * @param bytes bytes on the disk of this node
 */
public record TopicTotals(long records, long endOffsetSum, long bytes) {

    /** Adds up what this node knows now. */
    public static TopicTotals of(TopicMetadata topic, PartitionService partitions) {
        long records = 0;
        long endOffsetSum = 0;
        long bytes = 0;
        for (PartitionMetadata partition : topic.partitions()) {
            TopicPartition key = new TopicPartition(topic.id(), topic.name(), partition.partition());
            try {
                PartitionOffsets offsets = partitions.offsets(key);
                records += offsets.highWatermark() - offsets.logStartOffset();
                endOffsetSum += offsets.highWatermark();
                bytes += partitions.sizeBytes(key);
            } catch (MillraceException e) {
                // Just deleted, or only other nodes know: not this node's to count.
                continue;
            }
        }
        return new TopicTotals(records, endOffsetSum, bytes);
    }
}
