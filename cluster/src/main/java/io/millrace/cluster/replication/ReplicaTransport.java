package io.millrace.cluster.replication;

import io.vertx.core.Future;
import java.nio.ByteBuffer;

/**
 * The way of a follower to its leaders.
 *
 * <p>Thread-safe, never blocks.
 */
@FunctionalInterface
public interface ReplicaTransport {

    /**
     * Sends a request to a node. Requests of one lane are answered in order, and a follower has one under way at a time in each; lanes
     * do not wait for each other.
     *
     * <p>The future completes on any thread. It fails when there is no answer: the node is unreachable or unknown, or did not answer
     * within the wait of the request and the transport's own time limit. The received buffers belong to the caller: they are writable,
     * are kept in memory for a while and must not be reused.
     *
     * @param lane from 0; the number of a connection
     */
    Future<ReplicaFetchResponse<ByteBuffer>> fetch(int leaderNodeId, int lane, ReplicaFetchRequest request);
}
