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

/** The internal topic in which the state of share groups is kept, and which of its partitions is whose. Thread-safe. */
final class ShareStateTopic {

    /** Kafka's {@code share.coordinator.state.topic.replication.factor}; fewer where there are fewer nodes. */
    private static final int REPLICAS_MAX = 3;

    static final int BATCH_BYTES_MAX = 1_048_588;

    /** The coordinator itself deletes what it has written again in a snapshot. */
    private static final Map<String, String> CONFIG = Map.of(
            TopicConfig.CLEANUP_POLICY, "delete",
            TopicConfig.RETENTION_MS, "-1",
            TopicConfig.FLUSH_POLICY, "group",
            TopicConfig.MAX_MESSAGE_BYTES, String.valueOf(BATCH_BYTES_MAX),
            TopicConfig.SEGMENT_BYTES, "104857600");

    private final Controller controller;
    private final int partitions;

    /** The creation that is under way, or null. */
    private final AtomicReference<Future<TopicMetadata>> creation = new AtomicReference<>();

    ShareStateTopic(Controller controller, int partitions) {
        this.controller = controller;
        this.partitions = partitions;
    }

    /** The node that keeps the state of a share-partition. The first call creates the topic. */
    Future<BrokerMetadata> coordinatorOf(String key) {
        return controller
                .image()
                .topic(InternalTopics.SHARE_GROUP_STATE)
                .map(Future::succeededFuture)
                .orElseGet(this::create)
                .map(topic -> leaderOf(key, topic));
    }

    private BrokerMetadata leaderOf(String key, TopicMetadata topic) {
        List<PartitionMetadata> all = topic.partitions();
        PartitionMetadata own = all.get(InternalTopics.partitionOf(key, all.size()));
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
            return Future.failedFuture(notAvailable("The state of share groups is kept on " + nodes + " nodes, and "
                    + live + (live == 1 ? " is" : " are") + " up: ask again when there are more"));
        }
        NewTopic topic = new NewTopic(InternalTopics.SHARE_GROUP_STATE, partitions, Math.min(nodes, live), CONFIG);
        Future<TopicMetadata> created = controller
                .createTopic(topic, false)
                .recover(failure -> controller
                        .image()
                        .topic(InternalTopics.SHARE_GROUP_STATE)
                        .map(Future::succeededFuture)
                        .orElseGet(
                                () -> Future.failedFuture(notAvailable("The topic " + InternalTopics.SHARE_GROUP_STATE
                                        + " could not be created, ask again: " + failure.getMessage()))));
        creation.set(created);
        return created;
    }

    private static MillraceException notAvailable(String message) {
        return new MillraceException(ErrorCode.COORDINATOR_NOT_AVAILABLE, message);
    }
}
