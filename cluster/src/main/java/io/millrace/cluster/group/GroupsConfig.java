package io.millrace.cluster.group;

/**
 * The settings of groups, by Kafka's names and with Kafka's defaults.
 *
 * @param offsetsPartitions partitions of the internal topic in which groups are stored; holds when it is created
 * @param offsetsRetentionMinutes how long the offsets of a group are kept after its last member has left
 * @param offsetMetadataMaxBytes size of the note that a client may keep with an offset
 * @param minSessionTimeoutMs least session timeout that a member of a classic group may ask for
 * @param maxSessionTimeoutMs largest one; a dead member holds its partitions for so long
 * @param initialRebalanceDelayMs how long the first rebalance of a classic group waits for further members
 * @param maxSize members of one group
 * @param consumerSessionTimeoutMs after what silence a member of a group with the consumer (KIP-848), streams or share protocol is taken for dead
 * @param consumerHeartbeatIntervalMs how often such a member is to say that it is there
 */
public record GroupsConfig(
        int offsetsPartitions,
        int offsetsRetentionMinutes,
        int offsetMetadataMaxBytes,
        int minSessionTimeoutMs,
        int maxSessionTimeoutMs,
        int initialRebalanceDelayMs,
        int maxSize,
        int consumerSessionTimeoutMs,
        int consumerHeartbeatIntervalMs) {

    public static GroupsConfig defaults() {
        return new GroupsConfig(50, 10_080, 4_096, 6_000, 1_800_000, 3_000, Integer.MAX_VALUE, 45_000, 5_000);
    }

    /** Another number of partitions of the internal topic, and another delay. */
    public GroupsConfig with(int partitions, int delayMs) {
        return new GroupsConfig(
                partitions,
                offsetsRetentionMinutes,
                offsetMetadataMaxBytes,
                minSessionTimeoutMs,
                maxSessionTimeoutMs,
                delayMs,
                maxSize,
                consumerSessionTimeoutMs,
                consumerHeartbeatIntervalMs);
    }
}
