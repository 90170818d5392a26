package io.millrace.cluster.controller;

import io.millrace.cluster.CallerContext;
import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.metadata.BrokerMetadata;
import io.millrace.cluster.metadata.ClusterImage;
import io.millrace.cluster.metadata.Controller;
import io.millrace.cluster.metadata.InternalTopics;
import io.millrace.cluster.metadata.NewTopic;
import io.millrace.cluster.metadata.PartitionMetadata;
import io.millrace.cluster.metadata.TopicConfig;
import io.millrace.cluster.metadata.TopicMetadata;
import io.millrace.cluster.metadata.TopicName;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.kafka.common.message.AllocateProducerIdsRequestData;
import org.apache.kafka.common.message.AllocateProducerIdsResponseData;
import org.apache.kafka.common.message.CreatePartitionsResponseData;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.DeleteTopicsResponseData;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData;

/**
 * The controller as every node has it: checks what can be said without asking, asks the active controller for the rest, and answers
 * when this node follows what was decided.
 */
final class ClusterController implements Controller {

    private final ControllerSettings settings;
    private final ActiveController active;
    private final ImagePublisher images;
    private final LongSupplier brokerEpoch;
    private final ImageWaiters waiters;

    ClusterController(
            Vertx vertx,
            ControllerSettings settings,
            ActiveController active,
            ImagePublisher images,
            LongSupplier brokerEpoch) {
        this.settings = settings;
        this.active = active;
        this.images = images;
        this.brokerEpoch = brokerEpoch;
        this.waiters = new ImageWaiters(vertx, images::told);
        images.onTold(waiters::onImage);
    }

    @Override
    public ClusterImage image() {
        return images.image();
    }

    @Override
    public void onImage(Consumer<ClusterImage> consumer) {
        images.onImage(consumer);
    }

    @Override
    public Future<TopicMetadata> createTopic(NewTopic topic, boolean validateOnly) {
        return answer(() -> {
            TopicName.validate(topic.name());
            if (image().topic(topic.name()).isPresent()) {
                throw new MillraceException(
                        ErrorCode.TOPIC_ALREADY_EXISTS, "Topic '" + topic.name() + "' exists already");
            }
            TopicConfig.validate(topic.config());
            int partitions = partitions(topic);
            int replicas = replicas(topic);
            checkPartitions(partitions, partitions, replicas);
            checkReplication(replicas);
            return active.send(
                            TopicRequests.create(topic, partitions, (short) replicas, validateOnly),
                            CreateTopicsResponseData.class,
                            ControllerApis.TIMEOUT_MS)
                    .map(TopicRequests::created)
                    .compose(id -> validateOnly
                            ? Future.succeededFuture(asItWouldBe(topic, partitions, replicas))
                            : visible(created -> created.topic(id).isPresent())
                                    .map(created -> created.topic(id).orElseThrow()));
        });
    }

    @Override
    public Future<Void> deleteTopic(UUID topicId) {
        return answer(() -> {
            if (image().topic(topicId).isEmpty()) {
                throw new MillraceException(ErrorCode.UNKNOWN_TOPIC_ID, "There is no topic with id " + topicId);
            }
            requireOrdinary(image().topic(topicId).get().name());
            return active.send(TopicRequests.delete(topicId), DeleteTopicsResponseData.class, ControllerApis.TIMEOUT_MS)
                    .compose(answer -> {
                        TopicRequests.deleted(answer);
                        return visible(without -> without.topic(topicId).isEmpty())
                                .mapEmpty();
                    });
        });
    }

    private static void requireOrdinary(String topic) {
        if (InternalTopics.contains(topic)) {
            throw new MillraceException(
                    ErrorCode.POLICY_VIOLATION,
                    "'" + topic + "' is an internal topic: without it all groups would lose their positions. Delete"
                            + " single groups instead");
        }
    }

    @Override
    public Future<TopicMetadata> createPartitions(
            String topic, int total, List<List<Integer>> assignment, boolean validateOnly) {
        return answer(() -> {
            TopicMetadata present = existing(topic);
            int now = present.partitions().size();
            if (total <= now) {
                throw new MillraceException(
                        ErrorCode.INVALID_PARTITIONS,
                        "Topic '" + topic + "' has " + now + " partitions already: their number can only grow, and "
                                + total + " is not more");
            }
            int replicas = present.partitions().get(0).replicas().size();
            checkPartitions(total, total - now, replicas);
            return active.send(
                            TopicRequests.createPartitions(topic, total, assignment, validateOnly),
                            CreatePartitionsResponseData.class,
                            ControllerApis.TIMEOUT_MS)
                    .compose(answer -> {
                        TopicRequests.partitionsCreated(answer);
                        return validateOnly
                                ? Future.succeededFuture(asItWouldBe(
                                        new NewTopic(topic, total, replicas, present.config()), total, replicas))
                                : topicWhen(present, grown -> grown.partitions().size() >= total);
                    });
        });
    }

