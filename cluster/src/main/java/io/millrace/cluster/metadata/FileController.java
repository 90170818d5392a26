package io.millrace.cluster.metadata;

import io.millrace.cluster.CallerContext;
import io.millrace.cluster.ClusterConfig;
import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The controller of a node that is alone: its state is one small file, fsynced before a change is answered. The replicated
 * quorum takes its place when nodes form a cluster.
 *
 * <p>Changes run one after the other on the thread {@code millrace-controller}, which may block on the disk.
 */
public final class FileController implements Controller {

    private static final Logger log = LoggerFactory.getLogger(FileController.class);

    /** Large enough that a restart per second would not use up the ids in a lifetime, small enough to waste. */
    private static final int PRODUCER_ID_BLOCK = 1000;

    private static final int STOP_TIMEOUT_SECONDS = 10;

    private final ClusterConfig config;
    private final MetadataFile file;
    private final Function<ClusterImage, CompletionStage<Void>> applier;
    private final List<Consumer<ClusterImage>> consumers = new CopyOnWriteArrayList<>();
    private final ExecutorService thread =
            Executors.newSingleThreadExecutor(task -> new Thread(task, "millrace-controller"));

    private MetadataState state;
    private BrokerMetadata self;
    private volatile ClusterImage image;

    /**
     * Reads the state, or formats an empty data directory.
     *
     * @param applier makes this node's partitions those of an image; an image is published after its stage completed
     * @throws IOException when the file cannot be read, is damaged, or belongs to another node
     */
    public FileController(
            ClusterConfig config, MetadataFile file, Function<ClusterImage, CompletionStage<Void>> applier)
            throws IOException {
        this.config = config;
        this.file = file;
        this.applier = applier;
        this.self = selfAt("localhost", -1);
        this.state = file.read().orElse(null);
        if (state == null) {
            state = MetadataState.formatted(config.nodeId());
            file.write(state);
            log.atInfo().addKeyValue("clusterId", state.clusterId()).log("Formatted a new data directory");
        }
        if (state.nodeId() != config.nodeId()) {
            throw new IOException("The data directory " + config.storage().directory() + " belongs to node "
                    + state.nodeId() + ", but node.id is " + config.nodeId()
                    + ". Use that node id, or another data directory.");
        }
        this.image = imageOf(state);
    }

    /** Brings this node's partitions in line with what was read. Completes when they can be used. */
    public CompletionStage<Void> applyInitial() {
        return applier.apply(image);
    }

    /** Tells clients where this node's Kafka listener is. */
    public Future<Void> advertise(String host, int port) {
        return change(() -> {
            self = selfAt(host, port);
            publish(imageOf(state));
            return null;
        });
    }

    @Override
    public ClusterImage image() {
        return image;
    }

    @Override
    public void onImage(Consumer<ClusterImage> consumer) {
        consumers.add(consumer);
    }

    @Override
    public Future<TopicMetadata> createTopic(NewTopic topic, boolean validateOnly) {
        return change(() -> {
            TopicName.validate(topic.name());
            if (image.topic(topic.name()).isPresent()) {
                throw new MillraceException(
                        ErrorCode.TOPIC_ALREADY_EXISTS, "Topic '" + topic.name() + "' exists already");
            }
            TopicConfig.validate(topic.config());
            int partitions = topic.partitions() == -1 ? config.defaultPartitions() : topic.partitions();
            checkPartitions(partitions, partitions);
            checkReplication(topic.replicationFactor());
            MetadataState.Topic created =
                    new MetadataState.Topic(topic.name(), UUID.randomUUID(), partitions, topic.config());
            return commitTopic(created, validateOnly);
        });
    }

    @Override
    public Future<Void> deleteTopic(UUID topicId) {
        return change(() -> {
            if (image.topic(topicId).isEmpty()) {
                throw new MillraceException(ErrorCode.UNKNOWN_TOPIC_ID, "There is no topic with id " + topicId);
            }
            commit(state.withoutTopic(topicId));
            return null;
        });
    }

    @Override
    public Future<TopicMetadata> createPartitions(String topic, int total, boolean validateOnly) {
        return change(() -> {
            MetadataState.Topic present = existing(topic);
            if (total <= present.partitions()) {
                throw new MillraceException(
                        ErrorCode.INVALID_PARTITIONS,
                        "Topic '" + topic + "' has " + present.partitions()
                                + " partitions already: their number can only grow, and " + total + " is not more");
            }
            checkPartitions(total, total - present.partitions());
            return commitTopic(new MetadataState.Topic(topic, present.id(), total, present.config()), validateOnly);
        });
    }

