package io.millrace.cluster.metadata;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * What {@link FileController} keeps on disk. Immutable: a change makes a new state.
 *
 * @param version grows with every change
 * @param clusterId made when the data directory is formatted
 * @param nodeId the node that the data directory belongs to
 * @param nextProducerId the first producer id of the next block
 * @param topics the topics with their partitions and settings
 */
record MetadataState(
        @JsonProperty("version") long version,
        @JsonProperty("clusterId") UUID clusterId,
        @JsonProperty("nodeId") int nodeId,
        @JsonProperty("nextProducerId") long nextProducerId,
        @JsonProperty("topics") List<Topic> topics) {

    /** One topic. */
    record Topic(
            @JsonProperty("name") String name,
            @JsonProperty("id") UUID id,
            @JsonProperty("partitions") int partitions,
            @JsonProperty("config") Map<String, String> config) {}

    /** The state of a data directory that was formatted just now. */
    static MetadataState formatted(int nodeId) {
        return new MetadataState(0, UUID.randomUUID(), nodeId, 0, List.of());
    }

    MetadataState withTopic(Topic topic) {
        List<Topic> changed = new ArrayList<>(topics);
        changed.removeIf(each -> each.id().equals(topic.id()));
        changed.add(topic);
        return new MetadataState(version + 1, clusterId, nodeId, nextProducerId, List.copyOf(changed));
    }

    MetadataState withoutTopic(UUID topicId) {
        List<Topic> changed = new ArrayList<>(topics);
        changed.removeIf(each -> each.id().equals(topicId));
        return new MetadataState(version + 1, clusterId, nodeId, nextProducerId, List.copyOf(changed));
    }

    MetadataState withNextProducerId(long id) {
        return new MetadataState(version + 1, clusterId, nodeId, id, topics);
    }

    long partitionCount() {
        return topics.stream().mapToLong(Topic::partitions).sum();
    }
}
