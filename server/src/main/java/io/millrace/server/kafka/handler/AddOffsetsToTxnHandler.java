package io.millrace.server.kafka.handler;

import io.millrace.cluster.metadata.Controller;
import io.millrace.cluster.metadata.TopicMetadata;
import io.millrace.cluster.transaction.ProducerIdentity;
import io.millrace.cluster.transaction.TransactionCoordinator;
import io.millrace.cluster.transaction.TransactionPartition;
import io.vertx.core.Future;
import java.util.Set;
import org.apache.kafka.common.message.AddOffsetsToTxnRequestData;
import org.apache.kafka.common.message.AddOffsetsToTxnResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AddOffsetsToTxnRequest;

/** Notes that a transaction is about to commit offsets of a consumer group: adds the partition that keeps them to it. */
final class AddOffsetsToTxnHandler implements ApiHandler<AddOffsetsToTxnRequest> {

    private static final String OFFSETS_TOPIC = "__consumer_offsets";

    /** From this version on clients know PRODUCER_FENCED. */
    private static final short FENCED_VERSION = 2;

    /** From this version on a producer that uses it has an epoch for each transaction (KIP-890). */
    private static final int VERSION_OF_ITS_PRODUCER = 1;

    private final Controller controller;
    private final TransactionCoordinator coordinator;

    AddOffsetsToTxnHandler(Controller controller, TransactionCoordinator coordinator) {
        this.controller = controller;
        this.coordinator = coordinator;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.ADD_OFFSETS_TO_TXN;
    }

    @Override
    public short minVersion() {
        return 0;
    }

    @Override
    public short maxVersion() {
        return 4;
    }

    @Override
    public Future<ApiResponse> handle(ApiRequest<AddOffsetsToTxnRequest> request) {
        AddOffsetsToTxnRequestData data = request.body().data();
        TopicMetadata offsets = controller.image().topic(OFFSETS_TOPIC).orElse(null);
        if (offsets == null) {
            return Future.failedFuture(Errors.COORDINATOR_NOT_AVAILABLE.exception(
                    "There is no topic " + OFFSETS_TOPIC + " yet: no consumer group was used so far."));
        }
        int hash = data.groupId().hashCode();
        int number = (hash == Integer.MIN_VALUE ? 0 : Math.abs(hash))
                % offsets.partitions().size();
        return coordinator
                .addPartitions(
                        data.transactionalId(),
                        new ProducerIdentity(data.producerId(), data.producerEpoch()),
                        Set.of(new TransactionPartition(OFFSETS_TOPIC, number)),
                        VERSION_OF_ITS_PRODUCER)
                .<ApiResponse>map(added -> ApiResponse.of(new AddOffsetsToTxnResponseData()))
                .recover(failure -> TransactionErrors.failed(failure, request.version() >= FENCED_VERSION));
    }
}
