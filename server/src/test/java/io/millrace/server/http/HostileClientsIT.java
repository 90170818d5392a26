package io.millrace.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.WebSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Hostile clients that meet the real listener before, or beside, a stream (websocket/PROTOCOL.md, "Hostile clients"). */
class HostileClientsIT {

    private static final String HANDSHAKE = "GET /stream HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
            + "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
            + "Sec-WebSocket-Protocol: millrace.v1.json\r\n\r\n";
    private static final long HEAD_TIMEOUT_MS = 2_000;

    private HttpTestServer server;

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        server = HttpTestServer.start(
                directory,
                config -> TestConfigs.maxConnections(TestConfigs.timeouts(config, HEAD_TIMEOUT_MS, 5_000), 2_500));
        server.createTopic("readings", 1, Map.of());
    }

    @AfterEach
    void aNormalClientIsServedAndNothingIsLeftBehind() throws Exception {
        WebSocket socket = server.client
                .newWebSocketBuilder()
                .buildAsync(
                        URI.create("ws://127.0.0.1:" + server.listener.port() + "/topics/readings/stream"),
                        new WebSocket.Listener() {})
                .get(10, TimeUnit.SECONDS);
        socket.sendClose(WebSocket.NORMAL_CLOSURE, "").get(10, TimeUnit.SECONDS);
        await().atMost(Duration.ofSeconds(20)).until(() -> server.gateway.openStreams() == 0);
        server.close();
    }

    @Test
    void twoThousandConnectionsWithoutARequestAreClosedAndDelayNobody() throws Exception {
        List<RawConnection> silent = new ArrayList<>();
        try {
            for (int i = 0; i < 2_000; i++) {
                silent.add(new RawConnection(server.listener.port()));
            }
            long began = System.nanoTime();
            assertThat(server.get("/topics/readings/records").statusCode()).isEqualTo(200);
            assertThat(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began))
                    .isLessThan(5);
            for (RawConnection each : silent) {
                assertThat(each.isClosedByServer()).isTrue();
            }
        } finally {
            for (RawConnection each : silent) {
                each.close();
            }
        }
    }

    @Test
    void aHandshakeThatTricklesInIsCutOff() throws Exception {
        try (RawConnection slow = new RawConnection(server.listener.port())) {
            await().atMost(Duration.ofSeconds(10))
                    .pollInterval(Duration.ofMillis(50))
                    .until(new java.util.concurrent.Callable<>() {
                        private int sent;

                        @Override
                        public Boolean call() {
                            try {
                                slow.send(HANDSHAKE.substring(sent, ++sent));
                                return false;
                            } catch (IOException cutOff) {
                                return true;
                            }
                        }
                    });
            assertThat(slow.isClosedByServer()).isTrue();
        }
    }

    @Test
    void aFrameThatIsLongerThanTheListenerTakesIsRefusedByItsHead() throws Exception {
        try (RawConnection hostile = new RawConnection(server.listener.port())) {
            assertThat(hostile.send(HANDSHAKE).readAnswer()).startsWith("HTTP/1.1 101");
            // A text frame of 1 MiB and one byte.
            hostile.send(new byte[] {(byte) 0x81, (byte) 0xff, 0, 0, 0, 0, 0, 0x10, 0, 1, 0, 0, 0, 0});
            // Two bytes of its close frame: 1009.
            assertThat(hostile.readUntil("\u0003\u00f1")).isTrue();
            assertThat(hostile.isClosedByServer()).isTrue();
        }
    }

    /** RFC 6455 §4.1 has clients wait for the answer; what comes before it is nobody's. */
    @Test
    void messagesThatComeWithTheHandshakeAreLostAndLaterOnesAreNot() throws Exception {
        try (RawConnection eager = new RawConnection(server.listener.port())) {
            eager.send(HANDSHAKE + ping("early"));
            assertThat(eager.readUntil("\"type\":\"welcome\"")).isTrue();
            eager.send(ping("late"));
            assertThat(eager.readUntil("\"type\":\"pong\",\"id\":\"")).isTrue();
            assertThat(eager.readUntil("late")).isTrue();
        }
    }

    private static String ping(String id) {
        String text = "{\"type\":\"ping\",\"id\":\"" + id + "\"}";
        return "\u0081" + (char) (0x80 | text.length()) + "\0\0\0\0" + text;
    }

    @Test
    void aThousandRequestsBehindAStreamEndItsConnection() throws Exception {
        for (String accept : new String[] {"text/event-stream", "application/x-ndjson"}) {
            try (RawConnection hostile = new RawConnection(server.listener.port())) {
                hostile.send(stream(accept));
                assertThat(hostile.readAnswer()).startsWith("HTTP/1.1 200");
                try {
                    hostile.send(stream(accept).repeat(1_000));
                } catch (IOException cutOff) {
                    // The server has ended it before it was sent all of them.
                }
                assertThat(hostile.isClosedByServer()).isTrue();
            }
        }
    }

    /** A connection that is not read does not tell that its client has gone, and a quiet topic writes nothing. */
    @Test
    void aClientThatLeavesWithARequestBehindItsStreamIsMissed() throws Exception {
        String stream = stream("application/x-ndjson");
        for (String behind : new String[] {stream, stream.repeat(1_000), "GET /topics HTTP/1.1\r\nHost: x\r\n\r\n"}) {
            try (RawConnection hostile = new RawConnection(server.listener.port())) {
                hostile.send(stream + behind);
                assertThat(hostile.readAnswer()).startsWith("HTTP/1.1 200");
                await().until(() -> server.gateway.openStreams() == 1);
            }
            await().atMost(Duration.ofSeconds(10)).until(() -> server.gateway.openStreams() == 0);
        }
    }

    @Test
    void aRequestBehindAStreamThatEndsIsAnswered() throws Exception {
        try (RawConnection client = new RawConnection(server.listener.port())) {
            client.send("GET /topics/readings/stream?from=earliest&until=latest HTTP/1.1\r\nHost: x\r\n\r\n"
                    + "GET /topics/readings/stream?until=latest&limit=x HTTP/1.1\r\nHost: x\r\n\r\n"
                    + "GET /topics HTTP/1.1\r\nHost: x\r\n\r\n");
            assertThat(client.readUntil("HTTP/1.1 200 OK")).isTrue();
            assertThat(client.readUntil("HTTP/1.1 400")).isTrue();
            assertThat(client.readUntil("HTTP/1.1 200 OK")).isTrue();
            assertThat(client.readUntil("readings")).isTrue();
        }
    }

    private static String stream(String accept) {
        return "GET /topics/readings/stream HTTP/1.1\r\nHost: x\r\nAccept: " + accept + "\r\n\r\n";
    }
}
