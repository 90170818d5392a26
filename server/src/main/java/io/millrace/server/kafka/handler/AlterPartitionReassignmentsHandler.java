package io.millrace.server.kafka.handler;

import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.metadata.ClusterAdmin;
import io.millrace.cluster.metadata.Controller;
import io.millrace.storage.TopicPartition;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignablePartition;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignableTopic;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData.ReassignablePartitionResponse;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData.ReassignableTopicResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.AlterPartitionReassignmentsRequest;

/** Begins to move partitions to other nodes, or takes that back (KIP-455); each partition succeeds or fails on its own. */
final class AlterPartitionReassignmentsHandler implements ApiHandler<AlterPartitionReassignmentsRequest> {

    private final Controller controller;
    private final ClusterAdmin admin;

    AlterPartitionReassignmentsHandler(Controller controller, ClusterAdmin admin) {
        this.controller = controller;
        this.admin = admin;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.ALTER_PARTITION_REASSIGNMENTS;
    }

    @Override
    public short minVersion() {
        return 0;
    }

    @Override
    public short maxVersion() {
        return 1;
    }

    @Override
    public Future<ApiResponse> handle(ApiRequest<AlterPartitionReassignmentsRequest> request) {
        AlterPartitionReassignmentsRequestData body = request.body().data();
        TopicLookup lookup = new TopicLookup(controller.image());
        Map<TopicPartition, Optional<List<Integer>>> targets = new HashMap<>();
        AlterPartitionReassignmentsResponseData response = new AlterPartitionReassignmentsResponseData()
                .setAllowReplicationFactorChange(body.allowReplicationFactorChange());
        Map<TopicPartition, ReassignablePartitionResponse> rows = new HashMap<>();
        for (ReassignableTopic topic : body.topics()) {
            ReassignableTopicResponse answers = new ReassignableTopicResponse().setName(topic.name());
            response.responses().add(answers);
            for (ReassignablePartition partition : topic.partitions()) {
                ReassignablePartitionResponse row =
                        new ReassignablePartitionResponse().setPartitionIndex(partition.partitionIndex());
                answers.partitions().add(row);
                try {
                    TopicPartition key = TopicLookup.partition(lookup.byName(topic.name()), partition.partitionIndex());
                    targets.put(key, Optional.ofNullable(partition.replicas()));
                    rows.put(key, row);
                } catch (MillraceException unknown) {
                    refuse(row, unknown);
                }
            }
        }
        return admin.reassign(targets, body.allowReplicationFactorChange()).map(outcomes -> {
            outcomes.forEach((key, failure) -> failure.ifPresent(cause -> refuse(rows.get(key), cause)));
            return ApiResponse.of(response);
        });
    }

    private static void refuse(ReassignablePartitionResponse row, Throwable cause) {
        row.setErrorCode(KafkaErrors.of(cause).code()).setErrorMessage(KafkaErrors.message(cause));
    }
}
