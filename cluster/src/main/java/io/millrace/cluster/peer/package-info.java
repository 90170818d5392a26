/**
 * Requests between nodes: Kafka's messages over the node-to-node listener, for the metadata quorum, the controller and
 * replication.
 *
 * <p>Start at {@link io.millrace.cluster.peer.PeerTransport} (asking; over sockets it is {@link
 * io.millrace.cluster.peer.TcpPeerTransport}, which has a {@code PeerLink} for each lane to each node) and {@link
 * io.millrace.cluster.peer.PeerApi} (answering; the server's listener has the other end of the sockets). Runs on event loops and never
 * blocks.
 */
package io.millrace.cluster.peer;
