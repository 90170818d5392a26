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
 * @param minInsyncReplicas how many replicas must have a record before acks=all is answered: the topic's setting or the committed
 *     default of the cluster, never that of a node, because leaders and the controller must agree on it
 */
public record TopicMetadata(
        String name, UUID id, List<PartitionMetadata> partitions, Map<String, String> config, int minInsyncReplicas) {

    public TopicMetadata {
        partitions = List.copyOf(partitions);
        config = Map.copyOf(config);
    }
}
