package io.millrace.cluster.coordinator;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.group.GroupsConfig;
import io.millrace.cluster.group.SingleGroupSettings;
import io.millrace.cluster.metadata.NearestName;
import io.millrace.cluster.metadata.TopicConfig;
import io.millrace.cluster.share.ShareGroupsConfig;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.coordinator.group.GroupConfig;

/** What the library knows of settings of single groups, within the bounds of this node. Looks for it with the first question. */
public final class KafkaGroupSettings implements SingleGroupSettings {

    /** What a refusal of the library calls a bound by. */
    private static final Pattern BOUND = Pattern.compile("group\\.[a-z.]+");

    private final GroupsConfig config;
    private final ShareGroupsConfig shareConfig;

    /** Null before the first question. */
    private volatile LibrarySettings node;

    public KafkaGroupSettings(GroupsConfig config, ShareGroupsConfig shareConfig) {
        this.config = config;
        this.shareConfig = shareConfig;
    }

    private LibrarySettings node() {
        LibrarySettings present = node;
        if (present == null) {
            // Twice at the worst: both are the same.
            present = LibrarySettings.of(config, shareConfig, config.offsetsPartitions());
            node = present;
        }
        return present;
    }

    @Override
    public List<Setting> all() {
        LibrarySettings known = node();
        return GroupConfig.CONFIG_DEF.configKeys().values().stream()
                .sorted((a, b) -> a.name.compareTo(b.name))
                .map(key -> setting(key, known))
                .toList();
    }

    private static Setting setting(ConfigDef.ConfigKey key, LibrarySettings node) {
        String defaultValue = ConfigDef.convertToString(key.defaultValue, key.type);
        Optional<String> nodeName = GroupConfig.brokerSynonym(key.name);
        Object ofNode = nodeName.<Object>map(name -> node.values().values().get(name))
                .orElse(node.ofGroups().get(key.name));
        return new Setting(
                key.name,
                TopicConfig.Type.valueOf(key.type.name()),
                nodeName,
                ofNode == null ? defaultValue : String.valueOf(ofNode),
                defaultValue,
                key.documentation);
    }

    @Override
    public void validate(Map<String, String> settings) {
        for (String name : settings.keySet()) {
            if (!GroupConfig.configNames().contains(name)) {
                throw refused("Unknown group setting '" + name + "'"
                        + NearestName.of(name, GroupConfig.configNames())
                                .map(near -> "; did you mean '" + near + "'?")
                                .orElse("; describing the settings of a group lists those that there are"));
            }
        }
        LibrarySettings bounds = node();
        try {
            GroupConfig.validate(settings, bounds.groups(), bounds.shareGroups());
        } catch (InvalidConfigurationException | ConfigException e) {
            throw refused("These settings of a group do not go: " + withBounds(e.getMessage(), bounds));
        }
    }

    /** The library names a bound and does not say what it is. */
    private static String withBounds(String refusal, LibrarySettings node) {
        Matcher bound = BOUND.matcher(refusal);
        Object value = bound.find() ? node.values().values().get(bound.group()) : null;
        return value == null ? refusal : refusal + ", which is " + value + " here";
    }

    private static MillraceException refused(String message) {
        return new MillraceException(ErrorCode.INVALID_CONFIG, message);
    }
}
