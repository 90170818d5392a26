package io.millrace.server.kafka.handler;

import io.millrace.cluster.metadata.Controller;
import io.millrace.cluster.metadata.TopicMetadata;
import io.millrace.cluster.peer.KafkaIds;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.DeleteTopicsRequestData.DeleteTopicState;
import org.apache.kafka.common.message.DeleteTopicsResponseData;
import org.apache.kafka.common.message.DeleteTopicsResponseData.DeletableTopicResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DeleteTopicsRequest;

/** Deletes topics by name or, from version 6 on, by id; one row per topic. */
final class DeleteTopicsHandler implements ApiHandler<DeleteTopicsRequest> {

    private final Controller controller;

    DeleteTopicsHandler(Controller controller) {
        this.controller = controller;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.DELETE_TOPICS;
    }

    @Override
    public short minVersion() {
        return 1;
    }

    @Override
    public short maxVersion() {
        return 6;
    }

    @Override
    public Future<ApiResponse> handle(ApiRequest<DeleteTopicsRequest> request) {
        TopicLookup lookup = new TopicLookup(controller.image());
        Set<UUID> seen = new HashSet<>();
        List<Future<DeletableTopicResult>> results = new ArrayList<>();
        for (DeleteTopicState asked : request.body().topics()) {
            results.add(delete(lookup, asked, seen).otherwise(failure -> refused(asked, failure)));
        }
        return Future.join(results).map(all -> {
            DeleteTopicsResponseData response = new DeleteTopicsResponseData();
            all.<DeletableTopicResult>list().forEach(response.responses()::add);
            return ApiResponse.of(response);
        });
    }

    private Future<DeletableTopicResult> delete(TopicLookup lookup, DeleteTopicState asked, Set<UUID> seen) {
        try {
            TopicMetadata topic = find(lookup, asked);
            if (!seen.add(topic.id())) {
                throw Errors.INVALID_REQUEST.exception("The topic is named twice in this request.");
            }
            return controller
                    .deleteTopic(topic.id())
                    .map(deleted ->
                            new DeletableTopicResult().setName(topic.name()).setTopicId(KafkaIds.toKafka(topic.id())));
        } catch (RuntimeException failure) {
            return Future.failedFuture(failure);
        }
    }

    private static TopicMetadata find(TopicLookup lookup, DeleteTopicState asked) {
        boolean hasId = !asked.topicId().equals(Uuid.ZERO_UUID);
        if (hasId == (asked.name() != null)) {
            throw Errors.INVALID_REQUEST.exception("Give either the name or the id of a topic.");
        }
        return lookup.find(hasId, asked.topicId(), asked.name());
    }

    private static DeletableTopicResult refused(DeleteTopicState asked, Throwable failure) {
        return new DeletableTopicResult()
                .setName(asked.name())
                .setTopicId(asked.topicId())
                .setErrorCode(KafkaErrors.of(failure).code())
                .setErrorMessage(KafkaErrors.message(failure));
    }
}
