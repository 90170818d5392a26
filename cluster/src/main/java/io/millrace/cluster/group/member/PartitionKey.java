package io.millrace.cluster.group.member;

import io.millrace.storage.TopicPartition;
import java.util.UUID;

/** A partition as coordinators name it; its topic may be too new for this node to know its name. */
record PartitionKey(UUID topicId, int partition) {

    static PartitionKey of(TopicPartition partition) {
        return new PartitionKey(partition.topicId(), partition.partition());
    }
}
