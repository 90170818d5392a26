package io.millrace.server.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.cluster.metadata.TopicConfig;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** The page about topic settings says what the code does, and the code knows what Kafka has. */
class TopicConfigurationPageTest {

    /** Without a definition in Kafka 4: the constant is left over, and a topic that sets it is refused there, too. */
    private static final String REMOVED = "message.downconversion.enable";

    @Test
    void thePageHasEverySettingWithItsTypeDefaultEffectAndMeaning() throws IOException {
        List<String> documented = Files.readAllLines(Path.of("../docs/topic-configuration.md")).stream()
                .filter(line -> line.startsWith("| `"))
                .toList();

        assertThat(documented)
                .containsExactlyElementsOf(TopicConfig.settings().stream()
                        .map(TopicConfigurationPageTest::row)
                        .toList());
    }

    @Test
    void everySettingOfKafkaIsKnown() throws IllegalAccessException {
        List<String> ofKafka = new ArrayList<>();
        for (Field constant : org.apache.kafka.common.config.TopicConfig.class.getFields()) {
            if (constant.getName().endsWith("_CONFIG") && !REMOVED.equals(constant.get(null))) {
                ofKafka.add((String) constant.get(null));
            }
        }

        assertThat(ofKafka).hasSizeGreaterThan(30);
        assertThat(TopicConfig.settings()).extracting(TopicConfig.Setting::name).containsAll(ofKafka);
    }

    private static String row(TopicConfig.Setting setting) {
        String value = setting.defaultValue().isEmpty() ? "" : "`" + setting.defaultValue() + "`";
        return "| `" + setting.name() + "` | " + setting.type().name().toLowerCase(Locale.ROOT) + " | " + value + " | "
                + effect(setting.effect()) + " | " + setting.documentation() + " |";
    }

    private static String effect(TopicConfig.Effect effect) {
        return switch (effect) {
            case HONOURED -> "honoured";
            case NONE -> "no effect";
            case REFUSED -> "refused";
        };
    }
}
