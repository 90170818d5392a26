package io.millrace.server.kafka.handler;

import io.millrace.cluster.group.SingleGroupSettings;
import io.millrace.cluster.metadata.ClusterImage;
import io.millrace.server.kafka.handler.ConfigEntry.Synonym;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource;

/** All settings that a group may have for itself, also those that it has not set. The group need not exist. */
final class GroupConfigEntries {

    private final SingleGroupSettings settings;

    GroupConfigEntries(SingleGroupSettings settings) {
        this.settings = settings;
    }

    List<ConfigEntry> of(String groupId, ClusterImage image) {
        if (groupId.isEmpty()) {
            throw Errors.INVALID_REQUEST.exception(
                    "A group needs an id: what holds for all groups stands in the configuration of the nodes.");
        }
        Map<String, String> own = image.committed().ofGroups().getOrDefault(groupId, Map.of());
        return settings.all().stream()
                .map(setting -> entry(setting, own.get(setting.name())))
                .toList();
    }

    private static ConfigEntry entry(SingleGroupSettings.Setting setting, String own) {
        String otherName = setting.nodeName().orElse(setting.name());
        List<Synonym> synonyms = new ArrayList<>(3);
        if (own != null) {
            synonyms.add(new Synonym(setting.name(), own, ConfigSource.GROUP_CONFIG));
        }
        if (!setting.value().equals(setting.defaultValue())) {
            synonyms.add(new Synonym(otherName, setting.value(), ConfigSource.STATIC_BROKER_CONFIG));
        }
        synonyms.add(new Synonym(otherName, setting.defaultValue(), ConfigSource.DEFAULT_CONFIG));
        return ConfigEntry.of(
                setting.name(), false, TopicConfigEntries.type(setting.type()), setting.documentation(), synonyms);
    }
}
