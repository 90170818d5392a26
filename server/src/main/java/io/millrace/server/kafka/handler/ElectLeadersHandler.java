package io.millrace.server.kafka.handler;

import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.metadata.ClusterAdmin;
import io.millrace.cluster.metadata.Controller;
import io.millrace.storage.TopicPartition;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.message.ElectLeadersRequestData;
import org.apache.kafka.common.message.ElectLeadersRequestData.TopicPartitions;
import org.apache.kafka.common.message.ElectLeadersResponseData;
import org.apache.kafka.common.message.ElectLeadersResponseData.PartitionResult;
import org.apache.kafka.common.message.ElectLeadersResponseData.ReplicaElectionResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.ElectLeadersRequest;

/** Gives partitions their preferred leader, or any at all (KIP-183, KIP-460). */
final class ElectLeadersHandler implements ApiHandler<ElectLeadersRequest> {

    private final Controller controller;
    private final ClusterAdmin admin;

    ElectLeadersHandler(Controller controller, ClusterAdmin admin) {
        this.controller = controller;
        this.admin = admin;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.ELECT_LEADERS;
    }

    @Override
    public short minVersion() {
        return 0;
    }

    @Override
    public short maxVersion() {
        return 2;
    }

    @Override
    public Future<ApiResponse> handle(ApiRequest<ElectLeadersRequest> request) {
        ElectLeadersRequestData body = request.body().data();
        Rows rows = new Rows();
        Optional<Set<TopicPartition>> partitions =
                body.topicPartitions() == null ? Optional.empty() : Optional.of(find(body, rows));
        if (partitions.isPresent() && partitions.get().isEmpty()) {
            return Future.succeededFuture(ApiResponse.of(rows.response()));
        }
        var elected = body.electionType() == ElectionType.UNCLEAN.value
                ? admin.electUncleanLeaders(partitions)
                : admin.electPreferredLeaders(partitions);
        return elected.map(outcomes -> {
            outcomes.forEach((key, failure) -> rows.add(key.topic(), key.partition(), failure.orElse(null)));
            return ApiResponse.of(rows.response());
        });
    }

    private Set<TopicPartition> find(ElectLeadersRequestData body, Rows rows) {
        TopicLookup lookup = new TopicLookup(controller.image());
        Set<TopicPartition> found = new HashSet<>();
        for (TopicPartitions topic : body.topicPartitions()) {
            for (int partition : topic.partitions()) {
                try {
                    found.add(TopicLookup.partition(lookup.byName(topic.topic()), partition));
                } catch (MillraceException unknown) {
                    rows.add(topic.topic(), partition, unknown);
                }
            }
        }
        return found;
    }

    private static final class Rows {

        private final Map<String, ReplicaElectionResult> topics = new HashMap<>();

        /** @param failure null when a leader was elected */
        void add(String topic, int partition, Throwable failure) {
            PartitionResult row =
                    new PartitionResult().setPartitionId(partition).setErrorMessage(null);
            if (failure != null) {
                row.setErrorCode(KafkaErrors.of(failure).code()).setErrorMessage(KafkaErrors.message(failure));
            }
            topics.computeIfAbsent(topic, name -> new ReplicaElectionResult().setTopic(name))
                    .partitionResult()
                    .add(row);
        }

        ElectLeadersResponseData response() {
            return new ElectLeadersResponseData().setReplicaElectionResults(List.copyOf(topics.values()));
        }
    }
}
