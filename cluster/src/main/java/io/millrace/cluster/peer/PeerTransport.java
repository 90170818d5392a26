package io.millrace.cluster.peer;

import io.vertx.core.Future;
import org.apache.kafka.common.protocol.ApiMessage;

/**
 * Requests from this node to others, as messages of the Kafka protocol.
 *
 * <p>Thread-safe, never blocks. Answers come on the caller's Vert.x context if it has one, else on an event loop. A future fails with {@link
 * PeerException} when there is no answer: the request may or may not have been carried out then.
 */
public interface PeerTransport {

    /**
     * Sends a request.
     *
     * @param version of the message, both of the request and its answer
     * @param timeoutMs after this time without an answer the connection of the lane is given up, because answers come in order
     */
    Future<ApiMessage> send(PeerAddress to, PeerLane lane, short version, ApiMessage request, long timeoutMs);
}
