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
 * @param settings what was committed for all nodes, by its name
 * @param committed what else was committed; the same object in the next image when nothing of it changed
 */
public record ClusterImage(
        long version,
        UUID clusterId,
        int controllerId,
        Map<Integer, BrokerMetadata> brokers,
        Map<String, TopicMetadata> topics,
        Map<UUID, TopicMetadata> topicsById,
        Map<String, String> settings,
        CommittedSettings committed) {

    public ClusterImage {
        brokers = Map.copyOf(brokers);
        topics = Map.copyOf(topics);
        topicsById = Map.copyOf(topicsById);
        settings = Map.copyOf(settings);
    }

    /** Without settings and features. */
    public ClusterImage(
            long version,
            UUID clusterId,
            int controllerId,
            Map<Integer, BrokerMetadata> brokers,
            Map<String, TopicMetadata> topics,
            Map<UUID, TopicMetadata> topicsById) {
        this(version, clusterId, controllerId, brokers, topics, topicsById, Map.of(), CommittedSettings.NONE);
    }

    /** The same with another active controller. */
    public ClusterImage withController(int nodeId) {
        return new ClusterImage(version, clusterId, nodeId, brokers, topics, topicsById, settings, committed);
    }

    /** The nodes that are alive, in the order of their ids. */
    public List<BrokerMetadata> liveBrokers() {
        return brokers.values().stream()
                .filter(broker -> !broker.fenced())
                .sorted(Comparator.comparingInt(BrokerMetadata::nodeId))
                .toList();
    }

    /** Whether a node is registered and not taken for dead. */
    public boolean isLive(int nodeId) {
        BrokerMetadata broker = brokers.get(nodeId);
        return broker != null && !broker.fenced();
    }

    public Optional<TopicMetadata> topic(String name) {
        return Optional.ofNullable(topics.get(name));
    }

    public Optional<TopicMetadata> topic(UUID id) {
        return Optional.ofNullable(topicsById.get(id));
    }
}
