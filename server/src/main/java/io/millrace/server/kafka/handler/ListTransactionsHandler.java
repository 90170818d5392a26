package io.millrace.server.kafka.handler;

import io.millrace.cluster.pattern.ClientPattern;
import io.millrace.cluster.transaction.TransactionCoordinator;
import io.millrace.cluster.transaction.TransactionMetadata;
import io.millrace.cluster.transaction.TransactionState;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.concurrent.Callable;
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
        return 2;
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
        List<TransactionMetadata> wanted = coordinator.list().stream()
                .filter(each -> isWanted(each, filter, now))
                .toList();
        return matching(wanted, filter.transactionalIdPattern()).map(listed -> {
            listed.forEach(each -> response.transactionStates()
                    .add(new ListTransactionsResponseData.TransactionState()
                            .setTransactionalId(each.transactionalId())
                            .setProducerId(each.producerId())
                            .setTransactionState(each.state().kafkaName())));
            return ApiResponse.of(response);
        });
    }

    /** Matching very many ids takes a while: not on an event loop (KIP-1152). */
    private static Future<List<TransactionMetadata>> matching(List<TransactionMetadata> all, String pattern) {
        if (pattern == null || pattern.isEmpty()) {
            return Future.succeededFuture(all);
        }
        ClientPattern compiled = ClientPattern.of(pattern);
        Callable<List<TransactionMetadata>> match = () -> all.stream()
                .filter(each -> compiled.matches(each.transactionalId()))
                .toList();
        Context eventLoop = Vertx.currentContext();
        try {
            return eventLoop == null ? Future.succeededFuture(match.call()) : eventLoop.executeBlocking(match);
        } catch (Exception e) {
            return Future.failedFuture(e);
        }
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
