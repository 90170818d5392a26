package io.millrace.cluster.partition;

import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.metadata.BrokerMetadata;
import io.millrace.cluster.metadata.ClusterImage;
import io.millrace.cluster.metadata.PartitionMetadata;
import io.millrace.cluster.metadata.TopicConfig;
import io.millrace.cluster.metadata.TopicMetadata;
import io.millrace.storage.LogConfig;
import io.millrace.storage.LogException;
import io.millrace.storage.LogManager;
import io.millrace.storage.PartitionLog;
import io.millrace.storage.TopicPartition;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the replicas on this node those of an image: opens or creates, has them lead or follow, stops and deletes. One image after the
 * other; only topics that are another object than in the last image are looked at.
 *
 * <p>Works on the thread of the caller, of the storage's shards, or of its creations.
 */
final class ImageApplier {

    /** The log of the metadata itself is the quorum's, and in no image. */
    private static final UUID METADATA_TOPIC_ID = new UUID(0, 1);

    private static final Logger log = LoggerFactory.getLogger(ImageApplier.class);

    private final PartitionRegistry registry;
    private final LogManager logs;
    private final PartitionContext context;
    private final Map<String, String> topicDefaults;
    private final HighWatermarkFile highWatermarks;

    /** The last image that was begun with; guarded by this. */
    private CompletionStage<Void> last = CompletableFuture.completedStage(null);

    // One image at a time.
    private final Map<UUID, TopicMetadata> applied = new ConcurrentHashMap<>();

    /** Topics of that map that are to be looked at again, though they are the same: something failed, or may not be yet. */
    private final Set<UUID> unfinished = ConcurrentHashMap.newKeySet();

    private boolean straysRemoved;
    private volatile long appliedVersion = -1;
    private volatile boolean failed;

    ImageApplier(
            PartitionRegistry registry,
            LogManager logs,
            PartitionContext context,
            Map<String, String> topicDefaults,
            HighWatermarkFile highWatermarks) {
        this.registry = registry;
        this.logs = logs;
        this.context = context;
        this.topicDefaults = topicDefaults;
        this.highWatermarks = highWatermarks;
    }

    /**
     * See {@link LocalPartitionService#apply}. Fails when something could not be done: the rest was, and the next image tries it again.
     */
    synchronized CompletionStage<Void> apply(ClusterImage target) {
        last = last.exceptionally(failure -> null).thenCompose(done -> applyNow(target));
        return last;
    }

    /** Of the newest image in force, -1 before the first. */
    long appliedVersion() {
        return appliedVersion;
    }

    private CompletionStage<Void> applyNow(ClusterImage target) {
        if (target.version() < appliedVersion) {
            log.warn("Image {} came after image {} and is ignored", target.version(), appliedVersion);
            return CompletableFuture.completedStage(null);
        }
        registry.image(target);
        failed = false;
        // What goes gives up its name before what comes asks for it.
        CompletableFuture<Void> removed = all(removals(target)).whenComplete(this::noteFailure);
        List<CompletableFuture<Void>> topics = new ArrayList<>();
        boolean mayLead = isRegistered(target);
        for (TopicMetadata topic : target.topicsById().values()) {
            if (applied.put(topic.id(), topic) != topic || unfinished.remove(topic.id())) {
                topics.add(applyTopic(topic, mayLead));
            }
        }
        topics.add(removed);
        return all(topics).thenRun(() -> appliedVersion = target.version());
    }

    private CompletableFuture<Void> applyTopic(TopicMetadata topic, boolean mayLead) {
        unfinished.add(topic.id());
        CompletableFuture<Void> done;
        try {
            done = all(steps(topic, mayLead));
        } catch (RuntimeException e) {
            done = CompletableFuture.failedFuture(e);
        }
        return done.whenComplete((nothing, failure) -> {
            noteFailure(nothing, failure);
            if (failure == null && mayLead) {
                unfinished.remove(topic.id());
            }
        });
    }

    private void noteFailure(Void nothing, Throwable failure) {
        if (failure != null) {
            failed = true;
        }
    }

    /** Does again what failed in the newest image: a disk that was full may have room by now, and no other image may come for long. */
    synchronized CompletionStage<Void> retryFailed() {
        ClusterImage newest = registry.image();
        return failed && newest != null ? apply(newest) : CompletableFuture.completedStage(null);
    }

    /** Whether the image knows this process: one from before its registration may name this node as leader for its earlier life. */
    private boolean isRegistered(ClusterImage target) {
        BrokerMetadata self = target.brokers().get(context.nodeId());
        return self != null
                && self.epoch() == context.replication().brokerEpoch().getAsLong();
    }

    private static CompletableFuture<Void> all(List<CompletableFuture<Void>> steps) {
        return CompletableFuture.allOf(steps.toArray(CompletableFuture[]::new));
    }

