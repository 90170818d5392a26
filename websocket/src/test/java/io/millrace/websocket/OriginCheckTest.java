package io.millrace.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.net.HostAndPort;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OriginCheckTest {

    private final OriginCheck check = new OriginCheck(Set.of("https://app.example.org"));

    @ParameterizedTest
    @CsvSource({
        "http://localhost:8080, localhost:8080",
        "http://LOCALHOST:8080, localhost:8080",
        "http://[::1]:8080, [::1]:8080",
        "https://streams.example.org, streams.example.org",
        "http://streams.example.org, streams.example.org",
        "https://streams.example.org, streams.example.org:443",
        "https://app.example.org, streams.example.org"
    })
    void theServersOwnPagesAndListedOriginsMayOpenStreams(String origin, String server) {
        assertThat(check.isAllowed(origin, HostAndPort.parseAuthority(server, -1)))
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "http://localhost:3000, localhost:8080",
        "http://localhost, localhost:8080",
        "https://evil.example, localhost:8080",
        "http://localhost.evil.example:8080, localhost:8080",
        "http://app.example.org, localhost:8080",
        "https://app.example.org.evil.example, localhost:8080",
        "null, localhost:8080",
        "'', localhost:8080",
        "localhost:8080, localhost:8080",
        "http://bad host:8080, localhost:8080"
    })
    void othersMayNot(String origin, String server) {
        assertThat(check.isAllowed(origin, HostAndPort.parseAuthority(server, -1)))
                .isFalse();
    }

    @Test
    void withoutAnOriginItIsNoPageAndMayGoOn() {
        assertThat(check.isAllowed(null, HostAndPort.parseAuthority("localhost:8080", -1)))
                .isTrue();
        assertThat(check.isAllowed("http://localhost:8080", null)).isFalse();
    }
}
