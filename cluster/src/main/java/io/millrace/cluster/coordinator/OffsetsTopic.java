package io.millrace.cluster.coordinator;

import io.millrace.cluster.metadata.BrokerMetadata;
import io.millrace.cluster.metadata.Controller;
import io.millrace.cluster.metadata.InternalTopic;
import io.millrace.cluster.metadata.InternalTopics;
import io.millrace.cluster.metadata.TopicConfig;
import io.vertx.core.Future;
import java.util.Map;

/** The internal topic in which groups are stored, and which of its partitions is whose. Thread-safe. */
final class OffsetsTopic {

    /** Kafka's {@code offsets.topic.replication.factor}. */
    private static final int REPLICATION_FACTOR = 3;

    /** What groups decide at a time is written in one batch. */
    static final int BATCH_BYTES_MAX = 1_048_588;

    private static final Map<String, String> SETTINGS = Map.of(
            TopicConfig.CLEANUP_POLICY, "compact",
            TopicConfig.FLUSH_POLICY, "group",
            TopicConfig.MAX_MESSAGE_BYTES, String.valueOf(BATCH_BYTES_MAX),
            // Kafka's offsets.topic.segment.bytes: what is compacted is loaded quickly.
            TopicConfig.SEGMENT_BYTES, "104857600");

    private final InternalTopic topic;

    OffsetsTopic(Controller controller, int partitions) {
        this.topic = new InternalTopic(
                controller, InternalTopics.CONSUMER_OFFSETS, partitions, REPLICATION_FACTOR, SETTINGS);
    }

    /** See {@link io.millrace.cluster.group.GroupCoordinator#coordinatorOf}. */
    Future<BrokerMetadata> coordinatorOf(String groupId) {
        return topic.leaderOf(groupId);
    }

    /** See {@link io.millrace.cluster.group.GroupCoordinator#partitionOf}. */
    Future<Integer> partitionOf(String groupId) {
        return topic.orCreate()
                .map(present ->
                        InternalTopics.partitionOf(groupId, present.partitions().size()));
    }
}
