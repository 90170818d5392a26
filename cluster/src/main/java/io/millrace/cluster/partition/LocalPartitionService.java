package io.millrace.cluster.partition;

import io.millrace.cluster.CallerContext;
import io.millrace.cluster.ClusterConfig;
import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.idempotence.IdempotencyConfig;
import io.millrace.cluster.metadata.ClusterImage;
import io.millrace.cluster.replication.ReplicaFetchRequest;
import io.millrace.cluster.replication.ReplicaFetchResponse;
import io.millrace.cluster.replication.ReplicaFetchService;
import io.millrace.cluster.replication.ReplicaFetchers;
import io.millrace.cluster.replication.Replication;
import io.millrace.cluster.replication.ReplicationStats;
import io.millrace.storage.AppendResult;
import io.millrace.storage.LogManager;
import io.millrace.storage.PartitionLog.EpochEndOffset;
import io.millrace.storage.ReadResult;
import io.millrace.storage.TimestampOffset;
import io.millrace.storage.TopicPartition;
import io.millrace.storage.file.Disk;
import io.millrace.storage.producer.ProducerState;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one door of a node to its replicas, for clients and for the followers on other nodes. */
public final class LocalPartitionService implements PartitionService, ReplicaFetchService {

    private static final Logger log = LoggerFactory.getLogger(LocalPartitionService.class);

    private static final int READERS = 4;

    private final RequestThreads threads;
    private final Supplier<ClusterImage> image;
    private final LogReaders readers;
    private final PartitionRegistry registry;
    private final LeaderEpochs leaderEpochs;
    private final PartitionContext context;
    private final HighWatermarkFile highWatermarks;
    private final ImageApplier applier;
    private final ReplicaSessions replicaSessions;

    /**
     * @param image the newest image, for lookups by name and of nodes; may give null before there is one
     * @throws IOException when the high watermarks of the last run cannot be read
     */
    public LocalPartitionService(
            Vertx vertx, ClusterConfig config, LogManager logs, Supplier<ClusterImage> image, Replication replication)
            throws IOException {
        this(RequestThreads.of(vertx, READERS), Disk.local(), config, logs, image, replication);
    }

    /**
     * As above, elsewhere: for simulations.
     *
     * @param disk where the high watermarks are written down
     */
    LocalPartitionService(
            RequestThreads threads,
            Disk disk,
            ClusterConfig config,
            LogManager logs,
            Supplier<ClusterImage> image,
            Replication replication)
            throws IOException {
        this.threads = threads;
        this.readers = new LogReaders(threads);
        this.image = image;
        this.registry = new PartitionRegistry();
        this.leaderEpochs = new LeaderEpochs(registry);
        this.context = new PartitionContext(
                config.nodeId(), image, replication, new ReplicaFetchers(replication, config.nodeId()));
        this.replicaSessions = new ReplicaSessions(registry, context, threads, readers);
        this.highWatermarks = HighWatermarkFile.open(disk, config.storage().directory());
        this.applier = new ImageApplier(registry, logs, context, config.topicDefaults(), highWatermarks);
    }

    /**
     * Makes the replicas here those of a committed image: creates what is new, leads or follows, changes settings, deletes what is gone.
     * Images may be handed in before the last one is in force; they are applied in that order. Completes when this one is in force: its
     * partitions can be used.
     */
    public CompletionStage<Void> apply(ClusterImage target) {
        return applier.apply(target);
    }

    @Override
    public Optional<TopicPartition> partition(String topic, int partition) {
        return image.get()
                .topic(topic)
                .filter(found ->
                        partition >= 0 && partition < found.partitions().size())
                .map(found -> new TopicPartition(found.id(), topic, partition));
    }

    @Override
    public Future<Void> prepare(Collection<TopicPartition> partitions, long timeoutMs) {
        try {
            partitions.forEach(registry::leading);
            return Future.succeededFuture();
        } catch (MillraceException e) {
            return Future.failedFuture(e);
        }
    }

    @Override
    public Future<AppendResult> append(AppendCommand command) {
        try {
            return registry.leading(command.partition()).appends().append(command);
        } catch (MillraceException e) {
            return Future.failedFuture(e);
        }
    }

    @Override
    public Future<List<FetchedPartition>> fetch(FetchCommand command) {
        return new DelayedFetch<>(threads, readers, command.maxWaitMs(), new ConsumerFetch(registry, command)).start();
    }

    @Override
    public Future<ReplicaFetchResponse<ReadResult>> fetch(ReplicaFetchRequest request) {
        return replicaSessions.fetch(request);
    }

