package io.millrace.server.kafka.handler;

import io.millrace.cluster.ClusterConfig;
import io.millrace.cluster.metadata.Controller;
import io.millrace.cluster.metadata.NewTopic;
import io.millrace.cluster.metadata.TopicMetadata;
import io.millrace.cluster.peer.KafkaIds;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicConfig;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicConfigs;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.CreateTopicsRequest;

/** Creates topics: one row per topic, and those that are right are created whatever is wrong with the others. */
final class CreateTopicsHandler implements ApiHandler<CreateTopicsRequest> {

    private final Controller controller;
    private final TopicConfigEntries configs;

    CreateTopicsHandler(Controller controller, ClusterConfig config) {
        this.controller = controller;
        this.configs = new TopicConfigEntries(config.topicDefaults());
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.CREATE_TOPICS;
    }

    @Override
    public short minVersion() {
        return 2;
    }

    @Override
    public short maxVersion() {
        return 7;
    }

    @Override
    public Future<ApiResponse> handle(ApiRequest<CreateTopicsRequest> request) {
        boolean validateOnly = request.body().data().validateOnly();
        Map<String, List<CreatableTopic>> byName = new LinkedHashMap<>();
        for (CreatableTopic topic : request.body().data().topics()) {
            byName.computeIfAbsent(topic.name(), name -> new ArrayList<>()).add(topic);
        }
        List<Future<CreatableTopicResult>> results = new ArrayList<>(byName.size());
        byName.forEach((name, topics) -> results.add(
                create(topics, validateOnly).map(this::created).otherwise(failure -> refused(name, failure))));
        return Future.join(results).map(all -> {
            CreateTopicsResponseData response = new CreateTopicsResponseData();
            all.<CreatableTopicResult>list().forEach(response.topics()::add);
            return ApiResponse.of(response);
        });
    }

    private Future<TopicMetadata> create(List<CreatableTopic> sameName, boolean validateOnly) {
        if (sameName.size() > 1) {
            return Future.failedFuture(Errors.INVALID_REQUEST.exception("The topic is named twice in this request."));
        }
        try {
            CreatableTopic topic = sameName.get(0);
            NewTopic newTopic = new NewTopic(
                    topic.name(),
                    topic.numPartitions(),
                    topic.replicationFactor(),
                    config(topic),
                    ReplicaAssignment.of(topic));
            return controller.createTopic(newTopic, validateOnly);
        } catch (RuntimeException failure) {
            return Future.failedFuture(failure);
        }
    }

    private static Map<String, String> config(CreatableTopic topic) {
        Map<String, String> config = new HashMap<>();
        for (CreatableTopicConfig entry : topic.configs()) {
            if (entry.value() == null) {
                throw Errors.INVALID_CONFIG.exception(
                        "'" + entry.name() + "' has no value: leave it out to get the default.");
            }
            config.put(entry.name(), entry.value());
        }
        return config;
    }

    private CreatableTopicResult created(TopicMetadata topic) {
        CreatableTopicResult row = new CreatableTopicResult()
                .setName(topic.name())
                .setTopicId(KafkaIds.toKafka(topic.id()))
                .setNumPartitions(topic.partitions().size())
                .setReplicationFactor(
                        (short) topic.partitions().get(0).replicas().size());
        for (ConfigEntry entry : configs.of(topic)) {
            row.configs()
                    .add(new CreatableTopicConfigs()
                            .setName(entry.name())
                            .setValue(entry.value())
                            .setConfigSource(entry.source().id()));
        }
        return row;
    }

    private static CreatableTopicResult refused(String name, Throwable failure) {
        return new CreatableTopicResult()
                .setName(name)
                .setErrorCode(KafkaErrors.of(failure).code())
                .setErrorMessage(KafkaErrors.message(failure));
    }
}
