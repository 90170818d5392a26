package io.millrace.cluster.partition;

import io.millrace.cluster.ClusterConfig;
import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.metadata.ClusterImage;
import io.millrace.cluster.metadata.PartitionMetadata;
import io.millrace.cluster.metadata.TopicConfig;
import io.millrace.cluster.metadata.TopicMetadata;
import io.millrace.storage.AppendResult;
import io.millrace.storage.LogConfig;
import io.millrace.storage.LogException;
import io.millrace.storage.LogManager;
import io.millrace.storage.PartitionLog;
import io.millrace.storage.ReadResult;
import io.millrace.storage.TimestampOffset;
import io.millrace.storage.TopicPartition;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one door, on the node that leads the partitions. */
public final class LocalPartitionService implements PartitionService {

    private static final Logger log = LoggerFactory.getLogger(LocalPartitionService.class);

    private static final int READERS = 4;

    private final Vertx vertx;
    private final ClusterConfig config;
    private final Clock clock;
    private final LogManager logs;
    private final Supplier<ClusterImage> image;
    private final LogReaders readers = new LogReaders(READERS);
    private final Map<TopicPartition, Partition> partitions = new ConcurrentHashMap<>();

    /** Partitions whose log cannot be trusted, and what they answer. */
    private final Map<TopicPartition, MillraceException> damaged = new ConcurrentHashMap<>();

    /**
     * @param image the newest image, for lookups by name
     */
    public LocalPartitionService(
            Vertx vertx, ClusterConfig config, Clock clock, LogManager logs, Supplier<ClusterImage> image) {
        this.vertx = vertx;
        this.config = config;
        this.clock = clock;
        this.logs = logs;
        this.image = image;
    }

    /**
     * Makes the partitions here those of an image: creates what is new, changes settings, deletes what is gone. Called by the
     * controller, one image after the other. Completes when the partitions can be used.
     */
    public CompletionStage<Void> apply(ClusterImage target) {
        List<CompletableFuture<Void>> steps = new ArrayList<>();
        Set<TopicPartition> wanted = new HashSet<>();
        for (TopicMetadata topic : target.topics().values()) {
            LogConfig logConfig = TopicConfig.logConfig(topic.config(), config.topicDefaults());
            for (PartitionMetadata partition : topic.partitions()) {
                TopicPartition key = new TopicPartition(topic.id(), topic.name(), partition.partition());
                wanted.add(key);
                steps.add(lead(key, partition.leaderEpoch(), logConfig));
            }
        }
        for (TopicPartition gone : partitionsOnDisk()) {
            if (!wanted.contains(gone)) {
                steps.add(remove(gone));
            }
        }
        return CompletableFuture.allOf(steps.toArray(CompletableFuture[]::new));
    }

    private Set<TopicPartition> partitionsOnDisk() {
        Set<TopicPartition> present = new HashSet<>();
        logs.logs().forEach(each -> present.add(each.topicPartition()));
        return present;
    }

    private CompletableFuture<Void> lead(TopicPartition key, int leaderEpoch, LogConfig logConfig) {
        Partition present = partitions.get(key);
        if (present != null) {
            return present.log().config().equals(logConfig)
                    ? CompletableFuture.completedFuture(null)
                    : present.log().updateConfig(logConfig).toCompletableFuture();
        }
        CompletionStage<PartitionLog> opened = logs.log(key)
                .<CompletionStage<PartitionLog>>map(
                        existing -> existing.updateConfig(logConfig).thenApply(done -> existing))
                .orElseGet(() -> logs.create(key, logConfig));
        return opened.thenCompose(ready -> ready.beginEpoch(leaderEpoch).thenApply(done -> ready))
                .thenAccept(ready -> partitions.put(key, new Partition(ready, leaderEpoch, clock)))
                .exceptionallyCompose(failure -> refuseIfDamaged(key, failure))
                .toCompletableFuture();
    }

    /** A damaged log is left as it is, for the operator to look at; the other partitions are served. */
    private CompletionStage<Void> refuseIfDamaged(TopicPartition key, Throwable failure) {
        MillraceException why = LogErrors.translate(failure);
        if (!(why.getCause() instanceof LogException.CorruptLog)) {
            return CompletableFuture.failedStage(failure);
        }
        damaged.put(key, why);
        log.atError().addKeyValue("partition", key).log("Not served: {}", why.getMessage());
        return CompletableFuture.completedStage(null);
    }

