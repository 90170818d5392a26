package io.millrace.server.config;

import io.millrace.cluster.transaction.TransactionSettings;

/**
 * Transactions of Kafka producers.
 *
 * @param statePartitions partitions of the topic that holds their state, when it is created
 * @param maxTimeoutMs the longest time that a producer may ask for
 * @param idExpirationMs how long a transactional id that is not used is remembered
 */
public record TransactionsSettings(int statePartitions, int maxTimeoutMs, long idExpirationMs) {

    public TransactionsSettings {
        new Checks("transactions")
                .range("statePartitions", statePartitions, 1, 10_000)
                .range("maxTimeoutMs", maxTimeoutMs, 1, Integer.MAX_VALUE)
                .atLeast("idExpirationMs", idExpirationMs, 1)
                .done();
    }

    static TransactionsSettings standard() {
        TransactionSettings standard = TransactionSettings.defaults();
        return new TransactionsSettings(standard.statePartitions(), standard.maxTimeoutMs(), standard.idExpirationMs());
    }
}
