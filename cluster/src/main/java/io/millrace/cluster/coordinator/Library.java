package io.millrace.cluster.coordinator;

import com.yammer.metrics.core.MetricsRegistry;
import io.millrace.cluster.group.GroupsConfig;
import io.millrace.cluster.partition.CoordinatorLogs;
import io.millrace.cluster.share.ShareGroupsConfig;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.coordinator.group.GroupConfigManager;
import org.apache.kafka.coordinator.group.GroupCoordinator;
import org.apache.kafka.coordinator.group.GroupCoordinatorConfig;
import org.apache.kafka.coordinator.group.GroupCoordinatorRecordSerde;
import org.apache.kafka.coordinator.group.GroupServices;
import org.apache.kafka.coordinator.group.metrics.GroupCoordinatorMetrics;
import org.apache.kafka.coordinator.group.modern.share.ShareGroupConfig;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;

/** Makes and starts Kafka's group coordinator with our logs, settings and threads. */
final class Library {

    /** Kafka's {@code group.coordinator.threads}, where there are so many cores. */
    private static final int THREADS_MAX = 4;

    private Library() {}

    static RunningGroups start(
            int nodeId,
            GroupsConfig config,
            int offsetsPartitions,
            CoordinatorLogs logs,
            Reigns reigns,
            ShareSupport shares,
            MetadataImage image) {
        GroupCoordinatorConfig settings =
                GroupCoordinatorConfig.fromProps(settings(config, shares.config(), offsetsPartitions));
        GroupCoordinator service = GroupServices.open(
                nodeId,
                settings,
                new GroupServices.Parts(
                        new LogWriter(logs, reigns, OffsetsTopic.BATCH_BYTES_MAX),
                        new LogLoader(
                                logs,
                                reigns,
                                new GroupCoordinatorRecordSerde(),
                                CoordinatorThreads.single(CoordinatorThreads.GROUPS, "loader")),
                        CoordinatorThreads.timer(CoordinatorThreads.GROUPS),
                        new NoRuntimeMetrics(),
                        new GroupCoordinatorMetrics(new MetricsRegistry(), new Metrics()),
                        new GroupConfigManager(
                                Map.of(), settings, ShareGroupConfig.fromProps(shareSettings(shares.config()))),
                        shares.persister(),
                        new LeaderOffsets(shares.anywhere())));
        service.startup(() -> offsetsPartitions);
        service.onMetadataUpdate(new MetadataDelta.Builder().setImage(image).build(), image);
        return new RunningGroups(service);
    }

    private static Map<String, Object> settings(
            GroupsConfig config, ShareGroupsConfig shareConfig, int offsetsPartitions) {
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
        settings.put("group.streams.max.size", config.maxSize());
        settings.put("group.share.max.size", shareConfig.maxSize());
        settings.put("group.streams.initial.rebalance.delay.ms", config.initialRebalanceDelayMs());
        for (String protocol : List.of("consumer", "streams", "share")) {
            sessions(
                    settings,
                    "group." + protocol,
                    config.consumerSessionTimeoutMs(),
                    config.consumerHeartbeatIntervalMs());
        }
        return settings;
    }

    private static Map<String, Object> shareSettings(ShareGroupsConfig config) {
        Map<String, Object> settings = new HashMap<>();
        bounded(
                settings,
                "record.lock.duration.ms",
                config.recordLockDurationMs(),
                ShareGroupConfig.SHARE_GROUP_MIN_RECORD_LOCK_DURATION_MS_DEFAULT,
                ShareGroupConfig.SHARE_GROUP_MAX_RECORD_LOCK_DURATION_MS_DEFAULT);
        bounded(
                settings,
                "delivery.count.limit",
                config.deliveryCountLimit(),
                ShareGroupConfig.SHARE_GROUP_MIN_DELIVERY_COUNT_LIMIT_DEFAULT,
                ShareGroupConfig.SHARE_GROUP_MAX_DELIVERY_COUNT_LIMIT_DEFAULT);
        bounded(
                settings,
                "partition.max.record.locks",
                config.partitionMaxRecordLocks(),
                ShareGroupConfig.SHARE_GROUP_MIN_PARTITION_MAX_RECORD_LOCKS_DEFAULT,
                ShareGroupConfig.SHARE_GROUP_MAX_PARTITION_MAX_RECORD_LOCKS_DEFAULT);
        return settings;
    }

    private static void bounded(Map<String, Object> settings, String name, int value, int min, int max) {
        settings.put("group.share." + name, value);
        settings.put("group.share.min." + name, Math.min(value, min));
        settings.put("group.share.max." + name, Math.max(value, max));
    }

    /** The bounds are for settings of single groups. */
    private static void sessions(Map<String, Object> settings, String prefix, int sessionMs, int heartbeatMs) {
        settings.put(prefix + ".session.timeout.ms", sessionMs);
        settings.put(
                prefix + ".min.session.timeout.ms",
                Math.min(sessionMs, GroupCoordinatorConfig.CONSUMER_GROUP_MIN_SESSION_TIMEOUT_MS_DEFAULT));
        settings.put(
                prefix + ".max.session.timeout.ms",
                Math.max(sessionMs, GroupCoordinatorConfig.CONSUMER_GROUP_MAX_SESSION_TIMEOUT_MS_DEFAULT));
        settings.put(prefix + ".heartbeat.interval.ms", heartbeatMs);
        settings.put(
                prefix + ".min.heartbeat.interval.ms",
                Math.min(heartbeatMs, GroupCoordinatorConfig.CONSUMER_GROUP_MIN_HEARTBEAT_INTERVAL_MS_DEFAULT));
        settings.put(
                prefix + ".max.heartbeat.interval.ms",
                Math.max(heartbeatMs, GroupCoordinatorConfig.CONSUMER_GROUP_MAX_HEARTBEAT_INTERVAL_MS_DEFAULT));
    }
}
