package io.millrace.server.kafka.handler;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableReplicaAssignment;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;

/** The brokers that a client names for each partition of a new topic. Whether there are such brokers the controller checks. */
final class ReplicaAssignment {

    private ReplicaAssignment() {}

    /** Node ids for each partition in its order; empty when the client leaves it to the cluster. */
    static List<List<Integer>> of(CreatableTopic topic) {
        if (topic.assignments().isEmpty()) {
            return List.of();
        }
        if (topic.numPartitions() != -1 || topic.replicationFactor() != -1) {
            throw new MillraceException(
                    ErrorCode.INVALID_REQUEST,
                    "Give either the number of partitions and replicas or an assignment, not both.");
        }
        int partitions = topic.assignments().size();
        List<List<Integer>> assignment = new ArrayList<>(partitions);
        for (int partition = 0; partition < partitions; partition++) {
            CreatableReplicaAssignment row = topic.assignments().find(partition);
            if (row == null || row.brokerIds().isEmpty()) {
                throw new MillraceException(
                        ErrorCode.INVALID_REPLICA_ASSIGNMENT,
                        "Partitions must be numbered from 0 to " + (partitions - 1) + " and each needs a broker; "
                                + partition + " is missing.");
            }
            assignment.add(row.brokerIds());
        }
        return assignment;
    }
}
