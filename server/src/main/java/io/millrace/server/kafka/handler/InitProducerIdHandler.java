package io.millrace.server.kafka.handler;

import io.millrace.cluster.transaction.ProducerIdAllocator;
import io.millrace.cluster.transaction.ProducerIdentity;
import io.millrace.cluster.transaction.TransactionCoordinator;
import io.vertx.core.Future;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.InitProducerIdRequest;

/**
 * Gives a producer its id and epoch (KIP-98). Without a transactional id every request gets a new id, also one that names an old id and
 * epoch (KIP-360): nothing has to be fenced. With one, the coordinator fences whoever used it before. Sequences are checked by the
 * partition's log.
 */
final class InitProducerIdHandler implements ApiHandler<InitProducerIdRequest> {

    /** From this version on clients know PRODUCER_FENCED. */
    private static final short FENCED_VERSION = 4;

    private final ProducerIdAllocator producerIds;
    private final TransactionCoordinator coordinator;

    InitProducerIdHandler(ProducerIdAllocator producerIds, TransactionCoordinator coordinator) {
        this.producerIds = producerIds;
        this.coordinator = coordinator;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.INIT_PRODUCER_ID;
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
    public Future<ApiResponse> handle(ApiRequest<InitProducerIdRequest> request) {
        InitProducerIdRequestData data = request.body().data();
        if (data.transactionalId() == null) {
            return producerIds.next().map(id -> answer(new ProducerIdentity(id, (short) 0)));
        }
        return coordinator
                .initProducerId(
                        data.transactionalId(),
                        data.transactionTimeoutMs(),
                        new ProducerIdentity(data.producerId(), data.producerEpoch()))
                .map(InitProducerIdHandler::answer)
                .recover(failure -> TransactionErrors.failed(failure, request.version() >= FENCED_VERSION));
    }

    private static ApiResponse answer(ProducerIdentity producer) {
        return ApiResponse.of(new InitProducerIdResponseData()
                .setProducerId(producer.producerId())
                .setProducerEpoch(producer.epoch()));
    }
}