    private List<CompletableFuture<Void>> steps(TopicMetadata topic, boolean mayLead) {
        LogConfig logConfig = TopicConfig.logConfig(topic.config(), topicDefaults);
        List<CompletableFuture<Void>> steps = new ArrayList<>();
        for (PartitionMetadata partition : topic.partitions()) {
            TopicPartition key = new TopicPartition(topic.id(), topic.name(), partition.partition());
            if (partition.replicas().contains(context.nodeId())) {
                steps.add(host(key, logConfig, each -> each.apply(partition, topic.minInsyncReplicas(), mayLead)));
            } else if (registry.find(key) != null) {
                steps.add(remove(key, "it was moved to other nodes"));
            }
        }
        return steps;
    }

    private CompletableFuture<Void> host(
            TopicPartition key, LogConfig logConfig, Function<Partition, CompletionStage<Void>> apply) {
        Partition present = registry.find(key);
        CompletionStage<Partition> ready = present == null ? open(key, logConfig) : configured(present, logConfig);
        return ready.thenCompose(apply)
                .exceptionallyCompose(failure -> refuseIfDamaged(key, failure))
                .toCompletableFuture();
    }

    private static CompletionStage<Partition> configured(Partition present, LogConfig logConfig) {
        return present.log().config().equals(logConfig)
                ? CompletableFuture.completedStage(present)
                : present.log().updateConfig(logConfig).thenApply(done -> present);
    }

    private CompletionStage<Partition> open(TopicPartition key, LogConfig logConfig) {
        CompletionStage<PartitionLog> opened = logs.log(key)
                .<CompletionStage<PartitionLog>>map(
                        existing -> existing.updateConfig(logConfig).thenApply(done -> existing))
                .orElseGet(() -> logs.create(key, logConfig));
        return opened.thenApply(ready -> {
            Partition partition = new Partition(ready, context, highWatermarks.of(key));
            registry.put(key, partition);
            return partition;
        });
    }

    /** A damaged log is left as it is, for the operator to look at; the other partitions are served. */
    private CompletionStage<Void> refuseIfDamaged(TopicPartition key, Throwable failure) {
        MillraceException why = LogErrors.translate(failure);
        if (!(why.getCause() instanceof LogException.CorruptLog)) {
            return CompletableFuture.failedStage(failure);
        }
        registry.refuse(key, why);
        log.atError().addKeyValue("partition", key).log("Not served: {}", why.getMessage());
        return CompletableFuture.completedStage(null);
    }

    private List<CompletableFuture<Void>> removals(ClusterImage target) {
        List<CompletableFuture<Void>> steps = new ArrayList<>();
        Set<UUID> goneTopics = new HashSet<>(applied.keySet());
        goneTopics.removeAll(target.topicsById().keySet());
        applied.keySet().removeAll(goneTopics);
        unfinished.removeAll(goneTopics);
        for (PartitionLog each : List.copyOf(logs.logs())) {
            TopicPartition key = each.topicPartition();
            if (goneTopics.contains(key.topicId())) {
                steps.add(remove(key, "its topic was deleted"));
            }
        }
        if (!straysRemoved) {
            steps.add(removeStrays(target));
        }
        return steps;
    }

    /**
     * Deletes what the last run left behind and committed metadata has no more. An image that is older than the newest one that was in
     * force then cannot say that: a topic could be missing because it was not created yet.
     */
    private CompletableFuture<Void> removeStrays(ClusterImage target) {
        if (target.version() < highWatermarks.imageVersion()) {
            return CompletableFuture.completedFuture(null);
        }
        straysRemoved = true;
        List<CompletableFuture<Void>> steps = new ArrayList<>();
        for (PartitionLog each : List.copyOf(logs.logs())) {
            TopicPartition key = each.topicPartition();
            if (!isHosted(target, key.topicId(), key.partition())
                    && !key.topicId().equals(METADATA_TOPIC_ID)) {
                steps.add(remove(key, "it is none of this node's any more since the last run"));
            }
        }
        return all(steps).whenComplete((done, failure) -> straysRemoved &= failure == null);
    }

    private boolean isHosted(ClusterImage target, UUID topicId, int partition) {
        return target.topic(topicId)
                .filter(topic -> partition < topic.partitions().size())
                .filter(topic -> topic.partitions().get(partition).replicas().contains(context.nodeId()))
                .isPresent();
    }

    /** Whether a partition has a replica here by the image that is in force, or being put in force. */
    boolean isHosted(UUID topicId, int partition) {
        ClusterImage newest = registry.image();
        return newest != null && isHosted(newest, topicId, partition);
    }

    private CompletableFuture<Void> remove(TopicPartition key, String why) {
        log.atInfo().addKeyValue("partition", key).log("Deleting a log: {}", why);
        registry.remove(key);
        return logs.delete(key).toCompletableFuture();
    }
}
