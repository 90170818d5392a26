package io.millrace.cluster.partition;

import io.millrace.cluster.ClusterConfig;
import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.membership.AloneMembership;
import io.millrace.cluster.membership.ClusterMember;
import io.millrace.cluster.membership.OwnershipTable;
import io.millrace.cluster.metadata.ClusterImage;
import io.millrace.cluster.peer.PeerAddress;
import io.millrace.cluster.record.RecordBatches;
import io.millrace.cluster.replication.IsrCommitter;
import io.millrace.cluster.replication.IsrCommitter.Answer;
import io.millrace.cluster.replication.IsrCommitter.Proposal;
import io.millrace.cluster.replication.Replication;
import io.millrace.cluster.replication.ReplicationConfig;
import io.millrace.cluster.routing.RoutedPartitionService;
import io.millrace.storage.LogManager;
import io.millrace.storage.PartitionLog;
import io.millrace.storage.ReadResult;
import io.millrace.storage.StorageConfig;
import io.millrace.storage.StorageMetrics;
import io.millrace.storage.TopicPartition;
import io.millrace.storage.compaction.BatchRewriter;
import io.millrace.storage.file.Disk;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/** One node of a test: real logs in a directory of its own, the model controller, and calls for a network. */
final class TestNode {

    private final int id;
    private final Path directory;
    private final Vertx vertx;
    private final ModelController controller;
    private final TestNetwork network;
    private final LongSupplier monotonicMs;
    private final Runnable committed;
    private Disk disk = Disk.local();
    private LogManager logs;
    private LocalPartitionService service;
    private RoutedPartitionService anywhere;
    private TestLeaderClient client;
    private final OwnershipTable ownership = new OwnershipTable(
            new AloneMembership(new ClusterMember(1, "", "", new PeerAddress("localhost", 1), "", "", ""))
                    .map(OwnershipTable.MAP));
    private volatile ClusterImage image;
    private volatile long brokerEpoch = -1;
    private volatile IsrCommitter committer = this::alter;

    /** @param committed called when the controller has committed what this node asked for */
    TestNode(
            int id,
            Path directory,
            Vertx vertx,
            ModelController controller,
            TestNetwork network,
            LongSupplier monotonicMs,
            Runnable committed) {
        this.id = id;
        this.directory = directory;
        this.vertx = vertx;
        this.controller = controller;
        this.network = network;
        this.monotonicMs = monotonicMs;
        this.committed = committed;
    }

    private StorageConfig storage() {
        StorageConfig defaults = StorageConfig.defaults(directory);
        return new StorageConfig(
                directory,
                1,
                8 << 20,
                defaults.shardQueueMax(),
                defaults.shardQueueBytesMax(),
                1 << 20,
                0,
                0,
                defaults.producerExpirationMs());
    }

    private LogManager openLogs() throws IOException {
        return LogManager.open(
                storage(),
                Clock.systemUTC(),
                StorageMetrics.NONE,
                RecordBatches::firstAtOrAfter,
                BatchRewriter.NONE,
                disk);
    }

    /** From its next start on. */
    void disk(Disk other) {
        disk = other;
    }

    /** Starts and registers; knows no image yet. */
    void start() {
        startUnregistered();
        brokerEpoch = controller.register(id);
    }

    void startUnregistered() {
        brokerEpoch = -1;
        try {
            logs = openLogs();
            service = new LocalPartitionService(
                    vertx,
                    new ClusterConfig(id, null, storage(), 1, true, Map.of(), 100, 1 << 20),
                    logs,
                    () -> image,
                    new Replication(
                            new ReplicationConfig(2, 10_000, 50, 50, 1 << 20, 1 << 16, 1 << 30, 2, 20),
                            proposal -> committer.alter(proposal),
                            (leader, lane, request) -> network.fetch(id, leader, request),
                            (delayMs, task) -> vertx.setTimer(Math.max(1, delayMs), timer -> task.run()),
                            monotonicMs,
                            () -> brokerEpoch));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        LocalPartitionService present = service;
        logs.onOffline(failure ->
                present.failAll(new MillraceException(ErrorCode.KAFKA_STORAGE_ERROR, failure.getMessage(), failure)));
        client = new TestLeaderClient(vertx, network, id);
        anywhere = new RoutedPartitionService(vertx, id, service, () -> image, ownership, client);
        network.up(id, service);
    }

    /** It was fenced and is heard of again: a new registration of the same process. */
    void registerAgain() {
        brokerEpoch = controller.register(id);
    }

    boolean isRunning() {
        return service != null;
    }

    int id() {
        return id;
    }

    LocalPartitionService service() {
        return service;
    }

    RoutedPartitionService anywhere() {
        return anywhere;
    }

    /** The way of {@link #anywhere} to other nodes. */
    TestLeaderClient client() {
        return client;
    }

    OwnershipTable ownership() {
        return ownership;
    }

    CompletableFuture<Void> apply(ClusterImage next) {
        ClusterImage known = image;
        if (known == null || next.version() >= known.version()) {
            image = next;
        }
        RoutedPartitionService routed = anywhere;
        return service.apply(next).thenRun(routed::imageApplied).toCompletableFuture();
    }

    Future<Answer> alter(Proposal proposal) {
        Answer answer = controller.alter(id, brokerEpoch, proposal);
        committed.run();
        return Future.succeededFuture(answer);
    }

    void committer(IsrCommitter other) {
        committer = other;
    }

    void stop() {
        network.down(id);
        service.checkpointHighWatermarks();
        close();
    }

    /** Ends without writing down the high watermarks; what was written to the logs stays. */
    void kill() {
        network.down(id);
        close();
    }

    private void close() {
        anywhere.close();
        service.close();
        logs.close();
        service = null;
        image = null;
        committer = this::alter;
    }

    /** While it is down: what a power cut takes that came before an fsync. */
    void lose(TopicPartition key, long fromOffset) {
        try (LogManager opened = openLogs()) {
            PartitionLog log = opened.log(key).orElseThrow();
            if (fromOffset < log.offsets().logEndOffset()) {
                log.truncateTo(fromOffset).toCompletableFuture().get(10, TimeUnit.SECONDS);
            }
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** While it is down: the disk is another one. */
    void wipe() {
        try (Stream<Path> all = Files.walk(directory)) {
            List<Path> deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
            for (Path each : deepestFirst) {
                Files.delete(each);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    PartitionLog log(TopicPartition key) {
        return logs.log(key).orElseThrow();
    }

    boolean hasLog(TopicPartition key) {
        return logs.log(key).isPresent();
    }

    /** All batches from the log start to the log end. */
    ByteBuffer bytes(TopicPartition key) {
        PartitionLog log = log(key);
        ByteBuffer all = ByteBuffer.allocate((int) log.sizeBytes() + 1024);
        long offset = log.offsets().logStartOffset();
        try {
            while (offset < log.offsets().logEndOffset()) {
                try (ReadResult read = log.read(offset, Long.MAX_VALUE, 1 << 20, true)) {
                    ByteBuffer batches = read.toBuffer();
                    offset = RecordBatches.forEach(batches.duplicate(), offset, record -> {});
                    all.put(batches);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return all.flip();
    }
}
