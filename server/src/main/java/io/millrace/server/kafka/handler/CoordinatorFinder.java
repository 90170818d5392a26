package io.millrace.server.kafka.handler;

import io.millrace.cluster.metadata.BrokerMetadata;
import io.vertx.core.Future;

/** Finds the node that coordinates what a key names: a group, or a transactional id. */
@FunctionalInterface
interface CoordinatorFinder {

    /** Fails with the error of the row, and words that the client shows. */
    Future<BrokerMetadata> find(String key);
}
