/**
 * The one door: every append and every read, from every protocol and from followers on other nodes, goes through {@link
 * io.millrace.cluster.partition.PartitionService}, which knows leader epoch, high watermark and log start offset.
 *
 * <p>A {@code Partition} is a replica on this node: one log and a {@code LeaderRole} or {@code FollowerRole} over it, as {@code
 * ImageApplier} reads it from committed metadata. Under a reign, {@code LeaderAppends} takes appends. {@code HighWatermark} says what
 * consumers may see, {@code InSyncReplicas} whose copies count for it; {@code DelayedProduce} and {@code DelayedFetch} are the requests
 * that wait. Callers come on event loops and get their answers there; log shards, timers and the network move the high watermark, under
 * the partition's lock.
 */
package io.millrace.cluster.partition;
