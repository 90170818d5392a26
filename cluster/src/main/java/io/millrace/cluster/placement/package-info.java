/**
 * Which node is to have which replica. Start at {@link io.millrace.cluster.placement.RebalancePlanner}; {@link
 * io.millrace.cluster.placement.Rebalancing} makes plans of what the cluster is like now and has them carried out.
 *
 * <p>Planning is pure and runs on the caller's thread.
 */
package io.millrace.cluster.placement;
