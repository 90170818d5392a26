package io.millrace.cluster.membership;

import io.millrace.cluster.peer.PeerAddress;
import java.util.Objects;

/**
 * A node as it tells about itself.
 *
 * @param nodeId its node id, which survives restarts
 * @param processId another one for each life of the process, and after the healing of a network split; only for telling two members
 *     apart
 * @param clusterId the cluster that its data directory belongs to; empty while it has none
 * @param peer its node-to-node listener
 * @param kafka {@code host:port} for Kafka clients; empty while that is not known
 * @param http URL for browsers; empty while that is not known
 * @param rack the rack; empty for none
 */
public record ClusterMember(
        int nodeId, String processId, String clusterId, PeerAddress peer, String kafka, String http, String rack) {

    public ClusterMember {
        Objects.requireNonNull(processId, "processId");
        Objects.requireNonNull(clusterId, "clusterId");
        Objects.requireNonNull(peer, "peer");
        Objects.requireNonNull(kafka, "kafka");
        Objects.requireNonNull(http, "http");
        Objects.requireNonNull(rack, "rack");
    }

    public boolean hasCluster() {
        return !clusterId.isEmpty();
    }

    public ClusterMember withClusterId(String id) {
        return new ClusterMember(nodeId, processId, id, peer, kafka, http, rack);
    }

    /** For messages to the user. */
    @Override
    public String toString() {
        return "node " + nodeId + " at " + peer;
    }
}
