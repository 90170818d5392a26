package io.millrace.cluster.coordinator;

import io.millrace.cluster.group.GroupCounts;
import io.millrace.cluster.group.GroupTimes;
import io.millrace.cluster.group.GroupsConfig;
import io.millrace.cluster.metadata.ClusterImage;
import io.millrace.cluster.metadata.InternalTopics;
import io.millrace.cluster.metadata.PartitionMetadata;
import io.millrace.cluster.metadata.TopicMetadata;
import io.millrace.cluster.partition.CoordinatorLogs;
import io.millrace.storage.TopicPartition;
import io.vertx.core.Vertx;
import java.util.HashSet;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.coordinator.group.GroupCoordinator;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which partitions of {@code __consumer_offsets} this node coordinates: tells the library of each reign that begins and ends, and starts
 * it for the first one. Works on threads of its own: one for reigns, and one for what the metadata says, because the library waits for what
 * topics that are deleted make it write, and reigns must not wait with it.
 */
final class Coordination {

    private static final Logger log = LoggerFactory.getLogger(Coordination.class);

    /** After which a partition that this node is to lead, and does not yet, is looked at again. */
    private static final long LOOK_AGAIN_MS = 200;

    private static final long STOP_TIMEOUT_MS = 5_000;

    /** Starts the library. */
    @FunctionalInterface
    interface Start {
        GroupCoordinator start(
                LibrarySettings settings,
                GroupOverrides overrides,
                LibraryMetrics metrics,
                Reigns reigns,
                Doubts doubts,
                MetadataImage image);
    }

    private final Vertx vertx;
    private final int nodeId;
    private final GroupsConfig config;
    private final Start start;
    private final CoordinatorLogs logs;
    private final Reigns reigns = new Reigns();
    private final ExecutorService thread = CoordinatorThreads.single("reigns");
    private final ExecutorService metadataThread = CoordinatorThreads.single("metadata");

    /** Whether there was something to coordinate; images are of no interest before. Metadata loader's thread. */
    private boolean awake;

    private volatile boolean closed;
    private volatile GroupCoordinator library;
    private volatile LibraryMetrics metrics;
    private volatile GroupTimes times = GroupTimes.NONE;

    // Own thread.
    private ClusterImage image;
    private boolean lookingAgain;

    /** Partitions with a write of which it is not known whether it is in the log. */
    private final Set<Integer> doubtful = new HashSet<>();

    /** There with the library. */
    private GroupOverrides overrides;

    Coordination(Vertx vertx, int nodeId, GroupsConfig config, CoordinatorLogs logs) {
        this(
                vertx,
                nodeId,
                config,
                logs,
                (settings, overrides, metrics, reigns, doubts, image) ->
                        Library.start(nodeId, settings, overrides, metrics, logs, reigns, doubts, image));
    }

    Coordination(Vertx vertx, int nodeId, GroupsConfig config, CoordinatorLogs logs, Start start) {
        this.start = start;
        this.vertx = vertx;
        this.nodeId = nodeId;
        this.config = config;
        this.logs = logs;
    }

    /** Null before the first reign. */
    GroupCoordinator library() {
        return library;
    }

    void measure(GroupTimes by) {
        times = by;
    }

    GroupCounts counts() {
        LibraryMetrics present = metrics;
        return present == null ? GroupCounts.NONE : present.counts();
    }

    /** On the metadata loader's thread. */
    void onMetadata(ClusterImage next, MetadataDelta delta, MetadataImage kafkaImage) {
        awake |= isLeader(next);
        if (awake) {
            run(thread, () -> follow(next, delta, kafkaImage));
        }
    }

    private static void run(ExecutorService on, Runnable task) {
        try {
            on.execute(() -> {
                try {
                    task.run();
                } catch (RuntimeException e) {
                    log.error("The group coordinator does not follow the metadata; it tries again with the next", e);
                }
            });
        } catch (RejectedExecutionException stopping) {
            log.debug("The group coordinator is stopping");
        }
    }

    private boolean isLeader(ClusterImage next) {
        return offsets(next)
                .filter(topic -> topic.partitions().stream().anyMatch(each -> each.leader() == nodeId))
                .isPresent();
    }

