package io.millrace.cluster.coordinator;

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
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;

/** The internal topic in which groups are stored, and which of its partitions is whose. Thread-safe. */
final class OffsetsTopic {

    /** Kafka's {@code offsets.topic.replication.factor}; fewer where there are fewer nodes. */
    private static final int REPLICAS_MAX = 3;

    /** What groups decide at a time is written in one batch. */
    static final int BATCH_BYTES_MAX = 1_048_588;

    private static final Map<String, String> CONFIG = Map.of(
            TopicConfig.CLEANUP_POLICY, "compact",
            TopicConfig.FLUSH_POLICY, "group",
            TopicConfig.MAX_MESSAGE_BYTES, String.valueOf(BATCH_BYTES_MAX),
            // Kafka's offsets.topic.segment.bytes: what is compacted is loaded quickly.
            TopicConfig.SEGMENT_BYTES, "104857600");

    private final Controller controller;
    private final int partitions;

    /** The creation that is under way, or null. */
    private final AtomicReference<Future<TopicMetadata>> creation = new AtomicReference<>();

    OffsetsTopic(Controller controller, int partitions) {
        this.controller = controller;
        this.partitions = partitions;
    }

    /** See {@link io.millrace.cluster.group.GroupCoordinator#coordinatorOf}. */
    Future<BrokerMetadata> coordinatorOf(String groupId) {
        return existing().map(topic -> leaderOf(groupId, topic));
    }

    /** See {@link io.millrace.cluster.group.GroupCoordinator#partitionOf}. */
    Future<Integer> partitionOf(String groupId) {
        return existing()
                .map(topic ->
                        InternalTopics.partitionOf(groupId, topic.partitions().size()));
    }

    private Future<TopicMetadata> existing() {
        return controller
                .image()
                .topic(InternalTopics.CONSUMER_OFFSETS)
                .map(Future::succeededFuture)
                .orElseGet(this::create);
    }

    private BrokerMetadata leaderOf(String groupId, TopicMetadata topic) {
        List<PartitionMetadata> all = topic.partitions();
        PartitionMetadata own = all.get(InternalTopics.partitionOf(groupId, all.size()));
        BrokerMetadata leader = controller.image().brokers().get(own.leader());
        if (leader == null || leader.fenced() || leader.host() == null) {
            throw notAvailable("No node leads partition " + own.partition() + " of " + topic.name() + " at the moment");
        }
        return leader;
    }

    private Future<TopicMetadata> create() {
        Future<TopicMetadata> running = creation.get();
        if (running != null && !running.isComplete()) {
            return running;
        }
        ClusterImage image = controller.image();
        int live = (int)
                image.liveBrokers().stream().filter(broker -> !broker.drained()).count();
        int nodes = Math.min(REPLICAS_MAX, image.brokers().size());
        if (live == 0 || live < Math.min(2, nodes)) {
            // Offsets that only one of several nodes has would be lost with it.
            return Future.failedFuture(notAvailable("Groups are stored on " + nodes + " nodes, and " + live
                    + (live == 1 ? " is" : " are") + " up: ask again when there are more"));
        }
        Future<TopicMetadata> created = controller
                .createTopic(
                        new NewTopic(InternalTopics.CONSUMER_OFFSETS, partitions, Math.min(nodes, live), CONFIG), false)
                .recover(failure -> controller
                        .image()
                        .topic(InternalTopics.CONSUMER_OFFSETS)
                        .map(Future::succeededFuture)
                        .orElseGet(() -> Future.failedFuture(notAvailable("The topic " + InternalTopics.CONSUMER_OFFSETS
                                + " could not be created, ask again: " + failure.getMessage()))));
        creation.set(created);
        return created;
    }

    private static MillraceException notAvailable(String message) {
        return new MillraceException(ErrorCode.COORDINATOR_NOT_AVAILABLE, message);
    }
}
