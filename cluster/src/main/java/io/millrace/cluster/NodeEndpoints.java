package io.millrace.cluster;

import io.millrace.cluster.peer.PeerAddress;
import java.util.Objects;

/**
 * Where a node can be reached, as it tells others.
 *
 * @param kafka by Kafka clients
 * @param http by browsers and devices; null when there is no such listener
 * @param httpTls whether it takes https only
 * @param peer by other nodes; null for a node that is alone
 */
public record NodeEndpoints(PeerAddress kafka, PeerAddress http, boolean httpTls, PeerAddress peer) {

    public NodeEndpoints {
        Objects.requireNonNull(kafka, "kafka");
    }
}