    private static Optional<TopicMetadata> offsets(ClusterImage image) {
        return image.topic(InternalTopics.CONSUMER_OFFSETS);
    }

    private void follow(ClusterImage next, MetadataDelta delta, MetadataImage kafkaImage) {
        image = next;
        if (library != null) {
            overrides.takeOver(delta, kafkaImage);
            run(metadataThread, () -> tell(delta, kafkaImage));
        } else if (offsets(next).isPresent() && !closed) {
            LibrarySettings settings =
                    LibrarySettings.of(config, offsets(next).get().partitions().size());
            overrides = new GroupOverrides(settings);
            overrides.takeOver(kafkaImage);
            LibraryMetrics started = new LibraryMetrics(() -> times);
            library = start.start(settings, overrides, started, reigns, this::doubt, kafkaImage);
            metrics = started;
            log.info("Coordinates groups from now on");
        }
        coordinate();
    }

    private void tell(MetadataDelta delta, MetadataImage kafkaImage) {
        try {
            library.onMetadataUpdate(delta, kafkaImage);
        } catch (RuntimeException e) {
            // Reigns begin and end nevertheless.
            log.warn("The group coordinator could not take over metadata; offsets of a deleted topic may stay", e);
        }
    }

    /** Brings the library's partitions in line with what this node leads. */
    private void coordinate() {
        if (closed || library == null) {
            return;
        }
        Set<Integer> over = new TreeSet<>(reigns.partitions());
        boolean waiting = false;
        TopicMetadata topic = offsets(image).orElse(null);
        if (topic != null) {
            for (PartitionMetadata partition : topic.partitions()) {
                if (partition.leader() == nodeId && !doubtful.contains(partition.partition())) {
                    TopicPartition key = new TopicPartition(topic.id(), topic.name(), partition.partition());
                    OptionalInt epoch = logs.reign(key);
                    waiting |= epoch.isEmpty();
                    if (epoch.isPresent()) {
                        over.remove(partition.partition());
                        coordinate(key, epoch.getAsInt());
                    }
                }
            }
        }
        over.forEach(this::end);
        if (waiting && !lookingAgain) {
            lookingAgain = true;
            vertx.setTimer(
                    LOOK_AGAIN_MS,
                    timer -> run(thread, () -> {
                        lookingAgain = false;
                        coordinate();
                    }));
        }
    }

    private void coordinate(TopicPartition key, int epoch) {
        Reign present = reigns.of(key.partition());
        if (present != null && present.epoch() == epoch && present.partition().equals(key)) {
            return;
        }
        if (present != null) {
            // Somebody else may have led it between the two.
            end(key.partition());
        }
        reigns.begin(new Reign(key, epoch));
        library.onElection(key.partition(), epoch);
    }

    /** See {@link Doubts}. */
    private void doubt(Reign reign, CompletionStage<?> outcome) {
        run(thread, () -> {
            if (!reigns.isPresent(reign)) {
                return;
            }
            int partition = reign.partition().partition();
            log.warn(
                    "The log of {} has not taken a write in time: its groups are not served until it is known what became of that, and"
                            + " are read again then",
                    reign.partition());
            doubtful.add(partition);
            end(partition);
            outcome.whenComplete((written, failure) -> run(thread, () -> {
                doubtful.remove(partition);
                coordinate();
            }));
        });
    }

    private void end(int partition) {
        reigns.end(partition);
        library.onResignation(partition, OptionalInt.empty());
    }

    private static void end(ExecutorService thread) throws InterruptedException {
        thread.shutdown();
        if (!thread.awaitTermination(STOP_TIMEOUT_MS, TimeUnit.MILLISECONDS)) {
            log.warn("The group coordinator is still busy with metadata and is stopped nevertheless");
            thread.shutdownNow();
        }
    }

    /** Blocks until the threads have ended. */
    void close() throws InterruptedException {
        closed = true;
        end(thread);
        end(metadataThread);
        if (library != null) {
            library.shutdown();
        }
    }
}
