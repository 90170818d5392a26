package io.millrace.cluster.coordinator;

import io.millrace.cluster.metadata.ClusterImage;
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
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which partitions of an internal topic this node coordinates: tells the library of each reign that begins and ends, and starts it for the
 * first one. Works on threads of its own: one for reigns, and one for what the metadata says, because the library waits for what topics that
 * are deleted make it write, and reigns must not wait with it.
 */
final class Coordination<S extends LibraryService> {

    private static final Logger log = LoggerFactory.getLogger(Coordination.class);

    /** After which a partition that this node is to lead, and does not yet, is looked at again. */
    private static final long LOOK_AGAIN_MS = 200;

    private static final long STOP_TIMEOUT_MS = 5_000;

    private final Vertx vertx;
    private final int nodeId;
    private final String topicName;
    private final Starter<S> starter;
    private final CoordinatorLogs logs;
    private final Reigns reigns = new Reigns();
    private final ExecutorService thread;
    private final ExecutorService metadataThread;

    /** Whether there was something to coordinate; images are of no interest before. Metadata loader's thread. */
    private boolean awake;

    private volatile boolean closed;
    private volatile S library;

    // Own thread.
    private ClusterImage image;
    private boolean lookingAgain;

    /** Partitions with a write of which it is not known whether it is in the log. */
    private final Set<Integer> doubtful = new HashSet<>();

    /** Starts the library. */
    @FunctionalInterface
    interface Starter<S> {

        /**
         * @param partitions of the internal topic
         * @param reigns that there are, from now on
         * @param doubts who is told of writes that are in doubt
         */
        S start(int partitions, Reigns reigns, Doubts doubts, MetadataImage image);
    }

    /**
     * @param topicName the internal topic
     * @param threads how names of threads begin
     */
    Coordination(Vertx vertx, int nodeId, String topicName, String threads, CoordinatorLogs logs, Starter<S> starter) {
        this.vertx = vertx;
        this.nodeId = nodeId;
        this.topicName = topicName;
        this.starter = starter;
        this.logs = logs;
        this.thread = CoordinatorThreads.single(threads, "reigns");
        this.metadataThread = CoordinatorThreads.single(threads, "metadata");
    }

    /** Null before the first reign. */
    S library() {
        return library;
    }

    /** On the metadata loader's thread. */
    void onMetadata(ClusterImage next, MetadataDelta delta, MetadataImage kafkaImage) {
        awake |= isLeader(next);
        if (awake) {
            run(thread, () -> follow(next, delta, kafkaImage));
        }
    }

    private void run(ExecutorService on, Runnable task) {
        try {
            on.execute(() -> {
                try {
                    task.run();
                } catch (RuntimeException e) {
                    log.error(
                            "The coordinator of {} does not follow the metadata; it tries again with the next",
                            topicName,
                            e);
                }
            });
        } catch (RejectedExecutionException stopping) {
            log.debug("The coordinator of {} is stopping", topicName);
        }
    }

    private boolean isLeader(ClusterImage next) {
        return topic(next)
                .filter(topic -> topic.partitions().stream().anyMatch(each -> each.leader() == nodeId))
                .isPresent();
    }

    private Optional<TopicMetadata> topic(ClusterImage image) {
        return image.topic(topicName);
    }

    private void follow(ClusterImage next, MetadataDelta delta, MetadataImage kafkaImage) {
        image = next;
        if (library != null) {
            run(metadataThread, () -> tell(delta, kafkaImage));
        } else if (topic(next).isPresent() && !closed) {
            library = starter.start(topic(next).get().partitions().size(), reigns, this::doubt, kafkaImage);
            log.info("Coordinates what is in {} from now on", topicName);
        }
        coordinate();
    }

    private void tell(MetadataDelta delta, MetadataImage kafkaImage) {
        try {
            library.onMetadataUpdate(delta, kafkaImage);
        } catch (RuntimeException e) {
            // Reigns begin and end nevertheless.
            log.warn(
                    "The coordinator of {} could not take over metadata; what it has of a deleted topic may stay",
                    topicName,
                    e);
        }
    }

    /** Brings the library's partitions in line with what this node leads. */
    private void coordinate() {
        if (closed || library == null) {
            return;
        }
        Set<Integer> over = new TreeSet<>(reigns.partitions());
        boolean waiting = false;
        TopicMetadata topic = topic(image).orElse(null);
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
                    "The log of {} has not taken a write in time: what is coordinated in it is not served until it is known what became"
                            + " of that, and is read again then",
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

    private void end(ExecutorService thread) throws InterruptedException {
        thread.shutdown();
        if (!thread.awaitTermination(STOP_TIMEOUT_MS, TimeUnit.MILLISECONDS)) {
            log.warn("The coordinator of {} is still busy with metadata and is stopped nevertheless", topicName);
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