    @Override
    public Future<ReadResult> read(TopicPartition key, long offset, int maxBytes, Isolation isolation) {
        LeaderRole leader;
        try {
            leader = registry.leading(key);
        } catch (MillraceException e) {
            return Future.failedFuture(e);
        }
        return leader.isReadImmediate(offset, isolation)
                ? LogReaders.now(() -> read(leader, offset, maxBytes, isolation))
                : readers.submit(() -> read(leader, offset, maxBytes, isolation));
    }

    private static ReadResult read(LeaderRole leader, long offset, int maxBytes, Isolation isolation)
            throws IOException {
        long limit = leader.offsets().readLimit(isolation);
        return isolation == Isolation.READ_COMMITTED
                ? CommittedRead.read(leader.log(), offset, limit, maxBytes)
                : leader.read(offset, limit, maxBytes, true);
    }

    @Override
    public PartitionOffsets offsets(TopicPartition key) {
        return registry.leading(key).offsets();
    }

    @Override
    public long latestOffset(TopicPartition key, Isolation isolation) {
        LeaderRole leader = registry.leading(key);
        if (!leader.isLatestOffsetKnown()) {
            throw offsetNotAvailable(key);
        }
        return leader.offsets().readLimit(isolation);
    }

    private static MillraceException offsetNotAvailable(TopicPartition key) {
        return new MillraceException(
                ErrorCode.OFFSET_NOT_AVAILABLE,
                "The leader of " + key + " is new and does not know yet how far its replicas are: ask again");
    }

    @Override
    public Watch watch(TopicPartition key, long position, Runnable listener) {
        return registry.watch(key, position, listener);
    }

    @Override
    public Future<Optional<TimestampOffset>> findByTimestamp(
            TopicPartition key, long timestampMs, Isolation isolation) {
        return readers.submit(() -> {
            LeaderRole leader = registry.leading(key);
            // Asked before the limit is read: if it was known, all that was acknowledged lies below the limit.
            boolean isAllBelowLimit = leader.isLatestOffsetKnown();
            Optional<TimestampOffset> found =
                    leader.log().findByTimestamp(timestampMs, leader.offsets().readLimit(isolation));
            if (found.isEmpty() && !isAllBelowLimit) {
                throw offsetNotAvailable(key);
            }
            return found;
        });
    }

    @Override
    public Future<Optional<TimestampOffset>> findMaxTimestamp(TopicPartition key, Isolation isolation) {
        return readers.submit(() -> {
            LeaderRole leader = registry.leading(key);
            if (!leader.isLatestOffsetKnown()) {
                throw offsetNotAvailable(key);
            }
            return leader.log().findMaxTimestamp(leader.offsets().readLimit(isolation));
        });
    }

    @Override
    public Future<Long> deleteRecords(TopicPartition key, long beforeOffset) {
        LeaderRole leader;
        try {
            leader = registry.leading(key);
        } catch (MillraceException e) {
            return Future.failedFuture(e);
        }
        long highWatermark = leader.offsets().highWatermark();
        long target = beforeOffset == -1 ? highWatermark : beforeOffset;
        if (target < 0 || target > highWatermark) {
            return Future.failedFuture(new MillraceException(
                    ErrorCode.OFFSET_OUT_OF_RANGE,
                    "Records can be deleted up to the high watermark " + highWatermark + ", not up to " + target));
        }
        Promise<Long> moved = CallerContext.promise();
        leader.log().advanceLogStart(target).whenComplete((start, failure) -> {
            if (failure == null) {
                leader.followersAtEnd().logStartAt(start);
                moved.complete(start);
            } else {
                moved.fail(LogErrors.translate(failure));
            }
        });
        return moved.future();
    }

    @Override
    public Optional<EpochEndOffset> endOffsetForEpoch(TopicPartition key, int leaderEpoch, int currentLeaderEpoch) {
        return leaderEpochs.end(key, leaderEpoch, currentLeaderEpoch);
    }

    /** Only of partitions that this node leads. */
    @Override
    public Future<EpochEnd> endOfEpoch(TopicPartition key, int leaderEpoch) {
        return leaderEpochs.endForReader(key, leaderEpoch);
    }

    @Override
    public long sizeBytes(TopicPartition key) {
        return registry.existing(key).log().sizeBytes();
    }

    /** Who is asked before the first batch of a transaction is stored; before it is set, producers are told to try again. */
    public void transactionVerifier(TransactionVerifier verifier) {
        context.verifier().set(verifier);
    }

