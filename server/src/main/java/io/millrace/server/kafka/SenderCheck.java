package io.millrace.server.kafka;

import io.millrace.cluster.peer.ClaimedNode;
import org.apache.kafka.common.protocol.ApiMessage;

/** Whether requests may come over a connection, by what its other side has proved of itself. */
@FunctionalInterface
interface SenderCheck {

    /** Nobody has to prove anything. */
    SenderCheck ANYBODY = request -> null;

    /** Nothing is proved yet. */
    SenderCheck BEFORE_HANDSHAKE = request -> "it came before the TLS handshake was done (a bug in this server)";

    /** Why a request is not to be carried out, null if it may be. */
    String refusal(ApiMessage request);

    /** Another node, of which only what it says as itself is believed. */
    static SenderCheck ofNode(int nodeId) {
        return request -> ClaimedNode.refusal(nodeId, request);
    }
}
