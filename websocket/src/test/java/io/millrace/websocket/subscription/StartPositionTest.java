package io.millrace.websocket.subscription;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StartPositionTest {

    @Test
    void everyFormOfTheProtocolIsUnderstood() {
        assertThat(StartPosition.parse("latest")).isEqualTo(new StartPosition.Latest());
        assertThat(StartPosition.parse("earliest")).isEqualTo(new StartPosition.Earliest());
        assertThat(StartPosition.parse("1043")).isEqualTo(new StartPosition.AtOffset(1043));
        assertThat(StartPosition.parse("0:1043,3:88"))
                .isEqualTo(new StartPosition.AtOffsets(
                        Map.of(new StartPosition.Named(null, 0), 1043L, new StartPosition.Named(null, 3), 88L)));
        assertThat(StartPosition.parse("time:1732100000000")).isEqualTo(new StartPosition.AtTime(1_732_100_000_000L));
        assertThat(StartPosition.parse("time:2026-01-31T08:00:00Z"))
                .isEqualTo(new StartPosition.AtTime(1_769_846_400_000L));
        assertThat(StartPosition.parse("time:2026-01-31T09:00:00+01:00"))
                .isEqualTo(new StartPosition.AtTime(1_769_846_400_000L));
        assertThat(StartPosition.parse("ago:15m")).isEqualTo(new StartPosition.Ago(900_000));
        assertThat(StartPosition.parse("ago:250ms")).isEqualTo(new StartPosition.Ago(250));
        assertThat(StartPosition.parse("ago:7d")).isEqualTo(new StartPosition.Ago(604_800_000));
        assertThat(StartPosition.parse("last:100")).isEqualTo(new StartPosition.Last(100));
    }

    @Test
    void anAgeThatIsTooLargeIsSaidToBe() {
        assertThatThrownBy(() -> StartPosition.parse("ago:99999999999999h"))
                .hasMessageStartingWith("from: '99999999999999h' is too large");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "newest",
                "LATEST",
                "-1",
                "+5",
                "1.5",
                "٣",
                "9999999999999999999",
                "0:",
                ":5",
                "0:1,",
                "0:1,1",
                "0:1,0:2",
                "4294967296:1",
                "time:",
                "time:yesterday",
                "time:2026-01-31",
                "time:99999999999999999999",
                "ago:",
                "ago:15",
                "ago:15 m",
                "ago:-1s",
                "ago:99999999999d",
                "last:",
                "last:-5",
                "a:b:0:1"
            })
    void whatIsNotAStartPositionIsAnErrorThatNamesTheParameter(String text) {
        assertThatThrownBy(() -> StartPosition.parse(text))
                .isInstanceOfSatisfying(
                        MillraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_REQUEST))
                .hasMessageStartingWith("from: ");
    }
}
