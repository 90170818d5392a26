package io.millrace.cluster.metadata;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * The cluster as it was committed at one moment. Immutable; a newer image replaces it whole.
 *
 * @param version grows with every change: the offset in the metadata log
 * @param clusterId made when the data directory is formatted
 * @param controllerId node id of the active controller, -1 while it is not known
 * @param brokers the registered nodes by node id, dead ones too
 * @param topics by name; a topic that did not change is the same object in the next image
 */
public record ClusterImage(
        long version,
        UUID clusterId,
        int controllerId,
        Map<Integer, BrokerMetadata> brokers,
        Map<String, TopicMetadata> topics,
        Map<UUID, TopicMetadata> topicsById) {

    public ClusterImage {
        brokers = Map.copyOf(brokers);
        topics = Map.copyOf(topics);
        topicsById = Map.copyOf(topicsById);
    }

    /** The nodes that are alive, in the order of their ids. */
    public List<BrokerMetadata> liveBrokers() {
        return brokers.values().stream()
                .filter(broker -> !broker.fenced())
                .sorted(Comparator.comparingInt(BrokerMetadata::nodeId))
                .toList();
    }

    public Optional<TopicMetadata> topic(String name) {
        return Optional.ofNullable(topics.get(name));
    }

    public Optional<TopicMetadata> topic(UUID id) {
        return Optional.ofNullable(topicsById.get(id));
    }
}
