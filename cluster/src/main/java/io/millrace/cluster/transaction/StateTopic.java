package io.millrace.cluster.transaction;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.metadata.ClusterImage;
import io.millrace.cluster.metadata.Controller;
import io.millrace.cluster.metadata.InternalTopics;
import io.millrace.cluster.metadata.NewTopic;
import io.millrace.cluster.metadata.PartitionMetadata;
import io.millrace.cluster.metadata.TopicConfig;
import io.millrace.cluster.metadata.TopicMetadata;
import io.vertx.core.Future;
import java.util.Map;
import java.util.OptionalInt;

/** The internal topic that holds the state of transactions, and who leads which part of it. */
final class StateTopic {

    private static final int REPLICAS = 3;
    private static final int SEGMENT_BYTES = 100 << 20;

    private final Controller controller;
    private final int partitions;

    /** @param partitions when it is created here */
    StateTopic(Controller controller, int partitions) {
        this.controller = controller;
        this.partitions = partitions;
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

    /** The topic, created if need be. */
    Future<TopicMetadata> orCreate() {
        TopicMetadata present = find(controller.image());
        if (present != null) {
            return Future.succeededFuture(present);
        }
        int replicas =
                Math.min(REPLICAS, Math.max(1, controller.image().liveBrokers().size()));
        NewTopic topic = new NewTopic(
                InternalTopics.TRANSACTION_STATE,
                partitions,
                replicas,
                Map.of(
                        TopicConfig.CLEANUP_POLICY,
                        "compact",
                        TopicConfig.FLUSH_POLICY,
                        "group",
                        TopicConfig.SEGMENT_BYTES,
                        String.valueOf(SEGMENT_BYTES),
                        TopicConfig.MIN_INSYNC_REPLICAS,
                        String.valueOf(Math.min(2, replicas))));
        return controller.createTopic(topic, false).recover(failure -> {
            TopicMetadata byOther = find(controller.image());
            boolean isThere =
                    failure instanceof MillraceException answer && answer.code() == ErrorCode.TOPIC_ALREADY_EXISTS;
            return isThere && byOther != null ? Future.succeededFuture(byOther) : Future.failedFuture(failure);
        });
    }
}
