package io.millrace.cluster.controller;

import io.millrace.cluster.peer.KafkaIds;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.controller.QuorumController;
import org.apache.kafka.controller.QuorumFeatures;
import org.apache.kafka.image.loader.MetadataLoader;
import org.apache.kafka.image.publisher.MetadataPublisher;
import org.apache.kafka.image.publisher.SnapshotEmitter;
import org.apache.kafka.image.publisher.SnapshotGenerator;
import org.apache.kafka.metadata.bootstrap.BootstrapMetadata;
import org.apache.kafka.raft.RaftClient;
import org.apache.kafka.server.common.ApiMessageAndVersion;
import org.apache.kafka.server.fault.FaultHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Kafka's two state machines over the metadata log, each with its own thread: the controller, which decides while this node leads the
 * quorum, and the loader, which turns what was committed into images and now and then into a snapshot.
 */
final class MetadataThreads {

    private static final Logger log = LoggerFactory.getLogger(MetadataThreads.class);

    private static final long SNAPSHOT_AFTER_BYTES = 20L << 20;
    private static final long SNAPSHOT_AFTER_NS = TimeUnit.HOURS.toNanos(1);
    private static final String THREAD_PREFIX = "millrace-";

    private final QuorumController controller;
    private final MetadataLoader loader;
    private final List<MetadataPublisher> publishers;
    private final RaftClient<ApiMessageAndVersion> quorum;

    /** @param fatal ends the process: the state in memory is not that of the log any more */
    MetadataThreads(
            ControllerSettings settings,
            RaftClient<ApiMessageAndVersion> quorum,
            ImagePublisher publisher,
            FaultHandler fatal)
            throws Exception {
        this.quorum = quorum;
        this.controller = controller(settings, quorum, fatal);
        this.loader = new MetadataLoader.Builder()
                .setNodeId(settings.nodeId())
                .setThreadNamePrefix(THREAD_PREFIX)
                .setFaultHandler(fatal)
                .setHighWaterMarkAccessor(quorum::highWatermark)
                .build();
        SnapshotGenerator snapshots = new SnapshotGenerator.Builder(new SnapshotEmitter.Builder()
                        .setNodeId(settings.nodeId())
                        .setRaftClient(quorum)
                        .build())
                .setNodeId(settings.nodeId())
                .setFaultHandler(nonFatal())
                .setMaxBytesSinceLastSnapshot(SNAPSHOT_AFTER_BYTES)
                .setMaxTimeSinceLastSnapshotNs(SNAPSHOT_AFTER_NS)
                .setThreadNamePrefix(THREAD_PREFIX)
                .build();
        this.publishers = List.of(snapshots, publisher);
        quorum.register(loader);
    }

    /**
     * Begins to publish images; the quorum must have been started, or the loader asks it too early.
     *
     * @param later is told of each image after this node's partitions follow it
     */
    void start(MetadataPublisher later) {
        loader.installPublishers(
                Stream.concat(publishers.stream(), Stream.of(later)).toList());
    }

    private static QuorumController controller(
            ControllerSettings settings, RaftClient<ApiMessageAndVersion> quorum, FaultHandler fatal) throws Exception {
        Uuid directoryId = KafkaIds.toKafka(settings.directoryId());
        BootstrapMetadata bootstrap = settings.former()
                .map(former -> BootstrapRecords.upgraded(former, settings.nodeId(), directoryId))
                .orElseGet(BootstrapRecords::newCluster);
        return new QuorumController.Builder(
                        settings.nodeId(),
                        KafkaIds.toKafka(settings.clusterId()).toString())
                .setThreadNamePrefix(THREAD_PREFIX + "controller-")
                .setRaftClient(quorum)
                .setQuorumFeatures(new QuorumFeatures(
                        settings.nodeId(), QuorumFeatures.defaultSupportedFeatureMap(false), List.of()))
                .setBootstrapMetadata(bootstrap)
                .setConfigSchema(TopicConfigSchema.schema())
                .setConfigurationValidator(TopicConfigSchema.validator(settings.groups()))
                .setStaticConfig(Map.copyOf(settings.topicDefaults()))
                .setDefaultNumPartitions(settings.defaultPartitions())
                .setDefaultReplicationFactor((short) 1)
                .setSessionTimeoutNs(TimeUnit.MILLISECONDS.toNanos(settings.sessionTimeoutMs()))
                .setLeaderImbalanceCheckIntervalNs(
                        settings.leaderBalanceIntervalMs() == 0
                                ? OptionalLong.empty()
                                : OptionalLong.of(TimeUnit.MILLISECONDS.toNanos(settings.leaderBalanceIntervalMs())))
                .setNonFatalFaultHandler(nonFatal())
                .setFatalFaultHandler(fatal)
                .build();
    }

    private static FaultHandler nonFatal() {
        return (message, cause) -> {
            log.error("The controller met an error that it can go on after: {}", message, cause);
            return new RuntimeException(message, cause);
        };
    }

    QuorumController controller() {
        return controller;
    }

    /** Ends both. Blocks. */
    void close() throws InterruptedException {
        controller.beginShutdown();
        loader.beginShutdown();
        try {
            loader.close();
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            log.warn("The loading of metadata did not end in order", e);
        }
        controller.close();
        quorum.unregister(loader);
    }
}
