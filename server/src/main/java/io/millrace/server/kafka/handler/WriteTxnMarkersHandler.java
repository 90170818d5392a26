package io.millrace.server.kafka.handler;

import io.millrace.cluster.transaction.TransactionApis;
import io.vertx.core.Future;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.WriteTxnMarkersRequest;

/** Ends transactions in partitions that this node leads, for an administrator who found one that hangs ({@code Admin.abortTransaction}). */
final class WriteTxnMarkersHandler implements ApiHandler<WriteTxnMarkersRequest> {

    private final TransactionApis transactions;

    WriteTxnMarkersHandler(TransactionApis transactions) {
        this.transactions = transactions;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.WRITE_TXN_MARKERS;
    }

    @Override
    public short minVersion() {
        return 1;
    }

    @Override
    public short maxVersion() {
        return 2;
    }

    @Override
    public Future<ApiResponse> handle(ApiRequest<WriteTxnMarkersRequest> request) {
        return transactions.writeMarkers(request.body().data()).map(ApiResponse::of);
    }
}
