package io.millrace.cluster.coordinator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.group.GroupBounds;
import io.millrace.cluster.group.GroupsConfig;
import io.millrace.cluster.group.SingleGroupSettings.Setting;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class KafkaGroupSettingsTest {

    private static GroupsConfig config(int sessionTimeoutMs) {
        return new GroupsConfig(50, 60, 4_096, 500, 60_000, 0, 100, sessionTimeoutMs, 5_000, GroupBounds.defaults());
    }

    @Test
    void whatHoldsForAllGroupsIsAllowedForEachOfThemAlsoOutsideTheBounds() {
        KafkaGroupSettings settings = new KafkaGroupSettings(config(20_000));

        assertThatCode(() -> settings.validate(Map.of("consumer.session.timeout.ms", "20000")))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> settings.validate(Map.of("consumer.session.timeout.ms", "19999")))
                .isInstanceOfSatisfying(MillraceException.class, refused -> {
                    assertThat(refused.code()).isEqualTo(ErrorCode.INVALID_CONFIG);
                    assertThat(refused.getMessage())
                            .contains("group.consumer.min.session.timeout.ms, which is 20000 here");
                });
    }

    @Test
    void whatAGroupHasNotSetIsThatOfTheNode() {
        KafkaGroupSettings settings = new KafkaGroupSettings(config(20_000));

        Setting session = settings.all().stream()
                .filter(setting -> setting.name().equals("consumer.session.timeout.ms"))
                .findFirst()
                .orElseThrow();
        assertThat(session.value()).isEqualTo("20000");
        assertThat(session.defaultValue()).isEqualTo("45000");
        assertThat(session.nodeName()).isEqualTo(Optional.of("group.consumer.session.timeout.ms"));
    }

    @Test
    void settingsOfShareAndStreamsGroupsHaveTheirBoundsToo() {
        KafkaGroupSettings settings = new KafkaGroupSettings(GroupsConfig.defaults());

        assertThatCode(() -> settings.validate(Map.of(
                        "share.record.lock.duration.ms", "20000",
                        "share.isolation.level", "read_committed",
                        "streams.num.standby.replicas", "1")))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> settings.validate(Map.of("share.record.lock.duration.ms", "3600000")))
                .hasMessageContaining("which is 60000 here");
        assertThatThrownBy(() -> settings.validate(Map.of("share.isolation.level", "none")))
                .hasMessageContaining("none");
        assertThatThrownBy(() -> settings.validate(Map.of("streams.num.standby.replicas", "9")))
                .hasMessageContaining("which is 2 here");
    }
}
