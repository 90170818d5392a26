package io.millrace.server.config;

import io.millrace.cluster.share.ShareGroupsConfig;
import io.millrace.cluster.share.ShareStart;

/**
 * Share groups.
 *
 * @param statePartitions partitions of the internal topic in which their state is kept, when it is created
 * @param maxSize members of one group
 * @param maxSessions members of all groups that fetch from this node
 * @param recordLockDurationMs how long a member has a record for itself
 * @param deliveryCountLimit how often a record is delivered before it is given up
 * @param partitionMaxRecordLocks records of a partition that may be under way to the members of a group
 * @param autoOffsetReset where a group begins
 * @param isolationLevel {@code read_uncommitted} or {@code read_committed}
 */
public record ShareGroupSettings(
        int statePartitions,
        int maxSize,
        int maxSessions,
        int recordLockDurationMs,
        int deliveryCountLimit,
        int partitionMaxRecordLocks,
        String autoOffsetReset,
        String isolationLevel) {

    public ShareGroupSettings {
        Checks checks = new Checks("shareGroups")
                .range("statePartitions", statePartitions, 1, 1_000)
                .range("maxSize", maxSize, 1, 1_000)
                .range("maxSessions", maxSessions, 1, 1_000_000)
                .range("recordLockDurationMs", recordLockDurationMs, 1_000, 3_600_000)
                .range("deliveryCountLimit", deliveryCountLimit, 2, 10)
                .range("partitionMaxRecordLocks", partitionMaxRecordLocks, 100, 10_000);
        if (!ShareStart.isValid(autoOffsetReset)) {
            checks.problem(
                    "autoOffsetReset",
                    "must be latest, earliest or by_duration: with an ISO 8601 duration, but is '" + autoOffsetReset
                            + "'");
        }
        if (!isolationLevel.equals("read_uncommitted") && !isolationLevel.equals("read_committed")) {
            checks.problem(
                    "isolationLevel", "must be read_uncommitted or read_committed, but is '" + isolationLevel + "'");
        }
        checks.done();
    }

    static ShareGroupSettings standard() {
        ShareGroupsConfig defaults = ShareGroupsConfig.defaults();
        return new ShareGroupSettings(
                defaults.statePartitions(),
                defaults.maxSize(),
                defaults.maxSessions(),
                defaults.recordLockDurationMs(),
                defaults.deliveryCountLimit(),
                defaults.partitionMaxRecordLocks(),
                defaults.autoOffsetReset(),
                defaults.isolationLevel());
    }
}
