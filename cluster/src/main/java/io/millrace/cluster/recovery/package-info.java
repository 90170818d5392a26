/**
 * What an operator does, while no node runs, for a cluster that lost a majority of its voters' disks: one that is left goes on alone.
 *
 * <p>Start at {@link io.millrace.cluster.recovery.ClusterRecovery}. Blocks on the disk: for command lines.
 */
package io.millrace.cluster.recovery;
