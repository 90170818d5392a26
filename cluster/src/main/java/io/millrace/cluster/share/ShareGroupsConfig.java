package io.millrace.cluster.share;

/**
 * The settings of share groups (KIP-932), with Kafka's defaults. A single group may have others of those that Kafka lets groups set.
 *
 * @param statePartitions partitions of the internal topic in which the state of share groups is kept; holds when it is created
 * @param maxSize members of one group
 * @param maxSessions share sessions of this node, one for each member that fetches from it
 * @param recordLockDurationMs how long a member has a record for itself, until it is given to another
 * @param deliveryCountLimit how often a record is delivered before it is given up
 * @param partitionMaxRecordLocks how many records of a partition may be under way to the members of a group
 * @param autoOffsetReset where a group begins: {@code latest}, {@code earliest} or {@code by_duration:} with an ISO 8601 duration
 * @param isolationLevel {@code read_uncommitted} or {@code read_committed}
 */
public record ShareGroupsConfig(
        int statePartitions,
        int maxSize,
        int maxSessions,
        int recordLockDurationMs,
        int deliveryCountLimit,
        int partitionMaxRecordLocks,
        String autoOffsetReset,
        String isolationLevel) {

    public static ShareGroupsConfig defaults() {
        return new ShareGroupsConfig(50, 200, 2_000, 30_000, 5, 2_000, "latest", "read_uncommitted");
    }
}
