package io.millrace.cluster.partition;

import io.millrace.storage.TopicPartition;

/**
 * What lies on this node's disk of one replica.
 *
 * @param sizeBytes of its segments
 * @param offsetLag how many records it lacks of those that are known to be acknowledged
 */
public record ReplicaFiles(TopicPartition partition, long sizeBytes, long offsetLag) {

    static ReplicaFiles of(Partition partition) {
        return new ReplicaFiles(
                partition.topicPartition(),
                partition.log().sizeBytes(),
                Math.max(
                        0, partition.highWatermark() - partition.log().offsets().logEndOffset()));
    }
}
