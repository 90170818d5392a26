package io.millrace.cluster.metadata;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * What Millrace 0.1 kept in {@code metadata.json} before there was a metadata log: read once, to be taken over into the log.
 *
 * @param version grew with every change
 * @param clusterId made when the data directory was formatted
 * @param nodeId the node that the data directory belongs to
 * @param nextProducerId the first producer id that was not handed out
 * @param topics the topics with their partitions and settings; the node had all replicas
 */
public record FormerMetadata(
        @JsonProperty("version") long version,
        @JsonProperty("clusterId") UUID clusterId,
        @JsonProperty("nodeId") int nodeId,
        @JsonProperty("nextProducerId") long nextProducerId,
        @JsonProperty("topics") List<Topic> topics) {

    /** One topic. */
    public record Topic(
            @JsonProperty("name") String name,
            @JsonProperty("id") UUID id,
            @JsonProperty("partitions") int partitions,
            @JsonProperty("config") Map<String, String> config) {}
}
