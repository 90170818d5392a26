package io.millrace.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.millrace.websocket.StreamGateway;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

/** Requests that are not what HTTP and RFC 6455 ask for: told so in JSON, and never worth a stack in the log. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MalformedRequestsIT {

    private static final String UPGRADE = "Connection: Upgrade";
    private static final String VERSION = "Sec-WebSocket-Version: 13";
    private static final String KEY = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";

    private final Logger log = (Logger) LoggerFactory.getLogger(StreamGateway.class);
    private final List<ILoggingEvent> warnings = new CopyOnWriteArrayList<>();
    private final AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
            if (event.getLevel().isGreaterOrEqual(Level.WARN)) {
                warnings.add(event);
            }
        }
    };
    private HttpTestServer server;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        appender.start();
        log.addAppender(appender);
        server = HttpTestServer.start(directory, config -> config);
        server.createTopic("readings", 1, Map.of());
    }

    @AfterAll
    void stop() throws Exception {
        log.detachAppender(appender);
        server.close();
    }

    private RawConnection connect() throws Exception {
        return new RawConnection(server.listener.port());
    }

    private static String handshake(String path, String... headers) {
        return "GET " + path + " HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n" + String.join("\r\n", headers)
                + "\r\n\r\n";
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Sec-WebSocket-Key: zz | Sec-WebSocket-Key: must be there once",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ | Sec-WebSocket-Key: must be there once",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ== | 101",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZSE= | Sec-WebSocket-Key: must be there once",
                "Sec-WebSocket-Key: *** | Sec-WebSocket-Key: must be there once",
                "X: no key | Sec-WebSocket-Key: must be there once",
            })
    void aKeyIsSixteenBytesOfBase64(String key, String expected) throws Exception {
        try (RawConnection client = connect()) {
            String answer = client.send(handshake("/topics/readings/stream", UPGRADE, VERSION, key))
                    .readAnswer();
            if (expected.equals("101")) {
                assertThat(answer).startsWith("HTTP/1.1 101");
            } else {
                assertRefused(answer, 400, expected);
            }
        }
    }

    @Test
    void aHandshakeOfAnotherVersionIsToldWhichOneIsSpoken() throws Exception {
        for (String version : List.of("Sec-WebSocket-Version: 12", "X: none")) {
            try (RawConnection client = connect()) {
                String answer = client.send(handshake("/topics/readings/stream", UPGRADE, KEY, version))
                        .readAnswer();
                assertRefused(answer, 426, "Sec-WebSocket-Version: must be 13");
                assertThat(answer).containsIgnoringCase("\r\nsec-websocket-version: 13\r\n");
                assertThat(client.send(handshake("/topics/readings/stream", UPGRADE, KEY, VERSION))
                                .readAnswer())
                        .as("the connection goes on")
                        .startsWith("HTTP/1.1 101");
            }
        }
    }

    @Test
    void aHandshakeThatIsNoneIsRefused() throws Exception {
        try (RawConnection client = connect()) {
            assertRefused(
                    client.send(handshake("/topics/readings/stream", KEY, VERSION))
                            .readAnswer(),
                    400,
                    "Connection: must contain 'Upgrade'");
            assertRefused(
                    client.send(handshake("/topics/readings/stream?key=a|b", UPGRADE, KEY, VERSION))
                            .readAnswer(),
                    400,
                    "percent-encoded");
            assertRefused(
                    client.send(handshake("/topics/readings/stream", UPGRADE, KEY, VERSION, "Content-Length: 2") + "ab")
                            .readAnswer(),
                    400,
                    "has no body");
        }
    }

    @Test
    void aBodyWhoseChunksAreBrokenIsToldSo() throws Exception {
        try (RawConnection client = connect()) {
            client.send("POST /topics/readings/records HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                    + "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n");
            assertRefused(client.readAnswer(), 400, "the body is not what its Transfer-Encoding says");
            assertThat(client.isClosedByServer()).isTrue();
        }
        assertThat(server.get("/topics/readings/records?from=earliest").body()).contains("\"records\":[]");
    }

    /** The only error without a body: Vert.x answers it before it asks anybody (server/HTTP.md). */
    @Test
    void anotherVersionOfHttpIsRefusedByItsStatus() throws Exception {
        try (RawConnection client = connect()) {
            assertThat(client.send("GET /topics HTTP/9.9\r\nHost: x\r\n\r\n").readAnswer())
                    .contains(" 501 ");
            assertThat(client.isClosedByServer()).isTrue();
        }
    }

    @Test
    void headIsAnsweredAsGetWithoutTheBodyButForStreams() throws Exception {
        for (String path :
                List.of("/topics", "/topics/readings", "/topics/readings/records?from=earliest", "/healthz")) {
            HttpResponse<String> head = head(path);
            assertThat(head.statusCode()).as(path).isEqualTo(200);
            assertThat(head.body()).isEmpty();
            assertThat(head.headers().firstValue("content-type"))
                    .isEqualTo(server.get(path).headers().firstValue("content-type"));
        }
        assertThat(head("/topics/none").statusCode()).isEqualTo(404);
        assertThat(head("/topics/readings/stream").statusCode()).isEqualTo(405);
    }

    private HttpResponse<String> head(String path) throws Exception {
        return server.send(HttpRequest.newBuilder(server.uri(path))
                .method("HEAD", HttpRequest.BodyPublishers.noBody())
                .build());
    }

    /** Each of the others has left its place, and none of them a line in the log. */
    private void assertRefused(String answer, int status, String message) {
        assertThat(answer).startsWith("HTTP/1.1 " + status).contains("application/json", "INVALID_REQUEST", message);
        await().atMost(Duration.ofSeconds(20)).until(() -> server.gateway.openStreams() == 0);
        assertThat(warnings).isEmpty();
    }
}