    @Override
    public Future<TopicMetadata> alterTopicConfig(String topic, Map<String, String> changes, boolean validateOnly) {
        return answer(() -> {
            TopicMetadata present = existing(topic);
            Map<String, String> changed = new HashMap<>(present.config());
            changed.putAll(changes);
            changed.values().removeIf(Objects::isNull);
            TopicConfig.validate(changed);
            if (validateOnly || changes.isEmpty()) {
                return Future.succeededFuture(new TopicMetadata(
                        topic, present.id(), present.partitions(), changed, present.minInsyncReplicas()));
            }
            return active.send(
                            TopicRequests.alterConfig(topic, changes, false),
                            IncrementalAlterConfigsResponseData.class,
                            ControllerApis.TIMEOUT_MS)
                    .compose(answer -> {
                        TopicRequests.configAltered(answer);
                        return topicWhen(
                                present,
                                now -> changes.entrySet().stream()
                                        .allMatch(change ->
                                                Objects.equals(now.config().get(change.getKey()), change.getValue())));
                    });
        });
    }

    @Override
    public Future<ProducerIdBlock> allocateProducerIds() {
        return answer(() -> active.send(
                        new AllocateProducerIdsRequestData()
                                .setBrokerId(settings.nodeId())
                                .setBrokerEpoch(brokerEpoch.getAsLong()),
                        AllocateProducerIdsResponseData.class,
                        ControllerApis.TIMEOUT_MS)
                .map(block ->
                        new ProducerIdBlock(block.producerIdStart(), block.producerIdStart() + block.producerIdLen())));
    }

    /** Answers on the caller's context, with every failure in our words. */
    static <T> Future<T> answer(Supplier<Future<T>> change) {
        Promise<T> promise = CallerContext.promise();
        try {
            change.get().onComplete(result -> {
                if (result.succeeded()) {
                    promise.complete(result.result());
                } else {
                    promise.fail(ControllerErrors.of(result.cause()));
                }
            });
        } catch (MillraceException e) {
            promise.fail(e);
        }
        return promise.future();
    }

    /** Completes when this node follows an image like this. */
    Future<Void> follows(Predicate<ClusterImage> condition) {
        return visible(condition).mapEmpty();
    }

    private Future<ClusterImage> visible(Predicate<ClusterImage> condition) {
        return waiters.await(condition, ControllerApis.TIMEOUT_MS);
    }

    private Future<TopicMetadata> topicWhen(TopicMetadata topic, Predicate<TopicMetadata> condition) {
        return visible(image -> image.topic(topic.id()).map(condition::test).orElse(true))
                .map(image -> image.topic(topic.id())
                        .orElseThrow(() -> new MillraceException(
                                ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                                "Topic '" + topic.name() + "' was deleted in the meantime")));
    }

    private TopicMetadata existing(String name) {
        return image().topic(name)
                .orElseThrow(() -> new MillraceException(
                        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "There is no topic '" + name + "'"));
    }

    private TopicMetadata asItWouldBe(NewTopic topic, int partitions, int replicas) {
        List<Integer> nodes = image().liveBrokers().stream()
                .map(BrokerMetadata::nodeId)
                .limit(replicas)
                .collect(Collectors.toList());
        List<PartitionMetadata> shape = new ArrayList<>(partitions);
        for (int partition = 0; partition < partitions; partition++) {
            List<Integer> own =
                    topic.assignment().isEmpty() ? nodes : topic.assignment().get(partition);
            shape.add(new PartitionMetadata(partition, PartitionMetadata.NO_LEADER, 0, 0, own, own));
        }
        return new TopicMetadata(topic.name(), new UUID(0, 0), shape, topic.config(), 1);
    }

    private int partitions(NewTopic topic) {
        if (!topic.assignment().isEmpty()) {
            return topic.assignment().size();
        }
        return topic.partitions() == -1 ? settings.defaultPartitions() : topic.partitions();
    }

    private int replicas(NewTopic topic) {
        if (!topic.assignment().isEmpty()) {
            return topic.assignment().get(0).size();
        }
        return topic.replicationFactor() == -1 ? defaultReplicationFactor() : topic.replicationFactor();
    }

    /** As many as the configuration wants, or as there are nodes now. */
    private int defaultReplicationFactor() {
        return Math.max(1, Math.min(settings.defaultReplicationFactor(), placeable()));
    }

    /** How many nodes can get replicas now. */
    private int placeable() {
        return (int) image().liveBrokers().stream()
                .filter(broker -> !broker.drained())
                .count();
    }

    private void checkReplication(int replicas) {
        int nodes = placeable();
        if (replicas < 1 || replicas > Math.max(1, nodes)) {
            throw new MillraceException(
                    ErrorCode.INVALID_REPLICATION_FACTOR,
                    "Replication factor " + replicas + " needs as many brokers, and there "
                            + (nodes == 1 ? "is 1" : "are " + nodes));
        }
    }

    private void checkPartitions(int asked, int added, int replicas) {
        if (asked < 1) {
            throw new MillraceException(
                    ErrorCode.INVALID_PARTITIONS, "A topic needs at least 1 partition, not " + asked);
        }
        long present = image().topics().values().stream()
                .flatMap(topic -> topic.partitions().stream())
                .mapToLong(partition -> partition.replicas().size())
                .sum();
        long room = (long) settings.maxPartitionsPerNode()
                * Math.max(1, image().liveBrokers().size());
        if (present + (long) added * replicas > room) {
            throw new MillraceException(
                    ErrorCode.INVALID_PARTITIONS,
                    "A node carries at most " + settings.maxPartitionsPerNode() + " partitions and there are " + present
                            + " replicas: " + added + " more partitions are too many");
        }
    }
}
