package io.millrace.server.http;

import static io.millrace.server.http.HttpTestServer.JSON;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.websocket.GatewayLimits;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Streams live on the listener's connections: its limits must neither cut them nor lose count of them. */
class StreamsThroughListenerIT {

    /** A client that stands still between its connection and its first request must not lose that. */
    private static final long FIRST_REQUEST_TIMEOUT_MS = 1_500;

    @TempDir
    Path directory;

    private HttpTestServer server;

    @BeforeEach
    void start() throws Exception {
        server = HttpTestServer.start(
                directory, config -> TestConfigs.timeouts(config, FIRST_REQUEST_TIMEOUT_MS, 5_000));
        server.createTopic("readings", 1, Map.of());
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    @Test
    void aWebSocketFollowsWhatIsPosted() throws Exception {
        BlockingQueue<String> received = new LinkedBlockingQueue<>();
        WebSocket socket = server.client
                .newWebSocketBuilder()
                .buildAsync(
                        URI.create(
                                "ws://127.0.0.1:" + server.listener.port() + "/topics/readings/stream?from=earliest"),
                        new WebSocket.Listener() {
                            @Override
                            public CompletionStage<?> onText(WebSocket from, CharSequence text, boolean last) {
                                received.add(text.toString());
                                from.request(1);
                                return null;
                            }
                        })
                .get(10, TimeUnit.SECONDS);
        for (int i = 0; i < 10; i++) {
            server.post("/topics/readings/records", JSON, "{\"n\":" + i + "}");
            assertThat(received.poll(10, TimeUnit.SECONDS))
                    .contains("\"offset\":" + i + ",", "\"value\":{\"n\":" + i + "}");
        }
        assertThat(server.get("/overview").body()).contains("\"open_streams\":1");
        assertThat(server.metrics.scrape()).contains("millrace_gateway_connections{transport=\"websocket\"} 1");

        socket.sendClose(WebSocket.NORMAL_CLOSURE, "").get(10, TimeUnit.SECONDS);

        Awaitility.await()
                .untilAsserted(() -> assertThat(server.metrics.scrape())
                        .contains(
                                "millrace_gateway_connections{transport=\"websocket\"} 0",
                                "millrace_http_connections 1"));
    }

    @Test
    void aQuietNdjsonStreamOutlivesTheIdleTimeout(@TempDir Path other) throws Exception {
        try (HttpTestServer impatient = HttpTestServer.start(
                other,
                config -> TestConfigs.idleTimeout(config, 3_000),
                GatewayLimits.builder().heartbeatMs(100, 25_000, 60_000).build())) {
            impatient.createTopic("readings", 1, Map.of());
            HttpRequest follow = HttpRequest.newBuilder(impatient.uri("/topics/readings/stream?heartbeat=100ms"))
                    .build();
            HttpResponse<InputStream> stream = impatient.client.send(follow, HttpResponse.BodyHandlers.ofInputStream());
            try (BufferedReader lines = new BufferedReader(new InputStreamReader(stream.body(), UTF_8))) {
                long openedNanos = System.nanoTime();
                while (System.nanoTime() - openedNanos < 3_500_000_000L) {
                    assertThat(lines.readLine()).isEmpty();
                }
                impatient.post("/topics/readings/records", JSON, "{\"late\":true}");
                String line = lines.readLine();
                while (line.isEmpty()) {
                    line = lines.readLine();
                }
                assertThat(line).contains("{\"late\":true}");
            }
        }
    }

    @Test
    void anEventStreamOutlivesTheTimeoutForFirstRequests() throws Exception {
        try (RawConnection stream = new RawConnection(server.listener.port())) {
            stream.send("GET /topics/readings/stream HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n");
            assertThat(stream.readAnswer()).startsWith("HTTP/1.1 200").contains("text/event-stream");
            Awaitility.await().until(() -> server.gateway.openStreams() == 1);
            long openedNanos = System.nanoTime();
            Awaitility.await()
                    .until(() -> System.nanoTime() - openedNanos
                            > TimeUnit.MILLISECONDS.toNanos(2 * FIRST_REQUEST_TIMEOUT_MS));

            server.post("/topics/readings/records", JSON, "{\"late\":true}");

            assertThat(stream.readUntil("{\"late\":true}")).isTrue();
        }
    }
}
