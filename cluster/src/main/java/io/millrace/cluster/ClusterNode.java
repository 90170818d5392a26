package io.millrace.cluster;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.metadata.ClusterImage;
import io.millrace.cluster.metadata.Controller;
import io.millrace.cluster.metadata.FileController;
import io.millrace.cluster.metadata.MetadataFile;
import io.millrace.cluster.metadata.TopicConfig;
import io.millrace.cluster.partition.BatchingRecordAppender;
import io.millrace.cluster.partition.KeyPartitioner;
import io.millrace.cluster.partition.LocalPartitionService;
import io.millrace.cluster.partition.PartitionService;
import io.millrace.cluster.partition.Partitioner;
import io.millrace.cluster.partition.RecordAppender;
import io.millrace.cluster.record.RecordBatches;
import io.millrace.cluster.record.RecordRewriter;
import io.millrace.cluster.replication.Replication;
import io.millrace.cluster.transaction.ProducerIdAllocator;
import io.millrace.storage.LogManager;
import io.millrace.storage.StorageMetrics;
import io.millrace.storage.file.Disk;
import io.millrace.storage.scrub.ScrubReport;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.Clock;
import java.util.concurrent.ExecutionException;

/** One node's part of the cluster: its logs, its metadata and the doors to them, started and stopped together. */
public final class ClusterNode {

    /** How late a produce request may be told that its time is up. */
    private static final long EXPIRY_INTERVAL_MS = 250;

    private final Vertx vertx;
    private final ClusterConfig config;
    private final LogManager logs;
    private final FileController controller;
    private final LocalPartitionService partitions;
    private final RecordAppender appender;
    private final Partitioner partitioner = new KeyPartitioner();
    private final ProducerIdAllocator producerIds;
    private final long expiryTimer;
    private final long retentionTimer;

    private ClusterNode(Vertx vertx, ClusterConfig config, Clock clock, LogManager logs)
            throws IOException, InterruptedException {
        this.vertx = vertx;
        this.config = config;
        this.logs = logs;
        this.partitions = new LocalPartitionService(vertx, config, logs, this::image, Replication.alone(vertx));
        this.controller =
                new FileController(config, new MetadataFile(config.storage().directory()), partitions::apply);
        try {
            controller.applyInitial().toCompletableFuture().get();
        } catch (ExecutionException e) {
            throw new IOException(
                    "The partitions in " + config.storage().directory() + " cannot be opened: "
                            + e.getCause().getMessage(),
                    e.getCause());
        }
        logs.onOffline(failure -> partitions.failAll(
                new MillraceException(ErrorCode.KAFKA_STORAGE_ERROR, failure.getMessage(), failure)));
        this.appender = new BatchingRecordAppender(partitions, clock, config.appenderBytesMax());
        this.producerIds = new ProducerIdAllocator(controller);
        this.expiryTimer = vertx.setPeriodic(EXPIRY_INTERVAL_MS, id -> partitions.expireDelayed());
        this.retentionTimer = vertx.setPeriodic(config.retentionIntervalMs(), id -> partitions.applyRetention());
    }

    /**
     * Opens the data directory and recovers its logs. Completes when everything can be appended to and read. Fails with an
     * exception whose message tells the user what to do.
     */
    public static Future<ClusterNode> start(Vertx vertx, ClusterConfig config, Clock clock, StorageMetrics metrics) {
        return vertx.executeBlocking(() -> open(vertx, config, clock, metrics));
    }

    private static ClusterNode open(Vertx vertx, ClusterConfig config, Clock clock, StorageMetrics metrics)
            throws IOException, InterruptedException {
        TopicConfig.validate(config.topicDefaults());
        LogManager logs = LogManager.open(
                config.storage(), clock, metrics, RecordBatches::firstAtOrAfter, new RecordRewriter(), Disk.local());
        try {
            return new ClusterNode(vertx, config, clock, logs);
        } catch (IOException | InterruptedException | RuntimeException e) {
            logs.close();
            throw e;
        }
    }

    public ClusterConfig config() {
        return config;
    }

    public Controller controller() {
        return controller;
    }

    public PartitionService partitions() {
        return partitions;
    }

    public RecordAppender appender() {
        return appender;
    }

    public Partitioner partitioner() {
        return partitioner;
    }

    public ProducerIdAllocator producerIds() {
        return producerIds;
    }

    /** Whether appends are possible; false once the log directory is offline. */
    public boolean isHealthy() {
        return logs.isOnline();
    }

    /** What reading old segments again has found; does not stop the node from serving. */
    public ScrubReport scrubReport() {
        return logs.scrubReport();
    }

    /** Tells clients where this node's Kafka listener can be reached. Completes when {@link Controller#image()} says so. */
    public Future<Void> advertise(String host, int port) {
        return controller.advertise(host, port);
    }

    /** Flushes and closes everything; the next start is clean. */
    public Future<Void> stop() {
        vertx.cancelTimer(expiryTimer);
        vertx.cancelTimer(retentionTimer);
        return vertx.executeBlocking(() -> {
            controller.close();
            partitions.checkpointHighWatermarks();
            partitions.close();
            logs.close();
            return null;
        });
    }

    private ClusterImage image() {
        return controller.image();
    }
}
