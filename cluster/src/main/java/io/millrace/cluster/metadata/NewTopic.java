package io.millrace.cluster.metadata;

import java.util.List;
import java.util.Map;

/**
 * A topic to be made.
 *
 * @param name the name, checked by {@link TopicName}
 * @param partitions number of partitions, -1 for the configured default
 * @param replicationFactor number of replicas, -1 for the configured default
 * @param config topic configuration by Kafka's names
 * @param assignment the nodes of each partition in its order, the preferred leader first; empty to let the cluster choose. With an
 *     assignment the two numbers say nothing
 */
public record NewTopic(
        String name,
        int partitions,
        int replicationFactor,
        Map<String, String> config,
        List<List<Integer>> assignment) {

    public NewTopic {
        config = Map.copyOf(config);
        assignment = assignment.stream().map(List::copyOf).toList();
    }

    /** A topic whose replicas the cluster places. */
    public NewTopic(String name, int partitions, int replicationFactor, Map<String, String> config) {
        this(name, partitions, replicationFactor, config, List.of());
    }
}
