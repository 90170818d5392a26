package io.millrace.server.config;

import io.millrace.cluster.group.GroupsConfig;

/**
 * Consumer groups.
 *
 * @param offsetsPartitions partitions of the internal topic in which groups are stored
 * @param offsetsRetentionMinutes how long the offsets of a group are kept after its last member has left
 * @param offsetMetadataMaxBytes size of the note that a client may keep with an offset
 * @param minSessionTimeoutMs least session timeout that a member of a classic group may ask for
 * @param maxSessionTimeoutMs largest one
 * @param initialRebalanceDelayMs how long the first rebalance of a classic group waits for further members
 * @param maxSize members of one group
 * @param consumerSessionTimeoutMs after what silence a member with the consumer, streams or share protocol is taken for dead
 * @param consumerHeartbeatIntervalMs how often such a member is to say that it is there
 */
public record GroupSettings(
        int offsetsPartitions,
        int offsetsRetentionMinutes,
        int offsetMetadataMaxBytes,
        int minSessionTimeoutMs,
        int maxSessionTimeoutMs,
        int initialRebalanceDelayMs,
        int maxSize,
        int consumerSessionTimeoutMs,
        int consumerHeartbeatIntervalMs) {

    public GroupSettings {
        Checks checks = new Checks("groups")
                .range("offsetsPartitions", offsetsPartitions, 1, 1_000)
                .range("offsetsRetentionMinutes", offsetsRetentionMinutes, 1, Integer.MAX_VALUE)
                .range("offsetMetadataMaxBytes", offsetMetadataMaxBytes, 0, 65_536)
                .range("minSessionTimeoutMs", minSessionTimeoutMs, 1, Integer.MAX_VALUE)
                .range("maxSessionTimeoutMs", maxSessionTimeoutMs, 1, Integer.MAX_VALUE)
                .range("initialRebalanceDelayMs", initialRebalanceDelayMs, 0, 300_000)
                .range("maxSize", maxSize, 1, Integer.MAX_VALUE)
                .range("consumerSessionTimeoutMs", consumerSessionTimeoutMs, 100, Integer.MAX_VALUE)
                .range("consumerHeartbeatIntervalMs", consumerHeartbeatIntervalMs, 10, Integer.MAX_VALUE);
        if (maxSessionTimeoutMs < minSessionTimeoutMs) {
            checks.problem(
                    "maxSessionTimeoutMs",
                    "must not be below minSessionTimeoutMs, but " + maxSessionTimeoutMs + " is below "
                            + minSessionTimeoutMs);
        }
        if (consumerHeartbeatIntervalMs >= consumerSessionTimeoutMs) {
            checks.problem(
                    "consumerHeartbeatIntervalMs",
                    "must be below consumerSessionTimeoutMs (a third of it leaves room for a lost heartbeat), but "
                            + consumerHeartbeatIntervalMs + " is not below " + consumerSessionTimeoutMs);
        }
        checks.done();
    }

    static GroupSettings standard() {
        GroupsConfig defaults = GroupsConfig.defaults();
        return new GroupSettings(
                defaults.offsetsPartitions(),
                defaults.offsetsRetentionMinutes(),
                defaults.offsetMetadataMaxBytes(),
                defaults.minSessionTimeoutMs(),
                defaults.maxSessionTimeoutMs(),
                defaults.initialRebalanceDelayMs(),
                defaults.maxSize(),
                defaults.consumerSessionTimeoutMs(),
                defaults.consumerHeartbeatIntervalMs());
    }
}
