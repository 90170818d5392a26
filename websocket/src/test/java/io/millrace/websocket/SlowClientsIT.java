package io.millrace.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.websocket.protocol.Gap;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of a client that stops reading its socket and goes on later: {@code slow} and {@code max_lag} (gateway protocol §6.6). */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SlowClientsIT {

    private static final int MAX_LAG = 5;
    /** With {@link #VALUE}, more than all buffers between a node and its client have room for. */
    private static final int BEHIND = 20;

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String VALUE = "\"" + "x".repeat(50_000) + "\"";

    private static final AtomicInteger TOPICS = new AtomicInteger();

    private GatewayNode node;

    @BeforeAll
    void start(@TempDir Path directory) {
        node = GatewayNode.startWithSmallSockets(
                directory,
                GatewayLimits.builder()
                        .outboundBufferBytes(64 << 10)
                        .checkpointIntervalMs(200)
                        // The rest of what was sent is read between the close frame and the answer to it.
                        .closeTimeoutMs(30_000)
                        .build());
    }

    @AfterAll
    void stop() {
        node.close();
    }

    @AfterEach
    void nothingIsLeftOfTheClient() {
        await().atMost(PATIENCE).until(() -> node.gateway().openStreams() == 0);
    }

    /** What a client sees, one JSON object after the other. */
    private abstract static class Reader implements AutoCloseable {

        private long lastOffset = -1;
        private String closeReason = "";

        /** Null at the end. */
        final JsonNode next() throws IOException {
            JsonNode next = read();
            if (next != null && next.has("offset")) {
                lastOffset = next.get("offset").asLong();
            }
            return next;
        }

        abstract JsonNode read() throws IOException;

        final long lastOffset() {
            return lastOffset;
        }

        /** The close code and the first words of its reason; empty for transports that have none. */
        final String closeReason() {
            return closeReason;
        }

        final JsonNode closedWith(RawFrames.Frame close) {
            byte[] payload = close.payload();
            String text = new String(payload, 2, payload.length - 2, StandardCharsets.UTF_8);
            closeReason = close.closeCode() + " " + text.replaceFirst(" \\(.*", "");
            return null;
        }

        @Override
        public abstract void close() throws IOException;
    }

    /** How a client follows, and whether a gap is a message or a member of the next record. */
    enum Way {
        WEBSOCKET(""),
        WEBSOCKET_WITH_CONTROL("control=1&"),
        WEBSOCKET_WITH_MESSAGES(""),
        SSE(""),
        NDJSON(""),
        NDJSON_WITH_CONTROL("control=1&");

        private final String query;

        Way(String query) {
            this.query = query;
        }

        boolean hasCloseCodes() {
            return name().startsWith("WEBSOCKET");
        }

        Reader open(GatewayNode node, String topic, String more) throws IOException {
            String path = "/topics/" + topic + "/stream?" + query + more;
            return switch (this) {
                case WEBSOCKET, WEBSOCKET_WITH_CONTROL -> webSocket(RawFrames.open(node.port(), path));
                case WEBSOCKET_WITH_MESSAGES ->
                    webSocket(RawFrames.open(node.port(), path, "Sec-WebSocket-Protocol", "millrace.v1.json"));
                case SSE -> response(RawLines.open(node.port(), path, "text/event-stream"), "data: ");
                case NDJSON, NDJSON_WITH_CONTROL -> response(RawLines.open(node.port(), path, "*/*"), "{");
            };
        }
    }

    private static Reader webSocket(RawFrames frames) {
        return new Reader() {
            private final Queue<JsonNode> records = new ArrayDeque<>();

            @Override
            JsonNode read() throws IOException {
                if (!records.isEmpty()) {
                    return records.poll();
                }
                RawFrames.Frame frame = frames.next();
                if (frame.opcode() == RawFrames.Frame.CLOSE) {
                    return closedWith(frame);
                }
                JsonNode message = TestSocket.json(new String(frame.payload(), StandardCharsets.UTF_8));
                message.path("records").forEach(records::add);
                return message;
            }

            @Override
            public void close() throws IOException {
                frames.close();
            }
        };
    }

    private static Reader response(RawLines lines, String beginning) {
        return new Reader() {
            @Override
            JsonNode read() throws IOException {
                String line = lines.next();
                while (line != null && !line.startsWith(beginning)) {
                    line = lines.next();
                }
                return line == null ? null : TestSocket.json(line.substring(line.indexOf('{')));
            }

            @Override
            public void close() throws IOException {
                lines.close();
            }
        };
    }

    private String topic() {
        String topic = "readings-" + TOPICS.incrementAndGet();
        node.createTopic(topic, 1);
        return topic;
    }

    /** The client has been at the end; then it reads nothing any more, until its buffers are full and it is far behind. Returns what was written. */
    private int fallBehind(Reader reader, String topic) throws IOException {
        node.append(topic, VALUE);
        for (JsonNode first = reader.next(); !first.has("offset"); first = reader.next()) {}
        long stalledBefore = node.metrics().stalled.get();
        int written = 1;
        while (node.metrics().stalled.get() == stalledBefore) {
            node.append(topic, VALUE);
            assertThat(++written).as("the client's buffer never filled").isLessThan(2_000);
        }
        long bytesBefore = node.metrics().bytes.get();
        // One batch, so that the client is not a little behind before it is far behind.
        node.append(topic, 0, Collections.nCopies(BEHIND, GatewayNode.record(null, VALUE)));
        assertThat(node.metrics().bytes.get() - bytesBefore)
                .as("handed to a socket that is not read")
                .isLessThan((BEHIND - MAX_LAG) * VALUE.length());
        return written + BEHIND;
    }

    /** Reads on behind record 0, until this offset is next or to the end: each record comes, or is in one of the gaps, which are returned. */
    private static List<JsonNode> readOn(Reader reader, long until) throws IOException {
        List<JsonNode> gaps = new ArrayList<>();
        long next = 1;
        while (next < until) {
            JsonNode message = reader.next();
            if (message == null) {
                break;
            }
            JsonNode gap = message.path("type").asText().equals("gap") ? message : message.get("gap");
            if (gap != null) {
                assertThat(gap.get("from").asLong()).as("%s", gap).isEqualTo(next);
                next = gap.get("to").asLong();
                gaps.add(gap);
            }
            if (message.has("offset")) {
                assertThat(message.get("offset").asLong()).isEqualTo(next++);
            }
        }
        return gaps;
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void withSkipAClientIsToldWhatItMissedAndGoesOnAtTheEnd(Way way) throws Exception {
        String topic = topic();
        int gapsBefore = node.metrics().gaps.size();
        try (Reader reader = way.open(node, topic, "slow=skip&max_lag=" + MAX_LAG)) {
            int written = fallBehind(reader, topic);
            // Once the client has read enough for the jump: what comes then comes behind the gap.
            CompletableFuture<Void> oneMore = CompletableFuture.runAsync(() -> {
                await().atMost(PATIENCE).until(() -> node.metrics().gaps.size() > gapsBefore);
                node.append(topic, VALUE);
            });
            List<JsonNode> gaps = readOn(reader, written + 1);
            oneMore.join();

            assertThat(gaps).hasSize(1);
            JsonNode gap = gaps.get(0);
            assertThat(gap.get("reason").asText()).isEqualTo("skip");
            assertThat(gap.get("to").asLong()).isEqualTo(written);
            assertThat(written - gap.get("from").asLong()).isGreaterThan(MAX_LAG);
            assertThat(node.metrics()
                            .gaps
                            .subList(gapsBefore, node.metrics().gaps.size()))
                    .containsExactly(Gap.Reason.SKIP);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Way.class,
            names = {"WEBSOCKET", "WEBSOCKET_WITH_MESSAGES", "SSE", "NDJSON"})
    void withCloseAClientIsClosedBehindWhatItWasSent(Way way) throws Exception {
        String topic = topic();
        int closedBefore = node.metrics().closeCodes.size();
        try (Reader reader = way.open(node, topic, "slow=close&max_lag=" + MAX_LAG)) {
            int written = fallBehind(reader, topic);
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(node.metrics()
                                    .closeCodes
                                    .subList(
                                            closedBefore,
                                            node.metrics().closeCodes.size()))
                            .containsExactly(4501));

            assertThat(readOn(reader, Long.MAX_VALUE)).isEmpty();
            assertThat(reader.lastOffset()).isBetween(0L, written - MAX_LAG - 2L);
            assertThat(reader.closeReason())
                    .isEqualTo(way.hasCloseCodes() ? "4501 POLICY_VIOLATION: more than 5 records behind" : "");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "WEBSOCKET, slow=wait",
        "SSE, slow=wait",
        "NDJSON, slow=wait",
        "WEBSOCKET_WITH_MESSAGES, slow=skip&max_lag=100000",
        "NDJSON, slow=close&max_lag=100000"
    })
    void whoWaitsOrIsNotTooFarBehindMissesNothing(Way way, String query) throws Exception {
        String topic = topic();
        try (Reader reader = way.open(node, topic, query)) {
            int written = fallBehind(reader, topic);
            assertNotClosed();
            assertThat(readOn(reader, written)).isEmpty();
            assertThat(reader.lastOffset()).isEqualTo(written - 1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"skip", "close"})
    void historyIsNotTooFarBehindHoweverMuchOfItIsAskedFor(String slow) throws Exception {
        String topic = topic();
        int written = 0;
        // More than the buffers of a client that does not read have room for.
        while (written < 5 * BEHIND) {
            node.append(topic, 0, Collections.nCopies(BEHIND, GatewayNode.record(null, VALUE)));
            written += BEHIND;
        }
        long stalledBefore = node.metrics().stalled.get();
        try (Reader reader = Way.WEBSOCKET.open(node, topic, "from=0&slow=" + slow + "&max_lag=1")) {
            await().atMost(PATIENCE).until(() -> node.metrics().stalled.get() > stalledBefore);
            assertNotClosed();
            assertThat(reader.next().get("offset").asLong()).isZero();
            assertThat(readOn(reader, written)).isEmpty();
            node.append(topic, "1");
            assertThat(reader.next().get("offset").asLong()).isEqualTo(written);
        }
    }

    /** Over several of the moments at which it is looked how far clients are behind. */
    private void assertNotClosed() {
        int closed = node.metrics().closeCodes.size();
        await().during(Duration.ofMillis(300))
                .until(() -> node.metrics().closeCodes.size() == closed);
    }
}
