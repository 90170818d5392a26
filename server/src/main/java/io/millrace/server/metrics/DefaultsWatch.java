package io.millrace.server.metrics;

import io.millrace.cluster.ClusterConfig;
import io.millrace.cluster.metadata.TopicConfig;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/**
 * Compares the defaults that stand in the configurations of the nodes: which one holds for a partition depends on who has a replica, or on
 * who created the topic, so they should be the same. They are told to the others as checksums. Used on one event loop.
 */
final class DefaultsWatch {

    /** Begins the names of these facts: they are for nodes, and not shown to people. */
    static final String FACT_PREFIX = "default:";

    private final int nodeId;
    private final Map<String, String> own = new LinkedHashMap<>();
    private final Set<String> told = new HashSet<>();

    DefaultsWatch(ClusterConfig config) {
        this.nodeId = config.nodeId();
        for (TopicConfig.Setting setting : TopicConfig.settings()) {
            // That one is committed for all nodes.
            if (setting.effect() == TopicConfig.Effect.HONOURED
                    && !setting.name().equals(TopicConfig.MIN_INSYNC_REPLICAS)) {
                own.put(setting.name(), TopicConfig.value(setting.name(), Map.of(), config.topicDefaults()));
            }
        }
        own.put("topics.defaultPartitions", String.valueOf(config.defaultPartitions()));
        own.put(
                "cluster.defaultReplicationFactor",
                String.valueOf(config.peers().defaultReplicationFactor()));
    }

    /** What this node tells the others, by the names of facts. */
    Map<String, Long> facts() {
        Map<String, Long> facts = new TreeMap<>();
        own.forEach((name, value) -> facts.put(FACT_PREFIX + name, checksum(value)));
        return facts;
    }

    /**
     * What differs and was not answered before, in words for an operator.
     *
     * @param all the facts of all nodes by node id
     */
    List<String> differences(Map<Integer, Map<String, Long>> all) {
        List<String> differences = new ArrayList<>();
        new TreeMap<>(all)
                .forEach((other, facts) -> own.forEach((name, value) -> {
                    Long theirs = facts.get(FACT_PREFIX + name);
                    if (other != nodeId
                            && theirs != null
                            && theirs != checksum(value)
                            && told.add(other + "/" + name)) {
                        differences.add("The configuration of node " + other + " has another default for " + name
                                + ", here it is " + value
                                + ". Which of them holds depends on the node that has a replica or creates"
                                + " the topic: make them the same on all nodes, or set it for each topic");
                    }
                }));
        return differences;
    }

    private static long checksum(String value) {
        CRC32C crc = new CRC32C();
        crc.update(value.getBytes(StandardCharsets.UTF_8));
        return crc.getValue();
    }
}
