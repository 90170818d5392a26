package io.millrace.server.kafka.handler;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.metadata.ClusterImage;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableReplicaAssignment;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;

/**
 * How many partitions and replicas a new topic is to have: as numbers, or by naming the brokers of each partition. On one node
 * there is one assignment, so naming it says no more than the numbers; any other is refused.
 *
 * @param partitions -1 for the default
 * @param replicationFactor -1 for the default
 */
record ReplicaAssignment(int partitions, int replicationFactor) {

    static ReplicaAssignment of(CreatableTopic topic, ClusterImage image) {
        if (topic.assignments().isEmpty()) {
            return new ReplicaAssignment(topic.numPartitions(), topic.replicationFactor());
        }
        if (topic.numPartitions() != -1 || topic.replicationFactor() != -1) {
            throw new MillraceException(
                    ErrorCode.INVALID_REQUEST,
                    "Give either the number of partitions and replicas or an assignment, not both.");
        }
        Set<Integer> brokers = image.brokers().keySet();
        int partitions = topic.assignments().size();
        for (int partition = 0; partition < partitions; partition++) {
            CreatableReplicaAssignment assignment = topic.assignments().find(partition);
            if (assignment == null) {
                throw invalid("Partitions must be numbered from 0 to " + (partitions - 1) + "; " + partition
                        + " is missing.");
            }
            if (brokers.size() != 1 || !assignment.brokerIds().equals(List.copyOf(brokers))) {
                throw invalid("Partition " + partition + " is assigned to brokers " + assignment.brokerIds()
                        + ", but only " + brokers + " can be chosen. Leave the assignment out.");
            }
        }
        return new ReplicaAssignment(partitions, 1);
    }

    private static MillraceException invalid(String message) {
        return new MillraceException(ErrorCode.INVALID_REPLICA_ASSIGNMENT, message);
    }
}
