package io.millrace.cluster.transaction;

import java.util.Map;

/**
 * What this node coordinates of transactions.
 *
 * @param byState how many transactional ids are in each state; a state that none is in may be left out
 * @param partitionsLoading partitions of the state topic that this node leads and has not read to the end: their ids are not served yet
 * @param longestOngoingMs for how long the oldest open transaction has been open; 0 without one
 */
public record TransactionCounts(Map<TransactionState, Long> byState, int partitionsLoading, long longestOngoingMs) {

    public TransactionCounts {
        byState = Map.copyOf(byState);
    }
}
