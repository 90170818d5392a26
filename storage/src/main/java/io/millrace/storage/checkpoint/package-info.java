/**
 * Small files that survive restarts and say from where on the logs must be checked: recovery points, log start offsets, and
 * the marker of a clean shutdown. Each is a cache in the safe direction: without it more is checked, nothing is lost.
 *
 * <p>Start at {@link io.millrace.storage.checkpoint.RecoveryPoints}. Called when the node starts and stops, and on the
 * housekeeping and shard threads.
 */
package io.millrace.storage.checkpoint;
