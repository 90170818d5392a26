package io.millrace.cluster.coordinator;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.peer.KafkaIds;
import io.millrace.cluster.share.DeliveryState;
import io.millrace.cluster.share.SavedState;
import io.millrace.cluster.share.ShareStateStore;
import io.millrace.cluster.share.StateBatch;
import io.millrace.cluster.share.StateUpdate;
import io.millrace.storage.TopicPartition;
import io.vertx.core.Future;
import java.util.List;
import org.apache.kafka.server.share.persister.PartitionFactory;
import org.apache.kafka.server.share.persister.PersisterStateBatch;

/** The states of share-partitions, wherever they are kept, for the leaders of the partitions. Thread-safe. */
public final class SavedShareStates implements ShareStateStore {

    private final ShareStateRows rows;

    public SavedShareStates(ShareSupport support) {
        this.rows = support.rows();
    }

    @Override
    public Future<SavedState> read(String groupId, TopicPartition partition, int leaderEpoch) {
        return rows.read(
                        groupId,
                        KafkaIds.toKafka(partition.topicId()),
                        PartitionFactory.newPartitionIdLeaderEpochData(partition.partition(), leaderEpoch))
                .map(row -> {
                    requireNone(row.errorCode(), row.errorMessage());
                    List<StateBatch> batches = row.stateBatches().stream()
                            .map(each -> new StateBatch(
                                    each.firstOffset(),
                                    each.lastOffset(),
                                    DeliveryState.ofId(each.deliveryState()),
                                    each.deliveryCount()))
                            .toList();
                    return new SavedState(row.stateEpoch(), row.startOffset(), batches);
                });
    }

    @Override
    public Future<Void> write(
            String groupId, TopicPartition partition, int leaderEpoch, int stateEpoch, StateUpdate update) {
        List<PersisterStateBatch> batches = update.batches().stream()
                .map(each -> new PersisterStateBatch(
                        each.firstOffset(), each.lastOffset(), each.state().id(), (short)
                                Math.min(Short.MAX_VALUE, each.deliveryCount())))
                .toList();
        return rows.write(
                        groupId,
                        KafkaIds.toKafka(partition.topicId()),
                        PartitionFactory.newPartitionStateBatchData(
                                partition.partition(),
                                stateEpoch,
                                update.startOffset(),
                                update.deliveryCompleteCount(),
                                leaderEpoch,
                                batches))
                .map(row -> {
                    requireNone(row.errorCode(), row.errorMessage());
                    return null;
                });
    }

    private static void requireNone(short code, String message) {
        if (code != ErrorCode.NONE.kafkaCode()) {
            throw new MillraceException(
                    ErrorCode.ofKafkaCode(code),
                    message != null ? message : "The state of a share group could not be kept: Kafka error " + code);
        }
    }
}
