package io.millrace.server.config;

import io.millrace.cluster.group.GroupBounds;
import io.millrace.cluster.group.GroupsConfig;

/** What is allowed in the section {@code groups}, whose record is that of the component itself. */
final class GroupChecks {

    private GroupChecks() {}

    static void check(Checks checks, GroupsConfig groups) {
        checks.range("groups.offsetsPartitions", groups.offsetsPartitions(), 1, 1_000)
                .range("groups.offsetsRetentionMinutes", groups.offsetsRetentionMinutes(), 1, Integer.MAX_VALUE)
                .range("groups.offsetMetadataMaxBytes", groups.offsetMetadataMaxBytes(), 0, 65_536)
                .range("groups.minSessionTimeoutMs", groups.minSessionTimeoutMs(), 1, Integer.MAX_VALUE)
                .range("groups.maxSessionTimeoutMs", groups.maxSessionTimeoutMs(), 1, Integer.MAX_VALUE)
                .range("groups.initialRebalanceDelayMs", groups.initialRebalanceDelayMs(), 0, 300_000)
                .range("groups.maxSize", groups.maxSize(), 1, Integer.MAX_VALUE)
                .range("groups.consumerSessionTimeoutMs", groups.consumerSessionTimeoutMs(), 100, Integer.MAX_VALUE)
                .range(
                        "groups.consumerHeartbeatIntervalMs",
                        groups.consumerHeartbeatIntervalMs(),
                        10,
                        Integer.MAX_VALUE);
        requireOrder(
                checks,
                "groups.maxSessionTimeoutMs",
                groups.maxSessionTimeoutMs(),
                "minSessionTimeoutMs",
                groups.minSessionTimeoutMs());
        if (groups.consumerHeartbeatIntervalMs() >= groups.consumerSessionTimeoutMs()) {
            checks.problem(
                    "groups.consumerHeartbeatIntervalMs",
                    "must be below consumerSessionTimeoutMs (a third of it leaves room for a lost heartbeat), but "
                            + groups.consumerHeartbeatIntervalMs() + " is not below "
                            + groups.consumerSessionTimeoutMs());
        }
        check(checks, groups.bounds());
    }

    private static void check(Checks checks, GroupBounds bounds) {
        checks.range(
                        "groups.bounds.consumerMinSessionTimeoutMs",
                        bounds.consumerMinSessionTimeoutMs(),
                        100,
                        Integer.MAX_VALUE)
                .range(
                        "groups.bounds.consumerMinHeartbeatIntervalMs",
                        bounds.consumerMinHeartbeatIntervalMs(),
                        10,
                        Integer.MAX_VALUE);
        requireOrder(
                checks,
                "groups.bounds.consumerMaxSessionTimeoutMs",
                bounds.consumerMaxSessionTimeoutMs(),
                "consumerMinSessionTimeoutMs",
                bounds.consumerMinSessionTimeoutMs());
        requireOrder(
                checks,
                "groups.bounds.consumerMaxHeartbeatIntervalMs",
                bounds.consumerMaxHeartbeatIntervalMs(),
                "consumerMinHeartbeatIntervalMs",
                bounds.consumerMinHeartbeatIntervalMs());
    }

    private static void requireOrder(Checks checks, String maxKey, int max, String minName, int min) {
        if (max < min) {
            checks.problem(maxKey, "must not be below " + minName + ", but " + max + " is below " + min);
        }
    }
}
