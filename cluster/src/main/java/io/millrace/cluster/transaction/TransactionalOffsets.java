package io.millrace.cluster.transaction;

import io.millrace.storage.TopicPartition;
import io.vertx.core.Future;

/** Is told what became of the offsets that transactions had committed for consumer groups. */
@FunctionalInterface
public interface TransactionalOffsets {

    /** Nobody keeps offsets here. */
    TransactionalOffsets NONE =
            (partition, producerId, producerEpoch, coordinatorEpoch, committed) -> Future.succeededFuture();

    /**
     * A marker of a producer was appended to a partition of {@code __consumer_offsets} that this node leads, and all in-sync replicas have
     * it. Until the future completes the transaction counts as not completed there; when it fails the marker is sent again.
     */
    Future<Void> completed(
            TopicPartition partition, long producerId, short producerEpoch, int coordinatorEpoch, boolean committed);
}
