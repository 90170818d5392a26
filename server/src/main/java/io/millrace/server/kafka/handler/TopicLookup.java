package io.millrace.server.kafka.handler;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.metadata.ClusterImage;
import io.millrace.cluster.metadata.TopicMetadata;
import io.millrace.cluster.peer.KafkaIds;
import io.millrace.storage.TopicPartition;
import org.apache.kafka.common.Uuid;

/**
 * Finds what requests name: newer versions give the topic id only, older ones the name only. Works on one image, so that a
 * request sees one state of the cluster.
 */
final class TopicLookup {

    private final ClusterImage image;

    TopicLookup(ClusterImage image) {
        this.image = image;
    }

    /** The topic of a name; fails with UNKNOWN_TOPIC_OR_PARTITION. */
    TopicMetadata byName(String name) {
        return image.topic(name)
                .orElseThrow(() -> new MillraceException(
                        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "Topic '" + name + "' does not exist."));
    }

    /** The topic of an id; fails with UNKNOWN_TOPIC_ID. */
    TopicMetadata byId(Uuid id) {
        return image.topic(KafkaIds.fromKafka(id))
                .orElseThrow(() -> new MillraceException(
                        ErrorCode.UNKNOWN_TOPIC_ID,
                        "No topic has the id " + id
                                + ". If the topic was deleted and created again, it has a new one."));
    }

    /** By id when the request's version has ids, else by name. */
    TopicMetadata find(boolean hasIds, Uuid id, String name) {
        return hasIds ? byId(id) : byName(name);
    }

    /** A partition of a topic; fails with UNKNOWN_TOPIC_OR_PARTITION. */
    static TopicPartition partition(TopicMetadata topic, int partition) {
        if (partition < 0 || partition >= topic.partitions().size()) {
            throw new MillraceException(
                    ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                    "Topic '" + topic.name() + "' has partitions 0 to "
                            + (topic.partitions().size() - 1) + ", not " + partition + ".");
        }
        return new TopicPartition(topic.id(), topic.name(), partition);
    }
}
