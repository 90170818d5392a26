/**
 * Real clusters of real processes that are killed, paused, cut off and wiped under load, and a history kept outside that tells what was
 * lost, repeated, reordered or made up.
 *
 * <p>Start at {@link io.millrace.server.chaos.ClusterChaosIT}.
 */
package io.millrace.server.chaos;
