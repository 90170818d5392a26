package io.millrace.cluster.transaction;

import io.vertx.core.Future;

/** Ends transactions in partitions of {@code __consumer_offsets}, in place of an append of the marker to the log. */
@FunctionalInterface
public interface TransactionalOffsets {

    /**
     * Writes the marker to a partition of that topic which this node leads, and makes the offsets count or forgets them. Completes when all
     * in-sync replicas have the marker; until then the transaction counts as not completed there, and when it fails the marker is sent
     * again.
     */
    Future<Void> end(int partition, EndMarker marker);
}
