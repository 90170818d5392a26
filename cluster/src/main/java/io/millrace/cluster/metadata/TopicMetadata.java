package io.millrace.cluster.metadata;

import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * One topic.
 *
 * @param name the name
 * @param id never re-used: a topic that is created again under the same name gets a new one
 * @param partitions in partition order, without holes
 * @param config only what was set for this topic; {@link TopicConfig} adds the defaults
 */
public record TopicMetadata(String name, UUID id, List<PartitionMetadata> partitions, Map<String, String> config) {

    public TopicMetadata {
        partitions = List.copyOf(partitions);
        config = Map.copyOf(config);
    }
}