    @Override
    public Future<TopicMetadata> alterTopicConfig(String topic, Map<String, String> changes, boolean validateOnly) {
        return change(() -> {
            MetadataState.Topic present = existing(topic);
            Map<String, String> changed = new HashMap<>(present.config());
            changes.forEach((name, value) -> {
                if (value == null) {
                    changed.remove(name);
                } else {
                    changed.put(name, value);
                }
            });
            TopicConfig.validate(changed);
            return commitTopic(
                    new MetadataState.Topic(topic, present.id(), present.partitions(), Map.copyOf(changed)),
                    validateOnly);
        });
    }

    @Override
    public Future<ProducerIdBlock> allocateProducerIds() {
        return change(() -> {
            long first = state.nextProducerId();
            commit(state.withNextProducerId(first + PRODUCER_ID_BLOCK));
            return new ProducerIdBlock(first, first + PRODUCER_ID_BLOCK);
        });
    }

    /** Ends the thread after the changes that are under way. Blocks. */
    public void close() throws InterruptedException {
        thread.shutdown();
        if (!thread.awaitTermination(STOP_TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
            log.warn("The controller thread did not end within {} s", STOP_TIMEOUT_SECONDS);
        }
    }

    private <T> Future<T> change(Callable<T> change) {
        Promise<T> promise = CallerContext.promise();
        try {
            thread.execute(() -> {
                T result;
                try {
                    result = change.call();
                } catch (MillraceException e) {
                    promise.fail(e);
                    return;
                } catch (Exception e) {
                    log.error("A metadata change failed", e);
                    promise.fail(new MillraceException(
                            ErrorCode.KAFKA_STORAGE_ERROR, "The metadata change could not be stored: " + e, e));
                    return;
                }
                promise.complete(result);
            });
        } catch (RejectedExecutionException e) {
            promise.fail(new MillraceException(ErrorCode.NOT_CONTROLLER, "The node is stopping: ask again later"));
        }
        return promise.future();
    }

    private TopicMetadata commitTopic(MetadataState.Topic topic, boolean validateOnly) {
        if (!validateOnly) {
            commit(state.withTopic(topic));
        }
        return topicMetadata(topic);
    }

    private void commit(MetadataState next) {
        try {
            file.write(next);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        state = next;
        ClusterImage committed = imageOf(next);
        applier.apply(committed).toCompletableFuture().join();
        publish(committed);
    }

    private void publish(ClusterImage committed) {
        image = committed;
        consumers.forEach(consumer -> consumer.accept(committed));
    }

    private MetadataState.Topic existing(String name) {
        return state.topics().stream()
                .filter(topic -> topic.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new MillraceException(
                        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "There is no topic '" + name + "'"));
    }

    private void checkPartitions(int asked, int added) {
        if (asked < 1) {
            throw new MillraceException(
                    ErrorCode.INVALID_PARTITIONS, "A topic needs at least 1 partition, not " + asked);
        }
        if (state.partitionCount() + added > config.maxPartitions()) {
            throw new MillraceException(
                    ErrorCode.INVALID_PARTITIONS,
                    "This node carries at most " + config.maxPartitions() + " partitions and has "
                            + state.partitionCount() + ": " + added + " more are too many");
        }
    }

    private BrokerMetadata selfAt(String host, int port) {
        return new BrokerMetadata(config.nodeId(), 0, host, port, null, null, config.rack(), false, false);
    }

    private static void checkReplication(int replicationFactor) {
        if (replicationFactor != -1 && replicationFactor != 1) {
            throw new MillraceException(
                    ErrorCode.INVALID_REPLICATION_FACTOR,
                    "Replication factor " + replicationFactor + " needs as many brokers, and there is 1");
        }
    }

    private ClusterImage imageOf(MetadataState committed) {
        Map<String, TopicMetadata> byName = new HashMap<>();
        Map<UUID, TopicMetadata> byId = new HashMap<>();
        for (MetadataState.Topic topic : committed.topics()) {
            TopicMetadata metadata = topicMetadata(topic);
            byName.put(metadata.name(), metadata);
            byId.put(metadata.id(), metadata);
        }
        return new ClusterImage(
                committed.version(), committed.clusterId(), self.nodeId(), Map.of(self.nodeId(), self), byName, byId);
    }

    private TopicMetadata topicMetadata(MetadataState.Topic topic) {
        List<Integer> alone = List.of(self.nodeId());
        PartitionMetadata[] partitions = new PartitionMetadata[topic.partitions()];
        for (int i = 0; i < partitions.length; i++) {
            partitions[i] = new PartitionMetadata(i, self.nodeId(), 0, 0, alone, alone);
        }
        return new TopicMetadata(topic.name(), topic.id(), List.of(partitions), topic.config(), 1);
    }
}