    private CompletableFuture<Void> remove(TopicPartition key) {
        Partition present = partitions.remove(key);
        damaged.remove(key);
        if (present != null) {
            present.close(unknown(key));
        } else {
            log.atInfo()
                    .addKeyValue("partition", key)
                    .log("Removing a partition whose topic was deleted before the restart");
        }
        return logs.delete(key).toCompletableFuture();
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
    public Future<AppendResult> append(AppendCommand command) {
        Partition partition = partitions.get(command.partition());
        return partition == null ? Future.failedFuture(absent(command.partition())) : partition.append(command);
    }

    @Override
    public Future<List<FetchedPartition>> fetch(FetchCommand command) {
        return new DelayedFetch(this, vertx, command).start();
    }

    @Override
    public Future<ReadResult> read(TopicPartition key, long offset, int maxBytes, Isolation isolation) {
        Partition partition = partitions.get(key);
        if (partition == null) {
            return Future.failedFuture(absent(key));
        }
        return partition.isReadImmediate(offset, isolation)
                ? LogReaders.now(() -> partition.read(offset, maxBytes, true, isolation))
                : readers.submit(() -> partition.read(offset, maxBytes, true, isolation));
    }

    @Override
    public PartitionOffsets offsets(TopicPartition key) {
        return existing(key).offsets();
    }

    @Override
    public Watch watch(TopicPartition key, long position, Runnable listener) {
        Partition partition = partitions.get(key);
        if (partition == null) {
            listener.run();
            return () -> {};
        }
        return partition.watch(position, listener);
    }

    @Override
    public Future<Optional<TimestampOffset>> findByTimestamp(
            TopicPartition key, long timestampMs, Isolation isolation) {
        return readers.submit(() -> {
            Partition partition = existing(key);
            return partition
                    .log()
                    .findByTimestamp(timestampMs, partition.offsets().readLimit(isolation));
        });
    }

    @Override
    public Future<Optional<TimestampOffset>> findMaxTimestamp(TopicPartition key, Isolation isolation) {
        return readers.submit(() -> {
            Partition partition = existing(key);
            return partition.log().findMaxTimestamp(partition.offsets().readLimit(isolation));
        });
    }

    @Override
    public Future<Long> deleteRecords(TopicPartition key, long beforeOffset) {
        Partition partition = partitions.get(key);
        if (partition == null) {
            return Future.failedFuture(absent(key));
        }
        long highWatermark = partition.offsets().highWatermark();
        long target = beforeOffset == -1 ? highWatermark : beforeOffset;
        if (target < 0 || target > highWatermark) {
            return Future.failedFuture(new MillraceException(
                    ErrorCode.OFFSET_OUT_OF_RANGE,
                    "Records can be deleted up to the high watermark " + highWatermark + ", not up to " + target));
        }
        return Future.fromCompletionStage(partition.log().advanceLogStart(target), vertx.getOrCreateContext())
                .recover(failure -> Future.failedFuture(LogErrors.translate(failure)));
    }

    @Override
    public long sizeBytes(TopicPartition key) {
        return existing(key).log().sizeBytes();
    }

    /** Fails appends whose time is up; called by a timer. */
    public void expireDelayed() {
        long nowMs = clock.millis();
        partitions.values().forEach(partition -> partition.expire(nowMs));
    }

    /** Deletes what retention allows; called by a timer. Failures are logged, the next round tries again. */
    public void applyRetention() {
        for (Partition partition : partitions.values()) {
            partition.log().applyRetention(partition.offsets().highWatermark()).whenComplete((start, failure) -> {
                if (failure != null) {
                    log.atWarn()
                            .addKeyValue("partition", partition.topicPartition())
                            .log("Retention failed and will be tried again: {}", failure.toString());
                }
            });
        }
    }

    /** Fails everything that waits: the log directory went offline. */
    public void failAll(MillraceException cause) {
        partitions.values().forEach(partition -> partition.close(cause));
    }

    /** Ends the reader threads. The logs are closed by whoever opened them. */
    public void close() {
        readers.close();
        failAll(new MillraceException(ErrorCode.NOT_LEADER_OR_FOLLOWER, "The node is stopping: ask another, or later"));
    }

    LogReaders readers() {
        return readers;
    }

    /** The partition, or null. */
    Partition find(TopicPartition key) {
        return partitions.get(key);
    }

    Partition existing(TopicPartition key) {
        Partition partition = partitions.get(key);
        if (partition == null) {
            throw absent(key);
        }
        return partition;
    }

    /** Why a partition is not here. */
    MillraceException absent(TopicPartition key) {
        MillraceException why = damaged.get(key);
        return why != null ? why : unknown(key);
    }

    private static MillraceException unknown(TopicPartition key) {
        return new MillraceException(
                ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                "There is no partition " + key.partition() + " of topic '" + key.topic() + "'");
    }
}
