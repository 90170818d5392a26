package io.millrace.server.kafka.handler;

import io.millrace.cluster.group.GroupCoordinator;
import io.millrace.cluster.metadata.InternalTopics;
import io.millrace.cluster.transaction.ProducerIdentity;
import io.millrace.cluster.transaction.TransactionCoordinator;
import io.millrace.cluster.transaction.TransactionPartition;
import io.vertx.core.Future;
import java.util.Set;
import org.apache.kafka.common.message.AddOffsetsToTxnRequestData;
import org.apache.kafka.common.message.AddOffsetsToTxnResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.AddOffsetsToTxnRequest;

/** Notes that a transaction is about to commit offsets of a consumer group: adds the partition that keeps them to it. */
final class AddOffsetsToTxnHandler implements ApiHandler<AddOffsetsToTxnRequest> {

    /** From this version on clients know PRODUCER_FENCED. */
    private static final short FENCED_VERSION = 2;

    /** From this version on a producer that uses it has an epoch for each transaction (KIP-890). */
    private static final int VERSION_OF_ITS_PRODUCER = 1;

    private final GroupCoordinator groups;
    private final TransactionCoordinator coordinator;

    AddOffsetsToTxnHandler(GroupCoordinator groups, TransactionCoordinator coordinator) {
        this.groups = groups;
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
        // Has the topic made, when no group was used so far.
        return groups.partitionOf(data.groupId())
                .compose(partition -> coordinator.addPartitions(
                        data.transactionalId(),
                        new ProducerIdentity(data.producerId(), data.producerEpoch()),
                        Set.of(new TransactionPartition(InternalTopics.CONSUMER_OFFSETS, partition)),
                        VERSION_OF_ITS_PRODUCER))
                .<ApiResponse>map(added -> ApiResponse.of(new AddOffsetsToTxnResponseData()))
                .recover(failure -> TransactionErrors.failed(failure, request.version() >= FENCED_VERSION));
    }
}
