package io.millrace.cluster.coordinator;

import io.millrace.cluster.group.GroupBounds;
import io.millrace.cluster.group.GroupsConfig;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.coordinator.group.GroupCoordinatorConfig;
import org.apache.kafka.coordinator.group.modern.share.ShareGroupConfig;

/**
 * Our settings of groups as the library's.
 *
 * @param groups what holds for all groups
 * @param shareGroups the part of it that is about share groups
 * @param values both, by Kafka's names of settings of a node
 */
record LibrarySettings(GroupCoordinatorConfig groups, ShareGroupConfig shareGroups, AbstractConfig values) {

    /** Kafka's {@code group.coordinator.threads}, where there are so many cores. */
    private static final int THREADS_MAX = 4;

    /** @param offsetsPartitions how many partitions {@code __consumer_offsets} has */
    static LibrarySettings of(GroupsConfig config, int offsetsPartitions) {
        Map<String, Object> settings = settings(config, offsetsPartitions);
        AbstractConfig all = new AbstractConfig(
                Utils.mergeConfigs(List.of(GroupCoordinatorConfig.CONFIG_DEF, ShareGroupConfig.CONFIG_DEF)),
                settings,
                false);
        return new LibrarySettings(new GroupCoordinatorConfig(all), new ShareGroupConfig(all), all);
    }

    private static Map<String, Object> settings(GroupsConfig config, int offsetsPartitions) {
        Map<String, Object> settings = new HashMap<>();
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
        bounded(
                settings,
                "session.timeout.ms",
                config.consumerSessionTimeoutMs(),
                config.bounds().consumerMinSessionTimeoutMs(),
                config.bounds().consumerMaxSessionTimeoutMs());
        bounded(
                settings,
                "heartbeat.interval.ms",
                config.consumerHeartbeatIntervalMs(),
                config.bounds().consumerMinHeartbeatIntervalMs(),
                config.bounds().consumerMaxHeartbeatIntervalMs());
        return settings;
    }

    /** What holds for all groups is in the bounds for single ones, see {@link GroupBounds}. */
    private static void bounded(Map<String, Object> settings, String name, int value, int min, int max) {
        settings.put("group.consumer." + name, value);
        settings.put("group.consumer.min." + name, Math.min(value, min));
        settings.put("group.consumer.max." + name, Math.max(value, max));
    }
}
