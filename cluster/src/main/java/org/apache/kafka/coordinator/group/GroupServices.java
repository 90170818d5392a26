package org.apache.kafka.coordinator.group;

import java.time.Duration;
import java.util.Optional;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.utils.LogContext;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.coordinator.common.runtime.CoordinatorBackgroundThreadPoolExecutor;
import org.apache.kafka.coordinator.common.runtime.CoordinatorLoader;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRuntime;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRuntimeMetrics;
import org.apache.kafka.coordinator.common.runtime.MultiThreadedEventProcessor;
import org.apache.kafka.coordinator.common.runtime.PartitionWriter;
import org.apache.kafka.coordinator.group.metrics.GroupCoordinatorMetrics;
import org.apache.kafka.server.share.persister.Persister;
import org.apache.kafka.server.util.PartitionMetadataClient;
import org.apache.kafka.server.util.timer.Timer;

/**
 * Puts Kafka's group coordinator together with threads of our names. In Kafka's package because the service can be made with a runtime of
 * one's own there only; nothing else belongs here.
 */
public final class GroupServices {

    private static final String THREADS = "millrace-groups-";

    private GroupServices() {}

    /**
     * What the coordinator stands on.
     *
     * @param writer appends to the partitions
     * @param loader reads them again
     * @param timer of session timeouts and rebalances; closed with the service
     * @param runtimeMetrics where it counts what its threads do
     * @param metrics where it counts groups
     * @param persister keeps the state of share groups
     * @param offsets looks for ends of partitions, for share groups
     */
    public record Parts(
            PartitionWriter writer,
            CoordinatorLoader<CoordinatorRecord> loader,
            Timer timer,
            CoordinatorRuntimeMetrics runtimeMetrics,
            GroupCoordinatorMetrics metrics,
            GroupConfigManager groupConfigs,
            Persister persister,
            PartitionMetadataClient offsets) {}

    /** A service that is not started yet. Starts its threads. */
    public static GroupCoordinator open(int nodeId, GroupCoordinatorConfig config, Parts parts) {
        String prefix = "GroupCoordinator id=" + nodeId;
        LogContext log = new LogContext("[" + prefix + "] ");
        CoordinatorRuntime<GroupCoordinatorShard, CoordinatorRecord> runtime = new CoordinatorRuntime.Builder<
                        GroupCoordinatorShard, CoordinatorRecord>()
                .withTime(Time.SYSTEM)
                .withTimer(parts.timer())
                .withLogPrefix(prefix)
                .withLogContext(log)
                .withEventProcessor(new MultiThreadedEventProcessor(
                        log, THREADS + "event-", config.numThreads(), Time.SYSTEM, parts.runtimeMetrics()))
                .withPartitionWriter(parts.writer())
                .withLoader(parts.loader())
                .withCoordinatorShardBuilderSupplier(
                        () -> new GroupCoordinatorShard.Builder(config, parts.groupConfigs())
                                .withAuthorizerPlugin(Optional.empty()))
                .withWriteTimeout(Duration.ofMillis(config.offsetCommitTimeoutMs()))
                .withCoordinatorRuntimeMetrics(parts.runtimeMetrics())
                .withCoordinatorMetrics(parts.metrics())
                .withSerializer(new GroupCoordinatorRecordSerde())
                .withCompression(
                        Compression.of(config.offsetTopicCompressionType()).build())
                .withAppendLingerMs(config.appendLingerMs())
                .withExecutorService(new CoordinatorBackgroundThreadPoolExecutor(
                        THREADS + "background-", config.numBackgroundThreads(), Time.SYSTEM, parts.runtimeMetrics()))
                .withCachedBufferMaxBytesSupplier(config::cachedBufferMaxBytes)
                .build();
        return new GroupCoordinatorService(
                log,
                config,
                runtime,
                parts.metrics(),
                parts.groupConfigs(),
                parts.persister(),
                parts.timer(),
                parts.offsets());
    }
}
