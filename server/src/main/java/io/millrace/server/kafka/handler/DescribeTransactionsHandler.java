package io.millrace.server.kafka.handler;

import io.millrace.cluster.transaction.TransactionCoordinator;
import io.millrace.cluster.transaction.TransactionMetadata;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.message.DescribeTransactionsResponseData;
import org.apache.kafka.common.message.DescribeTransactionsResponseData.TopicData;
import org.apache.kafka.common.message.DescribeTransactionsResponseData.TopicDataCollection;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.DescribeTransactionsRequest;

/** Says how transactional ids are (KIP-664). */
final class DescribeTransactionsHandler implements ApiHandler<DescribeTransactionsRequest> {

    private final TransactionCoordinator coordinator;

    DescribeTransactionsHandler(TransactionCoordinator coordinator) {
        this.coordinator = coordinator;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.DESCRIBE_TRANSACTIONS;
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
    public Future<ApiResponse> handle(ApiRequest<DescribeTransactionsRequest> request) {
        DescribeTransactionsResponseData response = new DescribeTransactionsResponseData();
        for (String id : request.body().data().transactionalIds()) {
            response.transactionStates().add(row(id));
        }
        return Future.succeededFuture(ApiResponse.of(response));
    }

    private DescribeTransactionsResponseData.TransactionState row(String id) {
        DescribeTransactionsResponseData.TransactionState row =
                new DescribeTransactionsResponseData.TransactionState().setTransactionalId(id);
        try {
            TransactionMetadata found = coordinator.describe(id);
            return row.setTransactionState(found.state().kafkaName())
                    .setTransactionTimeoutMs(found.timeoutMs())
                    .setTransactionStartTimeMs(found.startMs())
                    .setProducerId(found.producerId())
                    .setProducerEpoch(found.epoch())
                    .setTopics(topics(found));
        } catch (RuntimeException failure) {
            return row.setErrorCode(KafkaErrors.of(failure).code());
        }
    }

    private static TopicDataCollection topics(TransactionMetadata found) {
        Map<String, TopicData> byTopic = new TreeMap<>();
        found.partitions()
                .forEach(each -> byTopic.computeIfAbsent(
                                each.topic(),
                                name -> new TopicData().setTopic(name).setPartitions(new ArrayList<>()))
                        .partitions()
                        .add(each.partition()));
        return new TopicDataCollection(byTopic.values().iterator());
    }
}
