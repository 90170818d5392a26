package io.millrace.server.http;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNoException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpConfigTest {

    @ParameterizedTest
    @ValueSource(strings = {"https://app.example.com", "http://localhost:3000", "http://[::1]:8080"})
    void takesOrigins(String origin) {
        assertThatNoException().isThrownBy(() -> TestConfigs.allowedOrigins(HttpConfig.defaults(), origin));
    }

    /** Each of these would never equal what a browser sends. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "*",
                "app.example.com",
                "https://app.example.com/",
                "https://*.example.com",
                "https://a@b",
                "null",
                ""
            })
    void refusesWhatIsNoOrigin(String origin) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TestConfigs.allowedOrigins(HttpConfig.defaults(), origin))
                .withMessageContaining("'" + origin + "' is not an origin");
    }

    @Test
    void namesTheSettingThatIsOutOfRange() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TestConfigs.maxConnections(HttpConfig.defaults(), 0))
                .withMessage("maxConnections must be at least 1: 0");
    }
}
