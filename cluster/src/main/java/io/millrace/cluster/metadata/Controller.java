package io.millrace.cluster.metadata;

import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * Decides what the cluster consists of. A change is answered after it is committed, and by then {@link #image()} shows it and
 * the partitions it names can be used on this node.
 *
 * <p>Thread-safe, never blocks. Futures fail with {@link io.millrace.cluster.error.MillraceException}: nothing was changed
 * then, unless its code says that the outcome is unknown. Handlers run on the caller's Vert.x context, if it has one.
 */
public interface Controller {

    /** The newest committed image. Any thread, no lock. */
    ClusterImage image();

    /** Tells of every image from now on, in order, one at a time. The consumer must return at once. */
    void onImage(Consumer<ClusterImage> consumer);

    /**
     * Creates a topic.
     *
     * @param validateOnly check everything, change nothing; the answer has the topic as it would be
     */
    Future<TopicMetadata> createTopic(NewTopic topic, boolean validateOnly);

    /** Deletes a topic by its id. */
    Future<Void> deleteTopic(UUID topicId);

    /** Adds partitions until there are {@code total}; the cluster places them. */
    default Future<TopicMetadata> createPartitions(String topic, int total, boolean validateOnly) {
        return createPartitions(topic, total, List.of(), validateOnly);
    }

    /**
     * Adds partitions until there are {@code total}.
     *
     * @param assignment the nodes of each new partition in its order, the preferred leader first; empty to let the cluster choose
     */
    Future<TopicMetadata> createPartitions(
            String topic, int total, List<List<Integer>> assignment, boolean validateOnly);

    /** Changes topic configuration: a null value takes a setting back to its default. What is not named stays. */
    Future<TopicMetadata> alterTopicConfig(String topic, Map<String, String> changes, boolean validateOnly);

    /** A block of producer ids that nobody else gets, also after a restart. */
    Future<ProducerIdBlock> allocateProducerIds();

    /** Producer ids from {@code first} up to, but without, {@code end}. */
    record ProducerIdBlock(long first, long end) {}
}
