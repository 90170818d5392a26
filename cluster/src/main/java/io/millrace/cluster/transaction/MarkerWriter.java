package io.millrace.cluster.transaction;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.metadata.InternalTopics;
import io.millrace.cluster.partition.LocalPartitionService;
import io.millrace.cluster.record.TransactionMarkers;
import io.millrace.storage.TopicPartition;
import io.vertx.core.Future;
import java.util.function.LongSupplier;

/** Writes markers to partitions that this node leads, for the coordinator wherever it is, and for administrators. */
public final class MarkerWriter {

    private static final int APPEND_TIMEOUT_MS = 10_000;

    private final LocalPartitionService partitions;
    private final LongSupplier clock;

    /** Null where nobody coordinates groups: then that topic is one like others. */
    private volatile TransactionalOffsets offsets;

    MarkerWriter(LocalPartitionService partitions, LongSupplier clock) {
        this.partitions = partitions;
        this.clock = clock;
    }

    /** Who writes markers to the topic of committed offsets. */
    public void transactionalOffsets(TransactionalOffsets listener) {
        offsets = listener;
    }

    /**
     * Ends a transaction in a partition. Completes when all in-sync replicas know, so that the coordinator may forget it.
     *
     * <p>Fails with MillraceException: UNKNOWN_TOPIC_OR_PARTITION, NOT_LEADER_OR_FOLLOWER, TRANSACTION_COORDINATOR_FENCED,
     * INVALID_PRODUCER_EPOCH, or why it could not be stored.
     */
    public Future<Void> write(TransactionPartition partition, EndMarker marker) {
        TopicPartition key =
                partitions.partition(partition.topic(), partition.partition()).orElse(null);
        if (key == null) {
            return Future.failedFuture(new MillraceException(
                    ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                    "There is no partition " + partition.partition() + " of topic '" + partition.topic() + "'"));
        }
        TransactionalOffsets groups = offsets;
        if (groups != null && partition.topic().equals(InternalTopics.CONSUMER_OFFSETS)) {
            return groups.end(partition.partition(), marker);
        }
        return partitions
                .appendMarker(
                        key,
                        TransactionMarkers.batch(
                                marker.producerId(),
                                marker.producerEpoch(),
                                marker.coordinatorEpoch(),
                                marker.committed(),
                                clock.getAsLong()),
                        marker.isStrict(),
                        APPEND_TIMEOUT_MS)
                .mapEmpty();
    }
}