    /**
     * Ends the transaction of a producer in a partition that this node leads, as a transaction coordinator wants it. Completes when all
     * in-sync replicas know; fails with TRANSACTION_COORDINATOR_FENCED or INVALID_PRODUCER_EPOCH when that comes too late.
     *
     * @param marker one control batch
     * @param strictly whether the producer has an epoch for each transaction
     */
    public Future<AppendResult> appendMarker(TopicPartition key, ByteBuffer marker, boolean strictly, int timeoutMs) {
        try {
            return registry.leading(key).appends().appendMarker(marker, strictly, timeoutMs);
        } catch (MillraceException e) {
            return Future.failedFuture(e);
        }
    }

    /** What is known of the producers of a partition that this node leads. */
    public Future<List<ProducerState>> producers(TopicPartition key) {
        Promise<List<ProducerState>> known = CallerContext.promise();
        try {
            registry.leading(key).log().producerStates().whenComplete((states, failure) -> {
                if (failure == null) {
                    known.complete(states);
                } else {
                    known.fail(LogErrors.translate(failure));
                }
            });
        } catch (MillraceException e) {
            known.fail(e);
        }
        return known.future();
    }

    /** Reads what the replicas of this node have, whoever leads. */
    public ReplicaReader replicaReader() {
        return new ReplicaReader(registry, readers);
    }

    /** Appends that are stored once, to what this node leads. */
    public OnceAppends onceAppends(IdempotencyConfig idempotency, Clock clock) {
        return new OnceAppends(registry, readers, idempotency, clock);
    }

    /** The logs of internal topics, for the coordinators that keep their state there. */
    public CoordinatorLogs coordinatorLogs() {
        return new CoordinatorLogs(registry, context.verifier()::get, this::deleteRecords);
    }

    /** What the replicas of this node are like. */
    public ReplicaOverview overview() {
        return new ReplicaOverview(registry);
    }

    /** What replication did in this process. */
    public ReplicationStats replicationStats() {
        return context.replication().stats();
    }

    /** Fails appends whose time is up; called by a timer, several times a second. */
    public void expireDelayed() {
        long nowMs = context.nowMs();
        registry.all().forEach(partition -> partition.expire(nowMs));
    }

    /** Looks for followers that fell behind, where this node leads; called by a timer, several times in the time they may lag. */
    public void checkInSync() {
        registry.all().forEach(Partition::checkLag);
    }

    /** Deletes what retention allows; called by a timer. Failures are logged, the next round tries again. */
    public void applyRetention() {
        for (Partition partition : registry.all()) {
            partition.log().applyRetention(partition.highWatermark()).whenComplete((start, failure) -> {
                if (failure == null) {
                    partition.logStartAt(start);
                } else {
                    log.atWarn()
                            .addKeyValue("partition", partition.topicPartition())
                            .log("Retention failed and will be tried again: {}", failure.toString());
                }
            });
        }
    }

    /** Tries again what could not be applied of the newest image; called by a timer. Failures are logged where they happen. */
    public void retryFailed() {
        applier.retryFailed().exceptionally(failure -> {
            log.warn("The partitions are still not all as they should be, trying again: {}", failure.toString());
            return null;
        });
    }

    /** Writes down where the high watermarks are; called by a timer and at the end, on a thread that may block. */
    public void checkpointHighWatermarks() {
        try {
            highWatermarks.write(applier.appliedVersion(), registry.all(), applier::isHosted);
        } catch (IOException e) {
            log.warn("The high watermarks could not be written down; after a restart they begin lower", e);
        }
    }

    /** Takes no more appends for what this node leads now: others are to lead it soon. */
    public void resign() {
        registry.all().stream()
                .map(Partition::leadingOrNull)
                .filter(Objects::nonNull)
                .forEach(leader -> leader.appends().resign());
    }

    /** Whether everything that was appended to what this node leads is replicated. */
    public boolean isSettled() {
        return registry.all().stream()
                .map(Partition::leadingOrNull)
                .filter(Objects::nonNull)
                .allMatch(LeaderRole::isSettled);
    }

    /** Fails everything that waits: the log directory went offline. */
    public void failAll(MillraceException cause) {
        registry.all().forEach(partition -> partition.close(cause));
    }

    /** Ends the fetchers and reader threads. The logs are closed by whoever opened them. */
    public void close() {
        context.fetchers().close();
        replicaSessions.close();
        threads.close();
        failAll(new MillraceException(ErrorCode.NOT_LEADER_OR_FOLLOWER, "The node is stopping: ask another, or later"));
    }

    /** The replica, or null. */
    Partition find(TopicPartition key) {
        return registry.find(key);
    }
}
