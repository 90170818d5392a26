/**
 * Many brokers agreeing on who owns which partition, and the one door to append and read.
 *
 * <p>Start at {@link io.millrace.cluster.partition.PartitionService}, the door that every protocol uses, and {@link
 * io.millrace.cluster.metadata.Controller}, where topics are created. This package itself starts and stops one node's part
 * of the cluster ({@link io.millrace.cluster.ClusterNode}), and puts its larger parts together: {@code NodePeers}, {@code NodeGroups}.
 *
 * <p>Threads: callers come on Vert.x event loops; nothing here blocks them.
 */
package io.millrace.cluster;
