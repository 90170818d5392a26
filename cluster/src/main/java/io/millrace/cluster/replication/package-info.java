/**
 * From the leader of a partition to its followers: what they ask and are answered, fetching, truncation by leader epoch, and who is in
 * sync.
 *
 * <p>Start at {@link io.millrace.cluster.replication.ReplicaTransport} and {@link
 * io.millrace.cluster.replication.ReplicaFetchService}, the two ends between which the network lies, and at {@link
 * io.millrace.cluster.replication.IsrCommitter}. No message type of a protocol appears here, so that a simulator can stand in for the
 * network and the controller.
 */
package io.millrace.cluster.replication;
