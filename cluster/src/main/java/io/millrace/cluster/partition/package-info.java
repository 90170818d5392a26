/**
 * The one door: every append and every read, from every protocol, goes through {@link
 * io.millrace.cluster.partition.PartitionService}, which knows leader epoch, high watermark and log start offset.
 *
 * <p>A {@code Partition} stands between the door and one log; {@code HighWatermark} says what consumers may see; {@code
 * DelayedProduce} and {@code DelayedFetch} are the requests that wait for it. Callers come on event loops and get their
 * answers there; the log's shard thread moves the high watermark.
 */
package io.millrace.cluster.partition;
