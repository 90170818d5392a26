package io.millrace.cluster.partition;

import io.millrace.storage.TopicPartition;
import io.vertx.core.Future;

/** Asks the transaction coordinator on behalf of a leader that is to store the first batch of a transaction (KIP-890). */
@FunctionalInterface
public interface TransactionVerifier {

    /**
     * Completes when the partition is part of the producer's open transaction; where the producer does not add partitions itself, it is
     * added. Fails with the MillraceException that the producer is to be answered with. Never blocks; completes on any thread.
     */
    Future<Void> verify(
            TopicPartition partition, ProducerTransaction transaction, long producerId, short producerEpoch);
}
