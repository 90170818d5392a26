package io.millrace.server.kafka.handler;

import io.millrace.cluster.metadata.TopicConfig;
import io.millrace.cluster.metadata.TopicMetadata;
import io.millrace.server.kafka.handler.ConfigEntry.Synonym;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigType;

/** All settings of a topic, with defaults: consoles read them all, change some, and write them all back. */
final class TopicConfigEntries {

    private final Map<String, String> nodeDefaults;

    /** @param nodeDefaults topic settings of this node, between the built-in defaults and those of a topic */
    TopicConfigEntries(Map<String, String> nodeDefaults) {
        this.nodeDefaults = nodeDefaults;
    }

    List<ConfigEntry> of(TopicMetadata topic) {
        List<ConfigEntry> entries = new ArrayList<>();
        for (TopicConfig.Setting setting : TopicConfig.settings()) {
            List<Synonym> synonyms = synonyms(setting, topic);
            String own = topic.config().get(setting.name());
            if (own != null) {
                synonyms.add(0, new Synonym(setting.name(), own, ConfigSource.TOPIC_CONFIG));
            }
            entries.add(ConfigEntry.of(setting.name(), false, type(setting.type()), setting.documentation(), synonyms));
        }
        return entries;
    }

    /** The default for how many have to be in sync is committed for the whole cluster: a node's own file does not matter. */
    private List<Synonym> synonyms(TopicConfig.Setting setting, TopicMetadata topic) {
        List<Synonym> synonyms = synonyms(setting);
        boolean isCommitted = setting.name().equals(TopicConfig.MIN_INSYNC_REPLICAS)
                && !topic.config().containsKey(setting.name());
        if (isCommitted) {
            synonyms.removeIf(each -> each.source() == ConfigSource.STATIC_BROKER_CONFIG);
            String value = String.valueOf(topic.minInsyncReplicas());
            if (!value.equals(setting.defaultValue())) {
                synonyms.add(0, new Synonym(setting.name(), value, ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG));
            }
        }
        return synonyms;
    }

    /** Where a topic gets a setting from that it does not have itself; may be added to. */
    List<Synonym> synonyms(TopicConfig.Setting setting) {
        List<Synonym> synonyms = new ArrayList<>(3);
        String ofNode = nodeDefaults.get(setting.name());
        if (ofNode != null) {
            synonyms.add(new Synonym(BrokerNames.of(setting.name()), ofNode, ConfigSource.STATIC_BROKER_CONFIG));
        }
        synonyms.add(new Synonym(BrokerNames.of(setting.name()), setting.defaultValue(), ConfigSource.DEFAULT_CONFIG));
        return synonyms;
    }

    static ConfigType type(TopicConfig.Type type) {
        return switch (type) {
            case BOOLEAN -> ConfigType.BOOLEAN;
            case STRING -> ConfigType.STRING;
            case INT -> ConfigType.INT;
            case LONG -> ConfigType.LONG;
            case DOUBLE -> ConfigType.DOUBLE;
            case LIST -> ConfigType.LIST;
        };
    }
}
