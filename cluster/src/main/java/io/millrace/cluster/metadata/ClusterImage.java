package io.millrace.cluster.metadata;

import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * The cluster as it was committed at one moment. Immutable; a newer image replaces it whole.
 *
 * @param version grows with every change
 * @param clusterId made when the data directory is formatted
 * @param controllerId node id of the active controller
 * @param brokers the live brokers by node id
 * @param topics by name
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

    public Optional<TopicMetadata> topic(String name) {
        return Optional.ofNullable(topics.get(name));
    }

    public Optional<TopicMetadata> topic(UUID id) {
        return Optional.ofNullable(topicsById.get(id));
    }
}
