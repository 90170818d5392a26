/**
 * Requests between nodes: Kafka's messages over the node-to-node listener, for the metadata quorum, the controller and
 * replication.
 *
 * <p>Start at {@link io.millrace.cluster.peer.PeerTransport} (asking) and {@link io.millrace.cluster.peer.PeerApi} (answering).
 * Runs on event loops and never blocks.
 */
package io.millrace.cluster.peer;
