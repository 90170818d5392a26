package io.millrace.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** {@code conf/reference.yaml} is the documentation of the configuration: it must name every key, with its real default. */
class ReferenceFileTest {

    private static final Path REFERENCE =
            Path.of(System.getProperty("millrace.rootDirectory", "..")).resolve("conf/reference.yaml");

    @Test
    void namesEveryKeyAndNoOther() {
        assertThat(new TreeSet<>(read().keySet()))
                .isEqualTo(new TreeSet<>(keysOfTheCode().keySet()));
    }

    @Test
    void showsTheRealDefaults() {
        Map<String, String> shown = new TreeMap<>();
        read().forEach((key, value) -> shown.put(key, String.valueOf(value.text())));

        assertThat(shown).isEqualTo(keysOfTheCode());
    }

    @Test
    void loadsToTheDefaults() {
        assertThat(ConfigLoader.load(REFERENCE, Map.of(), List.of())).isEqualTo(MillraceConfig.standard());
    }

    private static Map<String, ConfigValue> read() {
        List<ConfigProblem> problems = new ArrayList<>();
        Map<String, ConfigValue> values = new TreeMap<>(ConfigFile.read(REFERENCE, problems));
        assertThat(problems).isEmpty();
        return values;
    }

    /** As they are written in YAML. The entries of topics.defaults are documented by Kafka's names, in TopicConfig. */
    private static Map<String, String> keysOfTheCode() {
        Map<String, String> keys = new TreeMap<>();
        new ConfigSchema().keys().forEach((name, key) -> {
            if (key.type() != Map.class && !name.startsWith("topics.defaults.")) {
                Object value = key.defaultValue();
                if (value instanceof Enum<?> constant) {
                    value = constant.name().toLowerCase(Locale.ROOT);
                } else if (value instanceof List<?> list && list.isEmpty()) {
                    value = null;
                } else if (name.equals("node.dataDir")) {
                    value = "./" + Path.of(value.toString()).normalize();
                }
                keys.put(name, String.valueOf(value));
            }
        });
        return keys;
    }
}
