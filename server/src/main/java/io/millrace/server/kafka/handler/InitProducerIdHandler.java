package io.millrace.server.kafka.handler;

import io.millrace.cluster.transaction.ProducerIdAllocator;
import io.vertx.core.Future;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.InitProducerIdRequest;

/**
 * Gives an idempotent producer its id (KIP-98). Without a transactional id every request gets a new id, also one that names an
 * old id and epoch (KIP-360): nothing has to be fenced. Sequences are checked by the partition's log.
 */
final class InitProducerIdHandler implements ApiHandler<InitProducerIdRequest> {

    private final ProducerIdAllocator producerIds;

    InitProducerIdHandler(ProducerIdAllocator producerIds) {
        this.producerIds = producerIds;
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
        if (request.body().data().transactionalId() != null) {
            return Future.failedFuture(Errors.UNSUPPORTED_VERSION.exception(FindCoordinatorHandler.NO_TRANSACTIONS));
        }
        return producerIds
                .next()
                .map(id -> ApiResponse.of(
                        new InitProducerIdResponseData().setProducerId(id).setProducerEpoch((short) 0)));
    }
}
