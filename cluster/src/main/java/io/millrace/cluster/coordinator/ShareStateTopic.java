package io.millrace.cluster.coordinator;

import io.millrace.cluster.metadata.BrokerMetadata;
import io.millrace.cluster.metadata.Controller;
import io.millrace.cluster.metadata.InternalTopic;
import io.millrace.cluster.metadata.InternalTopics;
import io.millrace.cluster.metadata.TopicConfig;
import io.vertx.core.Future;
import java.util.Map;

/** The internal topic in which the state of share groups is kept, and which of its partitions is whose. Thread-safe. */
final class ShareStateTopic {

    /** Kafka's {@code share.coordinator.state.topic.replication.factor}. */
    private static final int REPLICATION_FACTOR = 3;

    static final int BATCH_BYTES_MAX = 1_048_588;

    /** The coordinator itself deletes what it has written again in a snapshot. */
    private static final Map<String, String> SETTINGS = Map.of(
            TopicConfig.CLEANUP_POLICY, "delete",
            TopicConfig.RETENTION_MS, "-1",
            TopicConfig.FLUSH_POLICY, "group",
            TopicConfig.MAX_MESSAGE_BYTES, String.valueOf(BATCH_BYTES_MAX),
            TopicConfig.SEGMENT_BYTES, "104857600");

    private final InternalTopic topic;

    /** @param partitions when it is created here */
    ShareStateTopic(Controller controller, int partitions) {
        this.topic = new InternalTopic(
                controller, InternalTopics.SHARE_GROUP_STATE, partitions, REPLICATION_FACTOR, SETTINGS);
    }

    /** The node that keeps the state of a share-partition. The first call creates the topic. */
    Future<BrokerMetadata> coordinatorOf(String key) {
        return topic.leaderOf(key);
    }
}
