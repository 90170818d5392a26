package io.millrace.server.config;

import io.millrace.cluster.metadata.TopicConfig;
import java.lang.reflect.RecordComponent;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Every key there is, read off the components of {@link MillraceConfig} and of its defaults. */
final class ConfigSchema {

    private static final String TOPIC_DEFAULTS = "topics.defaults";

    /** The names in it are those of the discovery that is chosen. */
    private static final String DISCOVERY_PROPERTIES = "cluster.discoveryProperties";

    private final Map<String, ConfigKey> keys = new LinkedHashMap<>();

    ConfigSchema() {
        addKeys("", MillraceConfig.standard());
        for (TopicConfig.Setting setting : TopicConfig.settings()) {
            String name = TOPIC_DEFAULTS + "." + setting.name();
            keys.put(name, new ConfigKey(name, String.class, null));
        }
    }

    private void addKeys(String prefix, Object defaults) {
        for (RecordComponent component : defaults.getClass().getRecordComponents()) {
            String name = prefix + component.getName();
            Object value = Reflection.get(component, defaults);
            if (component.getType().isRecord()) {
                addKeys(name + ".", value);
            } else {
                keys.put(name, new ConfigKey(name, component.getType(), value));
            }
        }
    }

    /** The keys by name, in the order of the records; entries of {@code topics.defaults} come last. */
    Map<String, ConfigKey> keys() {
        return keys;
    }

    /** Whether a value can be given to the key itself: a section or a map only has keys below it. */
    boolean isKnown(String key) {
        if (key.startsWith(DISCOVERY_PROPERTIES + ".")) {
            return true;
        }
        ConfigKey known = keys.get(key);
        return known != null && known.type() != Map.class;
    }

    /** Whether it names a section or a map, so that an empty value means "nothing set here". */
    boolean isGroup(String key) {
        return key.equals(TOPIC_DEFAULTS)
                || key.equals(DISCOVERY_PROPERTIES)
                || keys.keySet().stream().anyMatch(name -> name.startsWith(key + "."));
    }

    /** The key that an environment variable sets. */
    Optional<ConfigKey> byEnvironmentName(String variable) {
        return keys.values().stream()
                .filter(key -> key.type() != Map.class && key.environmentName().equals(variable))
                .findFirst();
    }
}
