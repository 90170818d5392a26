package io.millrace.server.kafka.handler;

import io.millrace.cluster.transaction.TransactionCoordinator;
import io.millrace.cluster.transaction.TransactionMetadata;
import io.millrace.cluster.transaction.TransactionState;
import io.vertx.core.Future;
import org.apache.kafka.common.message.ListTransactionsRequestData;
import org.apache.kafka.common.message.ListTransactionsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.ListTransactionsRequest;

/** Lists the transactional ids that this node coordinates (KIP-664). */
final class ListTransactionsHandler implements ApiHandler<ListTransactionsRequest> {

    private final TransactionCoordinator coordinator;

    ListTransactionsHandler(TransactionCoordinator coordinator) {
        this.coordinator = coordinator;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.LIST_TRANSACTIONS;
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
    public Future<ApiResponse> handle(ApiRequest<ListTransactionsRequest> request) {
        ListTransactionsRequestData filter = request.body().data();
        ListTransactionsResponseData response = new ListTransactionsResponseData();
        for (String name : filter.stateFilters()) {
            if (TransactionState.ofKafkaName(name).isEmpty()) {
                response.unknownStateFilters().add(name);
            }
        }
        long now = System.currentTimeMillis();
        for (TransactionMetadata each : coordinator.list()) {
            if (isWanted(each, filter, now)) {
                response.transactionStates()
                        .add(new ListTransactionsResponseData.TransactionState()
                                .setTransactionalId(each.transactionalId())
                                .setProducerId(each.producerId())
                                .setTransactionState(each.state().kafkaName()));
            }
        }
        return Future.succeededFuture(ApiResponse.of(response));
    }

    private static boolean isWanted(TransactionMetadata each, ListTransactionsRequestData filter, long nowMs) {
        return (filter.producerIdFilters().isEmpty()
                        || filter.producerIdFilters().contains(each.producerId()))
                && (filter.stateFilters().isEmpty()
                        || filter.stateFilters().contains(each.state().kafkaName()))
                && (filter.durationFilter() < 0
                        || each.startMs() >= 0 && nowMs - each.startMs() > filter.durationFilter());
    }
}
