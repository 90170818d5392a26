package io.millrace.cluster.replication;

import io.millrace.storage.ReadResult;
import io.vertx.core.Future;

/**
 * Answers followers on the node that leads.
 *
 * <p>Thread-safe, never blocks.
 */
@FunctionalInterface
public interface ReplicaFetchService {

    /**
     * Answers a request, after waiting for records as it asks. Completes on the caller's Vert.x context when there is one, and never fails
     * as a whole. The receiver closes the records of each partition.
     */
    Future<ReplicaFetchResponse<ReadResult>> fetch(ReplicaFetchRequest request);
}
