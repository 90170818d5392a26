package io.millrace.server.kafka;

import io.millrace.cluster.ClusterConfig;

/** Variants of the configurations for tests. */
final class TestConfigs {

    private TestConfigs() {}

    static ClusterConfig withoutAutoCreate(ClusterConfig config) {
        return new ClusterConfig(
                config.nodeId(),
                config.rack(),
                config.storage(),
                config.defaultPartitions(),
                false,
                config.topicDefaults(),
                config.maxPartitions(),
                config.appenderBytesMax());
    }

    /** All reads come from files. */
    static ClusterConfig withoutTailCache(ClusterConfig config) {
        return new ClusterConfig(
                config.nodeId(),
                config.rack(),
                KafkaTestNode.storage(config.storage().directory(), 0),
                config.defaultPartitions(),
                config.autoCreateTopics(),
                config.topicDefaults(),
                config.maxPartitions(),
                config.appenderBytesMax());
    }

    /** One event loop for all connections. */
    static KafkaListenerConfig onOneEventLoop(KafkaListenerConfig config) {
        return listener(config, 1, config.maxConnections(), config.maxInFlightRequestsPerConnection(), 10_000);
    }

    static KafkaListenerConfig withMaxInFlight(KafkaListenerConfig config, int requests) {
        return listener(config, 1, config.maxConnections(), requests, 10_000);
    }

    static KafkaListenerConfig withMaxConnections(KafkaListenerConfig config, int connections) {
        return listener(config, 2, connections, config.maxInFlightRequestsPerConnection(), 10_000);
    }

    static KafkaListenerConfig withFirstRequestTimeout(KafkaListenerConfig config, long timeoutMs) {
        return listener(config, 1, config.maxConnections(), config.maxInFlightRequestsPerConnection(), timeoutMs);
    }

    static KafkaListenerConfig withFetchSessions(KafkaListenerConfig config, int sessions) {
        return new KafkaListenerConfig(
                config.host(),
                config.port(),
                config.advertisedHost(),
                config.advertisedPort(),
                config.eventLoops(),
                config.maxFrameBytes(),
                config.maxConnections(),
                config.maxInFlightRequestsPerConnection(),
                config.maxInFlightBytesPerConnection(),
                config.fetchMaxBytes(),
                config.idleTimeoutMs(),
                config.firstRequestTimeoutMs(),
                config.stopTimeoutMs(),
                sessions,
                config.quotaWindowNum(),
                config.quotaWindowMs());
    }

    private static KafkaListenerConfig listener(
            KafkaListenerConfig config,
            int eventLoops,
            int maxConnections,
            int maxInFlightRequests,
            long firstRequestTimeoutMs) {
        return new KafkaListenerConfig(
                config.host(),
                config.port(),
                config.advertisedHost(),
                config.advertisedPort(),
                eventLoops,
                config.maxFrameBytes(),
                maxConnections,
                maxInFlightRequests,
                config.maxInFlightBytesPerConnection(),
                config.fetchMaxBytes(),
                config.idleTimeoutMs(),
                firstRequestTimeoutMs,
                config.stopTimeoutMs(),
                config.maxFetchSessions(),
                config.quotaWindowNum(),
                config.quotaWindowMs());
    }
}
