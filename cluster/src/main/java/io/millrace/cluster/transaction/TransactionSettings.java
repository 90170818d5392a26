package io.millrace.cluster.transaction;

/**
 * How a node coordinates transactions.
 *
 * @param statePartitions partitions of the topic that holds their state, when this node is the one that creates it
 * @param maxTimeoutMs the longest time that a producer may ask for a transaction
 * @param idExpirationMs how long a transactional id without a transaction is remembered
 */
public record TransactionSettings(int statePartitions, int maxTimeoutMs, long idExpirationMs) {

    private static final long DAY_MS = 86_400_000;

    public TransactionSettings {
        if (statePartitions < 1 || maxTimeoutMs < 1 || idExpirationMs < 1) {
            throw new IllegalArgumentException("statePartitions, maxTimeoutMs and idExpirationMs must be at least 1: "
                    + statePartitions + ", " + maxTimeoutMs + ", " + idExpirationMs);
        }
    }

    /** Kafka's: 50 partitions, 15 minutes, 7 days. */
    public static TransactionSettings defaults() {
        return new TransactionSettings(50, 900_000, 7 * DAY_MS);
    }
}
