package io.millrace.cluster.metadata;

import io.millrace.cluster.peer.PeerAddress;

/**
 * A registered node.
 *
 * @param nodeId the node id
 * @param epoch one per process life: the fencing token of the node; -1 while it is not registered
 * @param host the advertised host of the Kafka listener
 * @param port the advertised port of the Kafka listener
 * @param peer its node-to-node listener; null when it has none
 * @param httpUrl where its HTTP listener is reached by other nodes and browsers; null when it is not told
 * @param rack the rack, or null
 * @param fenced whether it is taken for dead: it leads nothing and clients are not told of it
 * @param stopping whether it is in a controlled shutdown: it gets no leadership any more
 * @param drained whether an operator has emptied it, or is about to: it gets no new replicas until he says so
 */
public record BrokerMetadata(
        int nodeId,
        long epoch,
        String host,
        int port,
        PeerAddress peer,
        String httpUrl,
        String rack,
        boolean fenced,
        boolean stopping,
        boolean drained) {

    /** A node that nobody wants to be empty. */
    public BrokerMetadata(
            int nodeId,
            long epoch,
            String host,
            int port,
            PeerAddress peer,
            String httpUrl,
            String rack,
            boolean fenced,
            boolean stopping) {
        this(nodeId, epoch, host, port, peer, httpUrl, rack, fenced, stopping, false);
    }

    /** In one word for people: {@code up}, {@code stopping} or {@code down}. */
    public String state() {
        return fenced ? "down" : stopping ? "stopping" : "up";
    }
}
