package io.millrace.server.kafka.handler;

import io.millrace.cluster.metadata.ClusterAdmin;
import io.millrace.cluster.metadata.PartitionMetadata;
import io.millrace.storage.TopicPartition;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.message.ListPartitionReassignmentsRequestData.ListPartitionReassignmentsTopics;
import org.apache.kafka.common.message.ListPartitionReassignmentsResponseData;
import org.apache.kafka.common.message.ListPartitionReassignmentsResponseData.OngoingPartitionReassignment;
import org.apache.kafka.common.message.ListPartitionReassignmentsResponseData.OngoingTopicReassignment;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.ListPartitionReassignmentsRequest;

/** Lists the partitions that are being moved (KIP-455), as this node knows. */
final class ListPartitionReassignmentsHandler implements ApiHandler<ListPartitionReassignmentsRequest> {

    private final ClusterAdmin admin;

    ListPartitionReassignmentsHandler(ClusterAdmin admin) {
        this.admin = admin;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.LIST_PARTITION_REASSIGNMENTS;
    }

    @Override
    public short minVersion() {
        return 0;
    }

    @Override
    public short maxVersion() {
        return 0;
    }

    @Override
    public Future<ApiResponse> handle(ApiRequest<ListPartitionReassignmentsRequest> request) {
        List<ListPartitionReassignmentsTopics> asked = request.body().data().topics();
        Map<String, OngoingTopicReassignment> topics = new HashMap<>();
        admin.reassignments().forEach((key, partition) -> {
            if (isAsked(asked, key)) {
                topics.computeIfAbsent(key.topic(), name -> new OngoingTopicReassignment().setName(name))
                        .partitions()
                        .add(row(partition));
            }
        });
        return Future.succeededFuture(
                ApiResponse.of(new ListPartitionReassignmentsResponseData().setTopics(List.copyOf(topics.values()))));
    }

    /** Null asks for all. */
    private static boolean isAsked(List<ListPartitionReassignmentsTopics> asked, TopicPartition key) {
        return asked == null
                || asked.stream()
                        .anyMatch(topic -> topic.name().equals(key.topic())
                                && topic.partitionIndexes().contains(key.partition()));
    }

    private static OngoingPartitionReassignment row(PartitionMetadata partition) {
        return new OngoingPartitionReassignment()
                .setPartitionIndex(partition.partition())
                .setReplicas(partition.replicas())
                .setAddingReplicas(partition.adding())
                .setRemovingReplicas(partition.removing());
    }
}
