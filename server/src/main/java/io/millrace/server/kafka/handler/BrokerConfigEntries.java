package io.millrace.server.kafka.handler;

import io.millrace.cluster.ClusterConfig;
import io.millrace.cluster.metadata.TopicConfig;
import io.millrace.server.kafka.handler.ConfigEntry.Synonym;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigType;

/**
 * The settings of a broker that clients look for, by Kafka's names: what new topics get, and the defaults of topic settings. All
 * are read-only: they come from the configuration file.
 */
final class BrokerConfigEntries {

    /** Topic settings whose broker-wide default has a name of its own in Kafka. */
    private static final Map<String, String> BROKER_NAMES = Map.of(
            "cleanup.policy", "log.cleanup.policy",
            "flush.policy", "log.flush.policy",
            "index.interval.bytes", "log.index.interval.bytes",
            "max.message.bytes", "message.max.bytes",
            "message.timestamp.type", "log.message.timestamp.type",
            "retention.bytes", "log.retention.bytes",
            "retention.ms", "log.retention.ms",
            "segment.bytes", "log.segment.bytes",
            "segment.ms", "log.roll.ms");

    private final ClusterConfig config;
    private final TopicConfigEntries topicEntries;

    BrokerConfigEntries(ClusterConfig config) {
        this.config = config;
        this.topicEntries = new TopicConfigEntries(config.topicDefaults());
    }

    List<ConfigEntry> all() {
        List<ConfigEntry> entries = new ArrayList<>();
        String nodeId = Integer.toString(config.nodeId());
        entries.add(entry("broker.id", ConfigType.INT, nodeId, "The id of this node."));
        entries.add(entry("node.id", ConfigType.INT, nodeId, "The id of this node."));
        entries.add(entry(
                "auto.create.topics.enable",
                ConfigType.BOOLEAN,
                Boolean.toString(config.autoCreateTopics()),
                "Whether a topic is created by its first use."));
        entries.add(entry(
                "num.partitions",
                ConfigType.INT,
                Integer.toString(config.defaultPartitions()),
                "The number of partitions of a topic that does not say."));
        entries.add(entry(
                "default.replication.factor",
                ConfigType.INT,
                "1",
                "The number of replicas of a topic that does not say."));
        for (TopicConfig.Setting setting : TopicConfig.settings()) {
            entries.add(ConfigEntry.of(
                    BROKER_NAMES.getOrDefault(setting.name(), setting.name()),
                    true,
                    TopicConfigEntries.type(setting.type()),
                    setting.documentation(),
                    topicEntries.synonyms(setting)));
        }
        return entries;
    }

    private static ConfigEntry entry(String name, ConfigType type, String value, String documentation) {
        return ConfigEntry.of(
                name, true, type, documentation, List.of(new Synonym(name, value, ConfigSource.STATIC_BROKER_CONFIG)));
    }
}
