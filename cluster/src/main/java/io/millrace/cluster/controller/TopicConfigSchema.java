package io.millrace.cluster.controller;

import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.group.SingleGroupSettings;
import io.millrace.cluster.metadata.TopicConfig;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.controller.ConfigurationValidator;
import org.apache.kafka.metadata.KafkaConfigSchema;
import org.apache.kafka.server.config.ConfigSynonym;

/** Our topic settings in the form in which Kafka's controller asks for them: what there is, its default, and what is valid. */
final class TopicConfigSchema {

    private TopicConfigSchema() {}

    static KafkaConfigSchema schema() {
        ConfigDef topic = new ConfigDef();
        Map<String, List<ConfigSynonym>> synonyms = new LinkedHashMap<>();
        for (TopicConfig.Setting setting : TopicConfig.settings()) {
            define(topic, setting);
            synonyms.put(setting.name(), List.of(new ConfigSynonym(setting.name())));
        }
        ConfigDef broker = new ConfigDef();
        TopicConfig.settings().stream()
                .filter(setting -> setting.name().equals(TopicConfig.MIN_INSYNC_REPLICAS))
                .forEach(setting -> define(broker, setting));
        return new KafkaConfigSchema(
                Map.of(ConfigResource.Type.TOPIC, topic, ConfigResource.Type.BROKER, broker), synonyms);
    }

    private static void define(ConfigDef target, TopicConfig.Setting setting) {
        target.define(
                setting.name(),
                ConfigDef.Type.valueOf(setting.type().name()),
                setting.defaultValue(),
                ConfigDef.Importance.MEDIUM,
                setting.documentation());
    }

    /** Refuses what {@link TopicConfig#validate} and {@link SingleGroupSettings#validate} refuse, with their words. */
    static ConfigurationValidator validator(SingleGroupSettings groups) {
        return new ConfigurationValidator() {
            @Override
            public void validate(ConfigResource resource) {}

            @Override
            public void validate(
                    ConfigResource resource, Map<String, String> newConfigs, Map<String, String> existingConfigs) {
                try {
                    if (resource.type() == ConfigResource.Type.TOPIC) {
                        TopicConfig.validate(newConfigs);
                    } else if (resource.type() == ConfigResource.Type.GROUP) {
                        groups.validate(newConfigs);
                    }
                } catch (MillraceException e) {
                    throw new InvalidConfigurationException(e.getMessage());
                }
            }
        };
    }
}
