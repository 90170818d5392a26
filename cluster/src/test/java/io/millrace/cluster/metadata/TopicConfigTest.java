package io.millrace.cluster.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.storage.FlushPolicy;
import io.millrace.storage.LogConfig;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TopicConfigTest {

    @Test
    void theDefaultsAreThoseOfTheLog() {
        assertThat(TopicConfig.logConfig(Map.of(), Map.of())).isEqualTo(LogConfig.defaults());
    }

    @Test
    void everyDefaultIsAnAllowedValue() {
        TopicConfig.settings().forEach(setting -> TopicConfig.validate(Map.of(setting.name(), setting.defaultValue())));
    }

    @Test
    void aTopicOverridesItsNodeAndTheNodeOverridesTheBuiltInDefault() {
        Map<String, String> node = Map.of(TopicConfig.RETENTION_MS, "1000", TopicConfig.SEGMENT_MS, "500");
        LogConfig config = TopicConfig.logConfig(Map.of(TopicConfig.RETENTION_MS, "2000"), node);
        assertThat(config.retentionMs()).isEqualTo(2000);
        assertThat(config.segmentMs()).isEqualTo(500);
    }

    @Test
    void aMistypedSettingIsRefusedWithTheNearestName() {
        assertThatThrownBy(() -> TopicConfig.validate(Map.of("retention.sm", "1")))
                .hasMessageContaining("did you mean 'retention.ms'");
    }

    @Test
    void aValueOutOfRangeIsRefusedWithTheRange() {
        assertThatThrownBy(() -> TopicConfig.validate(Map.of(TopicConfig.SEGMENT_BYTES, "10")))
                .hasMessageContaining("segment.bytes")
                .hasMessageContaining("'10'")
                .hasMessageContaining("1024");
        assertThatThrownBy(() -> TopicConfig.validate(Map.of(TopicConfig.RETENTION_MS, "soon")))
                .hasMessageContaining("whole number");
    }

    @Test
    void flushMessagesOneAsksForAnFsyncAlsoWhereThePolicyIsOs() {
        Map<String, String> topic = Map.of(TopicConfig.FLUSH_POLICY, "os", TopicConfig.FLUSH_MESSAGES, "1");
        assertThat(TopicConfig.logConfig(topic, Map.of()).flushPolicy()).isEqualTo(FlushPolicy.GROUP);
        assertThat(TopicConfig.logConfig(Map.of(TopicConfig.FLUSH_POLICY, "os"), Map.of())
                        .flushPolicy())
                .isEqualTo(FlushPolicy.OS);
    }
}
