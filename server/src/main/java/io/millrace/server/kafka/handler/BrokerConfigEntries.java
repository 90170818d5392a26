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
    private static final Map<String, String> BROKER_NAMES = Map.ofEntries(
            Map.entry("cleanup.policy", "log.cleanup.policy"),
            Map.entry("delete.retention.ms", "log.cleaner.delete.retention.ms"),
            Map.entry("flush.policy", "log.flush.policy"),
            Map.entry("index.interval.bytes", "log.index.interval.bytes"),
            Map.entry("max.compaction.lag.ms", "log.cleaner.max.compaction.lag.ms"),
            Map.entry("max.message.bytes", "message.max.bytes"),
            Map.entry("message.timestamp.type", "log.message.timestamp.type"),
            Map.entry("min.cleanable.dirty.ratio", "log.cleaner.min.cleanable.ratio"),
            Map.entry("min.compaction.lag.ms", "log.cleaner.min.compaction.lag.ms"),
            Map.entry("retention.bytes", "log.retention.bytes"),
            Map.entry("retention.ms", "log.retention.ms"),
            Map.entry("segment.bytes", "log.segment.bytes"),
            Map.entry("segment.ms", "log.roll.ms"));

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
