package io.millrace.server.config;

import io.millrace.cluster.group.GroupBounds;
import io.millrace.cluster.group.GroupsConfig;

/** What is allowed in the section {@code groups}, whose record is that of the component itself. */
final class GroupChecks {

    private GroupChecks() {}

    /** Throws {@link InvalidConfigException} with all that is wrong. */
    static void check(GroupsConfig groups) {
        Checks checks = new Checks("groups");
        checks.range("offsetsPartitions", groups.offsetsPartitions(), 1, 1_000)
                .range("offsetsRetentionMinutes", groups.offsetsRetentionMinutes(), 1, Integer.MAX_VALUE)
                .range("offsetMetadataMaxBytes", groups.offsetMetadataMaxBytes(), 0, 65_536)
                .range("minSessionTimeoutMs", groups.minSessionTimeoutMs(), 1, Integer.MAX_VALUE)
                .range("maxSessionTimeoutMs", groups.maxSessionTimeoutMs(), 1, Integer.MAX_VALUE)
                .range("initialRebalanceDelayMs", groups.initialRebalanceDelayMs(), 0, 300_000)
                .range("maxSize", groups.maxSize(), 1, Integer.MAX_VALUE)
                .range("consumerSessionTimeoutMs", groups.consumerSessionTimeoutMs(), 100, Integer.MAX_VALUE)
                .range("consumerHeartbeatIntervalMs", groups.consumerHeartbeatIntervalMs(), 10, Integer.MAX_VALUE);
        requireOrder(
                checks,
                "maxSessionTimeoutMs",
                groups.maxSessionTimeoutMs(),
                "minSessionTimeoutMs",
                groups.minSessionTimeoutMs());
        if (groups.consumerHeartbeatIntervalMs() >= groups.consumerSessionTimeoutMs()) {
            checks.problem(
                    "consumerHeartbeatIntervalMs",
                    "must be below consumerSessionTimeoutMs (a third of it leaves room for a lost heartbeat), but "
                            + groups.consumerHeartbeatIntervalMs() + " is not below "
                            + groups.consumerSessionTimeoutMs());
        }
        check(checks, groups.bounds());
        checks.done();
    }

    private static void check(Checks checks, GroupBounds bounds) {
        checks.range("bounds.consumerMinSessionTimeoutMs", bounds.consumerMinSessionTimeoutMs(), 100, Integer.MAX_VALUE)
                .range(
                        "bounds.consumerMinHeartbeatIntervalMs",
                        bounds.consumerMinHeartbeatIntervalMs(),
                        10,
                        Integer.MAX_VALUE);
        requireOrder(
                checks,
                "bounds.consumerMaxSessionTimeoutMs",
                bounds.consumerMaxSessionTimeoutMs(),
                "consumerMinSessionTimeoutMs",
                bounds.consumerMinSessionTimeoutMs());
        requireOrder(
                checks,
                "bounds.consumerMaxHeartbeatIntervalMs",
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
