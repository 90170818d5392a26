package io.millrace.cluster.coordinator;

import io.millrace.cluster.group.GroupBounds;
import io.millrace.cluster.group.GroupsConfig;
import io.millrace.cluster.share.ShareGroupsConfig;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.coordinator.group.GroupConfig;
import org.apache.kafka.coordinator.group.GroupCoordinatorConfig;
import org.apache.kafka.coordinator.group.modern.share.ShareGroupConfig;

/**
 * Our settings of groups as the library's.
 *
 * @param groups what holds for all groups
 * @param shareGroups the part of it that is about share groups
 * @param values both, by Kafka's names of settings of a node
 * @param ofGroups what holds for a group that has set nothing, by Kafka's names of settings of a group
 */
record LibrarySettings(
        GroupCoordinatorConfig groups,
        ShareGroupConfig shareGroups,
        AbstractConfig values,
        Map<String, Object> ofGroups) {

    /** Kafka's {@code group.coordinator.threads}, where there are so many cores. */
    private static final int THREADS_MAX = 4;

    /** @param offsetsPartitions how many partitions {@code __consumer_offsets} has */
    static LibrarySettings of(GroupsConfig config, ShareGroupsConfig shareConfig, int offsetsPartitions) {
        Map<String, Object> settings = new HashMap<>();
        putGroups(settings, config, offsetsPartitions);
        putSessions(settings, config);
        putShareGroups(settings, shareConfig);
        AbstractConfig all = new AbstractConfig(
                Utils.mergeConfigs(List.of(GroupCoordinatorConfig.CONFIG_DEF, ShareGroupConfig.CONFIG_DEF)),
                settings,
                false);
        GroupCoordinatorConfig groups = new GroupCoordinatorConfig(all);
        ShareGroupConfig shareGroups = new ShareGroupConfig(all);
        Map<String, Object> ofGroups = new HashMap<>(groups.extractGroupConfigMap(shareGroups));
        // These have no name as settings of a node.
        ofGroups.put(GroupConfig.SHARE_AUTO_OFFSET_RESET_CONFIG, shareConfig.autoOffsetReset());
        ofGroups.put(GroupConfig.SHARE_ISOLATION_LEVEL_CONFIG, shareConfig.isolationLevel());
        return new LibrarySettings(groups, shareGroups, all, Map.copyOf(ofGroups));
    }

    private static void putGroups(Map<String, Object> settings, GroupsConfig config, int offsetsPartitions) {
        settings.put(
                "group.coordinator.threads",
                Math.min(THREADS_MAX, Runtime.getRuntime().availableProcessors()));
        settings.put("group.coordinator.background.threads", 1);
        settings.put("offsets.topic.num.partitions", offsetsPartitions);
        settings.put("offsets.retention.minutes", config.offsetsRetentionMinutes());
        settings.put("offset.metadata.max.bytes", config.offsetMetadataMaxBytes());
        settings.put("group.min.session.timeout.ms", config.minSessionTimeoutMs());
        settings.put("group.max.session.timeout.ms", config.maxSessionTimeoutMs());
        settings.put("group.initial.rebalance.delay.ms", config.initialRebalanceDelayMs());
        settings.put("group.max.size", config.maxSize());
        settings.put("group.consumer.max.size", config.maxSize());
        settings.put("group.streams.max.size", config.maxSize());
        settings.put("group.streams.initial.rebalance.delay.ms", config.initialRebalanceDelayMs());
    }

    /** Of the protocols in which the node says how often a member is to be heard of: the same for all. */
    private static void putSessions(Map<String, Object> settings, GroupsConfig config) {
        GroupBounds bounds = config.bounds();
        for (String protocol : List.of("consumer", "share", "streams")) {
            putBounded(
                    settings,
                    protocol,
                    "session.timeout.ms",
                    config.consumerSessionTimeoutMs(),
                    bounds.consumerMinSessionTimeoutMs(),
                    bounds.consumerMaxSessionTimeoutMs());
            putBounded(
                    settings,
                    protocol,
                    "heartbeat.interval.ms",
                    config.consumerHeartbeatIntervalMs(),
                    bounds.consumerMinHeartbeatIntervalMs(),
                    bounds.consumerMaxHeartbeatIntervalMs());
        }
    }

    private static void putShareGroups(Map<String, Object> settings, ShareGroupsConfig config) {
        settings.put("group.share.max.size", config.maxSize());
        putBounded(
                settings,
                "share",
                "record.lock.duration.ms",
                config.recordLockDurationMs(),
                ShareGroupConfig.SHARE_GROUP_MIN_RECORD_LOCK_DURATION_MS_DEFAULT,
                ShareGroupConfig.SHARE_GROUP_MAX_RECORD_LOCK_DURATION_MS_DEFAULT);
        putBounded(
                settings,
                "share",
                "delivery.count.limit",
                config.deliveryCountLimit(),
                ShareGroupConfig.SHARE_GROUP_MIN_DELIVERY_COUNT_LIMIT_DEFAULT,
                ShareGroupConfig.SHARE_GROUP_MAX_DELIVERY_COUNT_LIMIT_DEFAULT);
        putBounded(
                settings,
                "share",
                "partition.max.record.locks",
                config.partitionMaxRecordLocks(),
                ShareGroupConfig.SHARE_GROUP_MIN_PARTITION_MAX_RECORD_LOCKS_DEFAULT,
                ShareGroupConfig.SHARE_GROUP_MAX_PARTITION_MAX_RECORD_LOCKS_DEFAULT);
    }

    /** What holds for all groups is in the bounds for single ones, see {@link GroupBounds}. */
    private static void putBounded(
            Map<String, Object> settings, String protocol, String name, int value, int min, int max) {
        String prefix = "group." + protocol + ".";
        settings.put(prefix + name, value);
        settings.put(prefix + "min." + name, Math.min(value, min));
        settings.put(prefix + "max." + name, Math.max(value, max));
    }
}
