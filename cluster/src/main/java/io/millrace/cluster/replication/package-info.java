/**
 * From the leader of a partition to its followers: fetching, truncation by leader epoch, and who is in sync.
 *
 * <p>Start at {@link io.millrace.cluster.replication.IsrCommitter}.
 */
package io.millrace.cluster.replication;
