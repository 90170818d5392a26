package io.millrace.cluster.coordinator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.group.GroupBounds;
import io.millrace.cluster.group.GroupsConfig;
import io.millrace.cluster.group.SingleGroupSettings.Setting;
import io.millrace.cluster.share.ShareGroupsConfig;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class KafkaGroupSettingsTest {

    private static GroupsConfig config(int sessionTimeoutMs) {
        return new GroupsConfig(50, 60, 4_096, 500, 60_000, 0, 100, sessionTimeoutMs, 5_000, GroupBounds.defaults());
    }

    @Test
    void whatHoldsForAllGroupsIsAllowedForEachOfThemAlsoOutsideTheBounds() {
        KafkaGroupSettings settings = new KafkaGroupSettings(config(20_000), ShareGroupsConfig.defaults());

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
        KafkaGroupSettings settings = new KafkaGroupSettings(config(20_000), ShareGroupsConfig.defaults());

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
        KafkaGroupSettings settings = new KafkaGroupSettings(GroupsConfig.defaults(), ShareGroupsConfig.defaults());

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

    @Test
    void whatHoldsForAllShareGroupsIsToldAndAllowedForEachOfThem() {
        KafkaGroupSettings settings = new KafkaGroupSettings(
                config(20_000), new ShareGroupsConfig(4, 10, 100, 2_000, 3, 9_000, "earliest", "read_committed"));

        assertThat(settings.all())
                .extracting(Setting::name, Setting::value, Setting::defaultValue)
                .contains(
                        tuple("share.record.lock.duration.ms", "2000", "30000"),
                        tuple("share.delivery.count.limit", "3", "5"),
                        tuple("share.partition.max.record.locks", "9000", "2000"),
                        tuple("share.auto.offset.reset", "earliest", "latest"),
                        tuple("share.isolation.level", "read_committed", "read_uncommitted"),
                        tuple("share.session.timeout.ms", "20000", "45000"),
                        tuple("streams.session.timeout.ms", "20000", "45000"));
        assertThatCode(() -> settings.validate(Map.of(
                        "share.record.lock.duration.ms", "2000",
                        "share.partition.max.record.locks", "9000",
                        "share.session.timeout.ms", "20000")))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> settings.validate(Map.of("share.record.lock.duration.ms", "1999")))
                .hasMessageContaining("which is 2000 here");
    }
}
