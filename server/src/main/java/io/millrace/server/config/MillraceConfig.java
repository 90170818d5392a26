package io.millrace.server.config;

import io.millrace.cluster.group.GroupsConfig;
import java.util.Map;

/**
 * Everything that can be set, by section. Each component of each section is a key ({@code kafka.port}); the sections check
 * themselves, this record checks what concerns several of them.
 */
public record MillraceConfig(
        NodeSettings node,
        KafkaSettings kafka,
        HttpSettings http,
        StorageSettings storage,
        TopicSettings topics,
        TransactionsSettings transactions,
        GatewaySettings gateway,
        ClusterSettings cluster,
        GroupsConfig groups,
        ShareGroupSettings shareGroups,
        SecuritySettings security) {

    public MillraceConfig {
        Checks checks = new Checks("");
        if (!security.allowInsecure()) {
            checkLoopback(checks, "kafka.host", kafka.host());
            checkLoopback(checks, "http.host", http.host());
            if (cluster.isClustered()) {
                checkLoopback(checks, "cluster.host", cluster.host());
            }
        }
        if (kafka.advertisedHost() == null && Loopback.isWildcard(kafka.host())) {
            checks.problem(
                    "kafka.advertisedHost",
                    "must be set, because clients are told to connect to it and cannot connect to kafka.host "
                            + kafka.host());
        }
        if (kafka.port() != 0 && kafka.port() == http.port() && kafka.host().equals(http.host())) {
            checks.problem("http.port", "must differ from kafka.port, but both are " + http.port());
        }
        if (cluster.isClustered()) {
            checkClusterPorts(checks, kafka, http, cluster);
        }
        checks.done();
    }

    private static void checkClusterPorts(
            Checks checks, KafkaSettings kafka, HttpSettings http, ClusterSettings cluster) {
        if (cluster.advertisedHost() == null && Loopback.isWildcard(cluster.host())) {
            checks.problem(
                    "cluster.advertisedHost",
                    "must be set, because other nodes are told to connect to it and cannot connect to cluster.host "
                            + cluster.host());
        }
        for (int taken : new int[] {kafka.port(), http.port()}) {
            if (taken != 0 && taken == cluster.port()) {
                checks.problem("cluster.port", "must differ from kafka.port and http.port, but is " + taken + " too");
            }
            if (taken == cluster.discoveryPort()) {
                checks.problem(
                        "cluster.discoveryPort", "must differ from kafka.port and http.port, but is " + taken + " too");
            }
        }
    }

    /** What runs when nothing is set. */
    public static MillraceConfig standard() {
        return new MillraceConfig(
                NodeSettings.standard(),
                KafkaSettings.standard(),
                HttpSettings.standard(),
                StorageSettings.standard(),
                TopicSettings.standard(),
                TransactionsSettings.standard(),
                GatewaySettings.standard(),
                ClusterSettings.standard(),
                GroupsConfig.defaults(),
                ShareGroupSettings.standard(),
                SecuritySettings.standard());
    }

    /** The settings that topics inherit: {@code topics.defaults}, and {@code storage.flush} where that names no policy. */
    public Map<String, String> topicDefaults() {
        return topics.defaultsWith(storage.flush());
    }

    private static void checkLoopback(Checks checks, String key, String host) {
        if (!Loopback.isLoopback(host)) {
            checks.problem(
                    key,
                    "'" + host
                            + "' can be reached from other machines, and this listener asks nobody for a password. Use"
                            + " 127.0.0.1, or set security.allowInsecure to true if the network keeps strangers out");
        }
    }
}
