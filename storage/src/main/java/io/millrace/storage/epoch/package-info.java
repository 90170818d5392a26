/**
 * Which leader epoch began at which offset, so that replicas that diverged find the place where they still agreed (KIP-101).
 *
 * <p>Start at {@link io.millrace.storage.epoch.LeaderEpochCache}. Changed on the log's shard thread only, read on any.
 */
package io.millrace.storage.epoch;
