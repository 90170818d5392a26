package io.millrace.server.metrics;

import io.millrace.cluster.ClusterNode;
import io.millrace.cluster.metadata.TopicConfig;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares the defaults of topic settings that stand in the configurations of the nodes: which one holds for a partition depends on who has
 * a replica, so they should be the same. Told to the others as checksums, warned of once for each node and setting. Used on one event loop.
 */
final class DefaultsWatch {

    /** Begins the names of these facts: they are for nodes, and not shown to people. */
    static final String FACT_PREFIX = "default:";

    private static final Logger log = LoggerFactory.getLogger(DefaultsWatch.class);

    private final ClusterNode node;
    private final Map<String, String> own = new LinkedHashMap<>();
    private final Set<String> warned = new HashSet<>();

    DefaultsWatch(ClusterNode node) {
        this.node = node;
        for (TopicConfig.Setting setting : TopicConfig.settings()) {
            // Committed for all nodes; see the topic's metadata.
            if (!setting.name().equals(TopicConfig.MIN_INSYNC_REPLICAS)) {
                own.put(
                        setting.name(),
                        TopicConfig.value(
                                setting.name(), Map.of(), node.config().topicDefaults()));
            }
        }
        own.put("topics.defaultPartitions", String.valueOf(node.config().defaultPartitions()));
        own.put(
                "cluster.defaultReplicationFactor",
                String.valueOf(node.config().peers().defaultReplicationFactor()));
    }

    void tell() {
        own.forEach((name, value) -> node.facts().tell(FACT_PREFIX + name, checksum(value)));
    }

    /** Warns of what differs and was not warned of yet. */
    void compare() {
        Map<Integer, Map<String, Long>> all = new TreeMap<>(node.facts().all());
        all.remove(node.config().nodeId());
        all.forEach((other, facts) -> own.forEach((name, value) -> {
            Long theirs = facts.get(FACT_PREFIX + name);
            if (theirs != null && theirs != checksum(value) && warned.add(other + "/" + name)) {
                log.warn(
                        "Node {} has another default for {} in its configuration; here it is {}. Which of them holds depends"
                                + " on the node that has a replica or creates a topic: make them the same on all nodes, or set it"
                                + " for each topic",
                        other,
                        name,
                        value);
            }
        }));
    }

    private static long checksum(String value) {
        CRC32C crc = new CRC32C();
        crc.update(value.getBytes(StandardCharsets.UTF_8));
        return crc.getValue();
    }
}
