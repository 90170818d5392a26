package io.millrace.cluster.transaction;

import io.millrace.cluster.metadata.ClusterImage;
import io.millrace.cluster.metadata.Controller;
import io.millrace.cluster.metadata.InternalTopic;
import io.millrace.cluster.metadata.InternalTopics;
import io.millrace.cluster.metadata.PartitionMetadata;
import io.millrace.cluster.metadata.TopicConfig;
import io.millrace.cluster.metadata.TopicMetadata;
import io.vertx.core.Future;
import java.util.Map;
import java.util.OptionalInt;

/** The internal topic that holds the state of transactions, and who leads which part of it. */
final class StateTopic {

    /** Kafka's {@code transaction.state.log.replication.factor}. */
    private static final int REPLICATION_FACTOR = 3;

    private static final Map<String, String> SETTINGS = Map.of(
            TopicConfig.CLEANUP_POLICY, "compact",
            TopicConfig.FLUSH_POLICY, "group",
            // Kafka's transaction.state.log.segment.bytes and min.isr.
            TopicConfig.SEGMENT_BYTES, "104857600",
            TopicConfig.MIN_INSYNC_REPLICAS, "2");

    private final InternalTopic topic;

    /** @param partitions when it is created here */
    StateTopic(Controller controller, int partitions) {
        this.topic = new InternalTopic(
                controller, InternalTopics.TRANSACTION_STATE, partitions, REPLICATION_FACTOR, SETTINGS);
    }

    /** The topic, if somebody needed it before. */
    static TopicMetadata find(ClusterImage image) {
        return image.topic(InternalTopics.TRANSACTION_STATE).orElse(null);
    }

    /** The partition of a transactional id. */
    static int partitionOf(String transactionalId, TopicMetadata topic) {
        return InternalTopics.partitionOf(transactionalId, topic.partitions().size());
    }

    /** The node that coordinates an id; empty while nobody leads its partition, or the topic is not there. */
    static OptionalInt coordinatorOf(ClusterImage image, String transactionalId) {
        TopicMetadata topic = find(image);
        if (topic == null) {
            return OptionalInt.empty();
        }
        int leader = topic.partitions().get(partitionOf(transactionalId, topic)).leader();
        return leader == PartitionMetadata.NO_LEADER ? OptionalInt.empty() : OptionalInt.of(leader);
    }

    /** See {@link InternalTopic#orCreate}. */
    Future<TopicMetadata> orCreate() {
        return topic.orCreate();
    }
}
