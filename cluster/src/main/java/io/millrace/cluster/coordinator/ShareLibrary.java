package io.millrace.cluster.coordinator;

import io.millrace.cluster.partition.CoordinatorLogs;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.utils.LogContext;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRuntime;
import org.apache.kafka.coordinator.common.runtime.MultiThreadedEventProcessor;
import org.apache.kafka.coordinator.share.ShareCoordinatorConfig;
import org.apache.kafka.coordinator.share.ShareCoordinatorRecordSerde;
import org.apache.kafka.coordinator.share.ShareCoordinatorService;
import org.apache.kafka.coordinator.share.ShareCoordinatorShard;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.server.util.timer.Timer;

/** Makes and starts Kafka's share coordinator with our logs, settings and threads. */
final class ShareLibrary {

    static final String THREADS = "millrace-share-";

    private ShareLibrary() {}

    static RunningShareStates start(
            int nodeId,
            int statePartitions,
            ShareLibraryMetrics metrics,
            CoordinatorLogs logs,
            Reigns reigns,
            Doubts doubts,
            MetadataImage image) {
        ShareCoordinatorConfig config = new ShareCoordinatorConfig(new AbstractConfig(
                ShareCoordinatorConfig.CONFIG_DEF,
                Map.of(ShareCoordinatorConfig.STATE_TOPIC_NUM_PARTITIONS_CONFIG, statePartitions),
                false));
        String prefix = "ShareCoordinator id=" + nodeId;
        LogContext log = new LogContext("[" + prefix + "] ");
        LogWriter writer = new LogWriter(logs, reigns, ShareStateTopic.BATCH_BYTES_MAX, doubts);
        Timer timer = CoordinatorThreads.timer(THREADS);
        CoordinatorRuntime<ShareCoordinatorShard, CoordinatorRecord> runtime = new CoordinatorRuntime.Builder<
                        ShareCoordinatorShard, CoordinatorRecord>()
                .withTime(Time.SYSTEM)
                .withTimer(timer)
                .withLogPrefix(prefix)
                .withLogContext(log)
                .withEventProcessor(new MultiThreadedEventProcessor(
                        log, THREADS + "event-", config.shareCoordinatorNumThreads(), Time.SYSTEM, metrics.ofThreads()))
                .withPartitionWriter(writer)
                .withLoader(new LogLoader(
                        logs, reigns, new ShareCoordinatorRecordSerde(), CoordinatorThreads.single(THREADS, "loader")))
                .withCoordinatorShardBuilderSupplier(() -> new ShareCoordinatorShard.Builder(config))
                .withWriteTimeout(Duration.ofMillis(config.shareCoordinatorWriteTimeoutMs()))
                .withCoordinatorRuntimeMetrics(metrics.ofThreads())
                .withCoordinatorMetrics(metrics.ofStates())
                .withSerializer(new ShareCoordinatorRecordSerde())
                .withAppendLingerMs(config.shareCoordinatorAppendLingerMs())
                .withExecutorService(CoordinatorThreads.single(THREADS, "background"))
                .withCachedBufferMaxBytesSupplier(config::shareCoordinatorCachedBufferMaxBytes)
                .build();
        ShareCoordinatorService service =
                new ShareCoordinatorService(log, config, runtime, metrics.ofStates(), Time.SYSTEM, timer, writer);
        service.startup(() -> statePartitions);
        service.onMetadataUpdate(new MetadataDelta.Builder().setImage(image).build(), image);
        return new RunningShareStates(service);
    }
}
