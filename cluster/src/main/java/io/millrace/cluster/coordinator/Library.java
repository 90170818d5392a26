package io.millrace.cluster.coordinator;

import com.yammer.metrics.core.MetricsRegistry;
import io.millrace.cluster.group.GroupsConfig;
import io.millrace.cluster.partition.CoordinatorLogs;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.coordinator.group.GroupConfigManager;
import org.apache.kafka.coordinator.group.GroupCoordinator;
import org.apache.kafka.coordinator.group.GroupCoordinatorConfig;
import org.apache.kafka.coordinator.group.GroupServices;
import org.apache.kafka.coordinator.group.metrics.GroupCoordinatorMetrics;
import org.apache.kafka.coordinator.group.modern.share.ShareGroupConfig;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.server.share.persister.NoOpStatePersister;

/** Makes and starts Kafka's group coordinator with our logs, settings and threads. */
final class Library {

    /** Kafka's {@code group.coordinator.threads}, where there are so many cores. */
    private static final int THREADS_MAX = 4;

    private Library() {}

    static GroupCoordinator start(
            int nodeId,
            GroupsConfig config,
            int offsetsPartitions,
            CoordinatorLogs logs,
            Reigns reigns,
            MetadataImage image) {
        GroupCoordinatorConfig settings = GroupCoordinatorConfig.fromProps(settings(config, offsetsPartitions));
        GroupCoordinator service = GroupServices.open(
                nodeId,
                settings,
                new GroupServices.Parts(
                        new LogWriter(logs, reigns, OffsetsTopic.BATCH_BYTES_MAX),
                        new LogLoader(logs, reigns, CoordinatorThreads.single("loader")),
                        CoordinatorThreads.timer(),
                        new NoRuntimeMetrics(),
                        new GroupCoordinatorMetrics(new MetricsRegistry(), new Metrics()),
                        new GroupConfigManager(Map.of(), settings, ShareGroupConfig.fromProps(Map.of())),
                        new NoOpStatePersister(),
                        new NoShareGroups()));
        service.startup(() -> offsetsPartitions);
        service.onMetadataUpdate(new MetadataDelta.Builder().setImage(image).build(), image);
        return service;
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
        settings.put("group.streams.max.size", config.maxSize());
        settings.put("group.streams.initial.rebalance.delay.ms", config.initialRebalanceDelayMs());
        for (String protocol : List.of("consumer", "streams")) {
            sessions(
                    settings,
                    "group." + protocol,
                    config.consumerSessionTimeoutMs(),
                    config.consumerHeartbeatIntervalMs());
        }
        return settings;
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
