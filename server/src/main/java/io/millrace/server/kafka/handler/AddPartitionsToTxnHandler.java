package io.millrace.server.kafka.handler;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.metadata.ClusterImage;
import io.millrace.cluster.metadata.Controller;
import io.millrace.cluster.transaction.ProducerIdentity;
import io.millrace.cluster.transaction.TransactionCoordinator;
import io.millrace.cluster.transaction.TransactionMessages;
import io.millrace.cluster.transaction.TransactionPartition;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AddPartitionsToTxnRequest;

/**
 * Notes which partitions a producer is about to write to in its transaction (KIP-98): all of them or none. Later versions are for nodes
 * among themselves and not served here.
 */
final class AddPartitionsToTxnHandler implements ApiHandler<AddPartitionsToTxnRequest> {

    /** From this version on clients know PRODUCER_FENCED. */
    private static final short FENCED_VERSION = 2;

    private static final int VERSION_OF_ITS_PRODUCER = 1;

    private final Controller controller;
    private final TransactionCoordinator coordinator;

    AddPartitionsToTxnHandler(Controller controller, TransactionCoordinator coordinator) {
        this.controller = controller;
        this.coordinator = coordinator;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.ADD_PARTITIONS_TO_TXN;
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
    public Future<ApiResponse> handle(ApiRequest<AddPartitionsToTxnRequest> request) {
        AddPartitionsToTxnRequestData data = request.body().data();
        Set<TransactionPartition> partitions = TransactionMessages.partitions(data.v3AndBelowTopics());
        Set<TransactionPartition> unknown = unknown(controller.image(), partitions);
        if (!unknown.isEmpty()) {
            Map<TransactionPartition, Short> codes = new HashMap<>();
            partitions.forEach(each -> codes.put(
                    each,
                    (unknown.contains(each) ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION : ErrorCode.OPERATION_NOT_ATTEMPTED)
                            .kafkaCode()));
            return Future.succeededFuture(answer(codes));
        }
        return coordinator
                .addPartitions(
                        data.v3AndBelowTransactionalId(),
                        new ProducerIdentity(data.v3AndBelowProducerId(), data.v3AndBelowProducerEpoch()),
                        partitions,
                        VERSION_OF_ITS_PRODUCER)
                .transform(done -> {
                    Errors error = done.succeeded()
                            ? Errors.NONE
                            : TransactionErrors.of(done.cause(), request.version() >= FENCED_VERSION);
                    Map<TransactionPartition, Short> codes = new HashMap<>();
                    partitions.forEach(each -> codes.put(each, error.code()));
                    return Future.succeededFuture(answer(codes));
                });
    }

    private static Set<TransactionPartition> unknown(ClusterImage image, Set<TransactionPartition> partitions) {
        Set<TransactionPartition> unknown = new HashSet<>();
        for (TransactionPartition each : partitions) {
            boolean there = image.topic(each.topic())
                    .filter(topic -> each.partition() >= 0
                            && each.partition() < topic.partitions().size())
                    .isPresent();
            if (!there) {
                unknown.add(each);
            }
        }
        return unknown;
    }

    private static ApiResponse answer(Map<TransactionPartition, Short> codes) {
        return ApiResponse.of(
                new AddPartitionsToTxnResponseData().setResultsByTopicV3AndBelow(TransactionMessages.rows(codes)));
    }
}
