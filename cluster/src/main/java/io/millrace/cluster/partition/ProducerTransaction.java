package io.millrace.cluster.partition;

/**
 * The transaction that a batch says it belongs to.
 *
 * @param transactionalId of its producer
 * @param addsPartitions whether its producer relies on the leader to add the partition, and gets a new epoch with each transaction
 *     (KIP-890, {@code transaction.version} 2)
 */
public record ProducerTransaction(String transactionalId, boolean addsPartitions) {}
