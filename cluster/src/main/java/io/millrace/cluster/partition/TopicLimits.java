package io.millrace.cluster.partition;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.metadata.ClusterImage;
import io.millrace.cluster.metadata.TopicConfig;
import io.millrace.cluster.metadata.TopicMetadata;
import io.millrace.storage.LogConfig;
import io.millrace.storage.TopicPartition;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** The settings of topics, whether there is a replica on this node or not. Thread-safe. */
final class TopicLimits {

    private record Known(TopicMetadata topic, LogConfig config) {}

    private final Supplier<ClusterImage> image;
    private final Map<String, String> nodeDefaults;
    private final Map<UUID, Known> known = new ConcurrentHashMap<>();

    TopicLimits(Supplier<ClusterImage> image, Map<String, String> nodeDefaults) {
        this.image = image;
        this.nodeDefaults = nodeDefaults;
    }

    /** Throws UNKNOWN_TOPIC_OR_PARTITION. */
    LogConfig of(TopicPartition key) {
        TopicMetadata topic = image.get().topicsById().get(key.topicId());
        if (topic == null || key.partition() >= topic.partitions().size()) {
            known.remove(key.topicId());
            throw new MillraceException(
                    ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                    "There is no partition " + key.partition() + " of topic '" + key.topic() + "'");
        }
        Known present = known.get(topic.id());
        if (present == null || present.topic() != topic) {
            present = new Known(topic, TopicConfig.logConfig(topic.config(), nodeDefaults));
            known.put(topic.id(), present);
        }
        return present.config();
    }
}
