package io.millrace.server.kafka.handler;

import io.millrace.cluster.transaction.ProducerIdentity;
import io.millrace.cluster.transaction.TransactionCoordinator;
import io.millrace.cluster.transaction.TransactionMetadata;
import io.vertx.core.Future;
import org.apache.kafka.common.message.EndTxnRequestData;
import org.apache.kafka.common.message.EndTxnResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.EndTxnRequest;

/** Commits or aborts a transaction (KIP-98). From version 5 on the producer gets its epoch for the next one (KIP-890). */
final class EndTxnHandler implements ApiHandler<EndTxnRequest> {

    /** From this version on clients know PRODUCER_FENCED. */
    private static final short FENCED_VERSION = 2;

    private static final short NEW_EPOCH_VERSION = 5;

    private final TransactionCoordinator coordinator;

    EndTxnHandler(TransactionCoordinator coordinator) {
        this.coordinator = coordinator;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.END_TXN;
    }

    @Override
    public short minVersion() {
        return 0;
    }

    @Override
    public short maxVersion() {
        return 5;
    }

    @Override
    public Future<ApiResponse> handle(ApiRequest<EndTxnRequest> request) {
        EndTxnRequestData data = request.body().data();
        boolean newEpoch = request.version() >= NEW_EPOCH_VERSION;
        return coordinator
                .endTransaction(
                        data.transactionalId(),
                        new ProducerIdentity(data.producerId(), data.producerEpoch()),
                        data.committed(),
                        newEpoch ? TransactionMetadata.EPOCH_PER_TRANSACTION : 1)
                .<ApiResponse>map(next -> ApiResponse.of(answer(next, newEpoch)))
                .recover(failure -> TransactionErrors.failed(failure, request.version() >= FENCED_VERSION));
    }

    private static EndTxnResponseData answer(ProducerIdentity next, boolean newEpoch) {
        EndTxnResponseData answer = new EndTxnResponseData();
        return newEpoch ? answer.setProducerId(next.producerId()).setProducerEpoch(next.epoch()) : answer;
    }
}
