package io.millrace.cluster.metadata;

import java.util.Map;

/**
 * A topic to be made.
 *
 * @param name the name, checked by {@link TopicName}
 * @param partitions number of partitions, -1 for the configured default
 * @param replicationFactor number of replicas, -1 for the configured default
 * @param config topic configuration by Kafka's names
 */
public record NewTopic(String name, int partitions, int replicationFactor, Map<String, String> config) {

    public NewTopic {
        config = Map.copyOf(config);
    }
}
