package io.millrace.server.kafka.handler;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.metadata.Controller;
import io.millrace.cluster.metadata.TopicMetadata;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.CreatePartitionsRequestData;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsAssignment;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsTopic;
import org.apache.kafka.common.message.CreatePartitionsResponseData;
import org.apache.kafka.common.message.CreatePartitionsResponseData.CreatePartitionsTopicResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.CreatePartitionsRequest;

/** Adds partitions to topics (KIP-195), one row per topic. */
final class CreatePartitionsHandler implements ApiHandler<CreatePartitionsRequest> {

    private final Controller controller;

    CreatePartitionsHandler(Controller controller) {
        this.controller = controller;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.CREATE_PARTITIONS;
    }

    @Override
    public short minVersion() {
        return 0;
    }

    @Override
    public short maxVersion() {
        return 3;
    }

    @Override
    public Future<ApiResponse> handle(ApiRequest<CreatePartitionsRequest> request) {
        CreatePartitionsRequestData body = request.body().data();
        List<Future<CreatePartitionsTopicResult>> results = new ArrayList<>();
        for (CreatePartitionsTopic topic : body.topics()) {
            results.add(create(topic, body.validateOnly())
                    .map(row(topic))
                    .otherwise(failure -> row(topic)
                            .setErrorCode(KafkaErrors.of(failure).code())
                            .setErrorMessage(KafkaErrors.message(failure))));
        }
        return Future.join(results)
                .map(all -> ApiResponse.of(new CreatePartitionsResponseData().setResults(all.list())));
    }

    private static CreatePartitionsTopicResult row(CreatePartitionsTopic topic) {
        return new CreatePartitionsTopicResult().setName(topic.name());
    }

    private Future<TopicMetadata> create(CreatePartitionsTopic topic, boolean validateOnly) {
        try {
            TopicMetadata present = new TopicLookup(controller.image()).byName(topic.name());
            List<List<Integer>> assignment = topic.assignments() == null
                    ? List.of()
                    : topic.assignments().stream()
                            .map(CreatePartitionsAssignment::brokerIds)
                            .toList();
            int added = topic.count() - present.partitions().size();
            if (topic.assignments() != null && added > 0 && assignment.size() != added) {
                throw new MillraceException(
                        ErrorCode.INVALID_REPLICA_ASSIGNMENT,
                        added + " partitions are to be added to topic '" + topic.name()
                                + "', but brokers are assigned to " + assignment.size());
            }
            return controller.createPartitions(topic.name(), topic.count(), assignment, validateOnly);
        } catch (RuntimeException failure) {
            return Future.failedFuture(failure);
        }
    }
}
