package io.millrace.websocket;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Clients that do what none should (websocket/PROTOCOL.md, "Hostile clients"). Each has its outcome, and a normal client is served
 * afterwards.
 */
class HostileClientsIT {

    private static final String[] MESSAGES = {"Sec-WebSocket-Protocol", "millrace.v1.json"};
    private static final int MESSAGE_BYTES_MAX = 16 << 10;

    private static final int FINAL = 0x80;
    private static final int TEXT = 1;
    private static final int CONTINUATION = 0;

    private final HttpClient client = HttpClient.newHttpClient();
    private GatewayNode node;

    @BeforeEach
    void start(@TempDir Path directory) {
        node = GatewayNode.start(
                directory,
                GatewayLimits.builder()
                        .messageBytesMax(MESSAGE_BYTES_MAX)
                        .outboundBufferBytes(64 << 10)
                        .build());
        node.createTopic("readings", 1);
        node.append("readings", "1");
    }

    /** After all of that, somebody else is served as always, and nothing is left of the others. */
    @AfterEach
    void aNormalClientIsServedAndNothingIsLeftBehind() {
        try (TestMessages messages = TestMessages.json(client, node)) {
            messages.subscribe(1, "'topics':['readings'],'from':'last:1'");
            assertThat(messages.records(1)).hasSize(1);
        }
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(node.gateway().openStreams()).isZero());
        assertThat(node.metrics().subscriptions.get()).isZero();
        node.close();
    }

    // ---- frames

    @Test
    void aMessageThatNeverEndsIsCutOffAtTheLimit() throws Exception {
        try (RawFrames hostile = messages()) {
            hostile.send(TEXT, new byte[1_000]);
            for (int i = 0; i < 100; i++) {
                hostile.send(CONTINUATION, new byte[1_000]);
            }
            assertThat(hostile.nextCloseCode()).isEqualTo(1009);
        }
    }

    @Test
    void anEndlessMessageOfEmptyFragmentsKeepsNothing() throws Exception {
        try (RawFrames hostile = messages()) {
            byte[] nothing = RawFrames.masked(CONTINUATION, new byte[0]);
            hostile.send(TEXT, "{\"type\":\"ping\"".getBytes(UTF_8));
            hostile.sendBytes(repeated(nothing, 100_000));
            hostile.send(FINAL | CONTINUATION, "}".getBytes(UTF_8));
            assertThat(hostile.nextText()).contains("welcome");
            assertThat(hostile.nextText()).contains("pong");
        }
    }

    @ParameterizedTest
    @CsvSource({"2097152", "9223372036854775807"})
    void aFrameThatIsLongerThanAnyMessageIsRefusedByItsHead(long length) throws Exception {
        try (RawFrames hostile = messages()) {
            hostile.sendBytes(ByteBuffer.allocate(14)
                    .put((byte) (FINAL | TEXT))
                    .put((byte) 0xff)
                    .putLong(length)
                    .putInt(0)
                    .array());
            assertThat(hostile.nextCloseCode()).isEqualTo(1009);
        }
    }

    static Stream<byte[]> framesThatBreakTheRules() {
        return Stream.of(
                unmasked(FINAL | TEXT, "{}"),
                RawFrames.masked(FINAL | 0x40 | TEXT, "{}".getBytes(UTF_8)),
                RawFrames.masked(FINAL | 0x20 | TEXT, "{}".getBytes(UTF_8)),
                RawFrames.masked(FINAL | 0x10 | TEXT, "{}".getBytes(UTF_8)),
                RawFrames.masked(FINAL | 3, new byte[0]),
                RawFrames.masked(FINAL | 7, new byte[1]),
                RawFrames.masked(FINAL | 11, new byte[0]),
                RawFrames.masked(FINAL | 15, new byte[0]),
                RawFrames.masked(FINAL | 8, new byte[1]),
                RawFrames.masked(FINAL | 8, new byte[] {0x03, (byte) 0xed}),
                RawFrames.masked(FINAL | 8, new byte[] {0, 1}),
                RawFrames.masked(9, new byte[0]),
                RawFrames.masked(FINAL | 9, new byte[126]),
                RawFrames.masked(FINAL | CONTINUATION, "{}".getBytes(UTF_8)),
                joined(RawFrames.masked(TEXT, "{".getBytes(UTF_8)), RawFrames.masked(TEXT, "}".getBytes(UTF_8))),
                // A length that has its highest bit set.
                new byte[] {(byte) 0x81, (byte) 0xff, -1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
    }

    @ParameterizedTest
    @MethodSource("framesThatBreakTheRules")
    void aFrameThatBreaksTheRulesOfTheProtocolIsAnsweredWith1002(byte[] frame) throws Exception {
        for (String[] headers : new String[][] {MESSAGES, {}}) {
            String path = headers.length == 0 ? "/topics/readings/stream" : "/stream";
            try (RawFrames hostile = RawFrames.open(node.port(), path, headers)) {
                hostile.sendBytes(frame);
                assertThat(hostile.nextCloseCode()).isEqualTo(1002);
            }
        }
    }

    static Stream<byte[]> textThatIsNotUtf8() {
        byte[] half = "{\"type\":\"ping\",\"id\":\"€\"}".getBytes(UTF_8);
        return Stream.of(
                RawFrames.masked(FINAL | TEXT, new byte[] {'{', (byte) 0xc3, '}'}),
                // Half a surrogate pair, too long a form of '/', and beyond the last character.
                RawFrames.masked(FINAL | TEXT, new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80}),
                RawFrames.masked(FINAL | TEXT, new byte[] {(byte) 0xc0, (byte) 0xaf}),
                RawFrames.masked(FINAL | TEXT, new byte[] {(byte) 0xf4, (byte) 0x90, (byte) 0x80, (byte) 0x80}),
                joined(
                        RawFrames.masked(TEXT, Arrays.copyOf(half, half.length - 3)),
                        RawFrames.masked(FINAL | CONTINUATION, new byte[] {'"', '}'})));
    }

    @ParameterizedTest
    @MethodSource("textThatIsNotUtf8")
    void textThatIsNotUtf8EndsTheConnectionWith1007(byte[] frames) throws Exception {
        try (RawFrames hostile = messages()) {
            hostile.sendBytes(frames);
            assertThat(hostile.nextCloseCode()).isEqualTo(1007);
        }
    }

    // ---- floods

    @Test
    void aFloodOfPingsByAClientThatDoesNotReadIsNotReadEither() throws Exception {
        byte[] flood = repeated(RawFrames.masked(FINAL | 9, new byte[125]), 100_000);
        flooded("/topics/readings/stream?control=1", flood, RawFrames.Frame.PONG);
    }

    @Test
    void aFloodOfMessagesByAClientThatDoesNotReadAnswersIsNotReadEither() throws Exception {
        String ping = "{\"type\":\"ping\",\"id\":\"" + "x".repeat(64) + "\"}";
        byte[] flood = repeated(RawFrames.masked(FINAL | TEXT, ping.getBytes(UTF_8)), 100_000);
        flooded("/stream", flood, RawFrames.Frame.TEXT, MESSAGES);
    }

    /** What is not read waits in the sender, not here; once the client reads, it has all of its 100 000 answers. */
    private void flooded(String path, byte[] flood, int answer, String... headers) throws Exception {
        try (RawFrames hostile = RawFrames.open(node.port(), path, headers)) {
            long before = Memory.used();
            CompletableFuture<Void> sent = CompletableFuture.runAsync(() -> {
                try {
                    hostile.sendBytes(flood);
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            await().during(Duration.ofMillis(500)).atMost(Duration.ofSeconds(5)).until(() -> !sent.isDone());
            assertThat(Memory.used() - before).isLessThan(32L << 20);
            try (TestMessages other = TestMessages.json(client, node)) {
                other.send("{'type':'ping','id':'p'}");
                assertThat(other.next("pong").get("id").asText()).isEqualTo("p");
            }
            for (int answers = 0; answers < 100_000; ) {
                if (hostile.next().opcode() == answer) {
                    answers++;
                }
            }
            sent.join();
        }
    }

    @Test
    void whatAPlainClientFloodsTheServerWithIsDropped() throws Exception {
        try (RawFrames hostile = RawFrames.open(node.port(), "/topics/readings/stream?from=latest")) {
            byte[] part = RawFrames.masked(CONTINUATION, new byte[16_000]);
            hostile.send(TEXT, new byte[16_000]);
            for (int i = 0; i < 500; i++) {
                hostile.sendBytes(part);
            }
            hostile.send(FINAL | 9, "still there".getBytes(UTF_8));
            assertThat(hostile.next().opcode()).isEqualTo(RawFrames.Frame.PONG);
            node.append("readings", "2");
            assertThat(hostile.nextText()).contains("\"value\":2");
        }
    }

    // ---- JSON

    static Stream<String> jsonThatIsTooMuch() {
        return Stream.of(
                "[".repeat(10_000),
                "{\"a\":".repeat(3_000),
                "{\"type\":\"subscribe\",\"sid\":1,\"topics\":" + "[".repeat(5_000),
                "{\"type\":\"produce\",\"topic\":\"readings\",\"records\":[{\"value\":" + "[".repeat(5_000),
                "{\"type\":\"credit\",\"sid\":" + "9".repeat(10_000) + ",\"records\":1}",
                "{\"type\":\"ping\",\"n\":1e" + "9".repeat(2_000) + "}",
                "{\"type\":\"ping\",\"type\":\"ping\"}",
                "{\"type\":\"ping\",\"a\":1,\"a\":2}",
                "{\"type\":\"ping\"}{\"type\":\"ping\"}",
                "{\"type\":\"ping\"",
                "{\"type\":\"ping\\u0000",
                "\u0000",
                "");
    }

    @ParameterizedTest
    @MethodSource("jsonThatIsTooMuch")
    void jsonThatIsTooMuchIsRefusedWith4400OrAnError(String json) throws Exception {
        try (RawFrames hostile = messages()) {
            assertThat(hostile.nextText()).contains("welcome");
            hostile.send(FINAL | TEXT, json.getBytes(UTF_8));
            assertThat(hostile.nextText()).contains("\"type\":\"error\"", "INVALID_REQUEST");
            hostile.send(FINAL | 8, new byte[0]);
            RawFrames.Frame end = hostile.next();
            assertThat(end.opcode()).isEqualTo(RawFrames.Frame.CLOSE);
            assertThat(end.payload().length == 0 || end.closeCode() == 4400).isTrue();
        }
    }

    @Test
    void aMillionDifferentNamesOfMembersAreForgottenAgain() throws Exception {
        int perMessage = 1_000;
        try (RawFrames hostile = messages()) {
            assertThat(hostile.nextText()).contains("welcome");
            long before = Memory.used();
            int names = 0;
            for (int message = 0; message < 1_000; message++) {
                StringBuilder json = new StringBuilder("{\"type\":\"ping\"");
                for (int i = 0; i < perMessage; i++) {
                    json.append(",\"n").append(names++).append("\":1");
                }
                hostile.send(FINAL | TEXT, json.append('}').toString().getBytes(UTF_8));
                assertThat(hostile.nextText()).contains("pong");
            }
            assertThat(Memory.used() - before).isLessThan(32L << 20);
        }
    }

    // ---- expressions

    static Stream<String> expressionsThatAreTooMuch() {
        return Stream.of(
                "(".repeat(1_000),
                "(".repeat(500) + "true" + ")".repeat(500),
                "[".repeat(500) + "]".repeat(500),
                "!".repeat(1_000) + "true",
                "-".repeat(1_000) + "1 == 1",
                "value" + ".a".repeat(500) + " == 1",
                "value" + "[0]".repeat(330) + " == 1",
                "1" + "+1".repeat(500) + " == 1",
                "true" + "?true:true".repeat(100),
                "true" + "?true".repeat(150) + ":true".repeat(50),
                "true" + "||true".repeat(165),
                "{1:".repeat(250) + "1" + "}".repeat(250) + " == 1",
                "'" + "x".repeat(5_000) + "' == key",
                "[1,2,3].exists(x, [1,2,3].exists(y, x == y))",
                "key.matches('(a+)+$')",
                "key + key + key == ''");
    }

    @ParameterizedTest
    @MethodSource("expressionsThatAreTooMuch")
    void anExpressionThatIsTooMuchIsAnswered(String where) {
        try (TestMessages hostile = TestMessages.json(client, node)) {
            hostile.send("{'type':'subscribe','sid':1,'topics':['readings'],'from':'earliest','where':'"
                    + where.replace("'", "\\\"") + "'}");
            JsonNode answer = hostile.next();
            assertThat(answer.get("type").asText()).isIn("error", "subscribed");
            if (answer.get("type").asText().equals("error")) {
                assertThat(answer.get("message").asText()).startsWith("where:");
            }
        }
    }

    @Test
    void aClientThatHasManyExpressionsCompiledLeavesNothingBehind() {
        try (TestMessages hostile = TestMessages.json(client, node)) {
            churn(hostile, 0, 1_000);
            long before = Memory.used();
            churn(hostile, 1_000, 3_000);
            assertThat(Memory.used() - before).isLessThan(64L << 20);
        }
    }

    private static void churn(TestMessages hostile, int from, int to) {
        for (int i = from; i < to; i++) {
            hostile.send("{'type':'subscribe','sid':1,'topics':['readings'],'where':'offset == " + i + "'}");
            hostile.send("{'type':'unsubscribe','sid':1,'id':'" + i + "'}");
            hostile.skipTo("unsubscribed");
        }
    }

    @Test
    void framesThatAnnounceMoreThanTheyHoldCostNothing() {
        byte[] giant = new BinaryMessage.Writer()
                .u8(3)
                .u8(0)
                .varlong(0)
                .text("x")
                .text("readings")
                .u8(-1)
                .varlong(-1)
                .varlong(Integer.MAX_VALUE)
                .toBytes();
        try (TestMessages hostile = TestMessages.open(client, node, "/stream", "millrace.v1.bin")) {
            hostile.next("welcome");
            long before = Memory.used();
            for (int i = 0; i < 1_000; i++) {
                hostile.sendBinary(giant);
                assertThat(hostile.next("error").get("message").asText()).startsWith("records: there cannot be");
            }
            assertThat(Memory.used() - before).isLessThan(64L << 20);
        }
    }

    // ---- slow readers

    @Test
    void fiveHundredClientsThatNeverReadChangeNothingForTheOthers() throws Exception {
        int records = 300;
        String value = "{\"pad\":\"" + "x".repeat(50_000) + "\",\"n\":";
        List<RawFrames> silent = new ArrayList<>();
        try (TestMessages other = TestMessages.json(client, node)) {
            other.subscribe(1, "'topics':['readings'],'fields':['n']");
            other.next("caught_up");
            long alone = slowTimeOf(other, value, records);
            for (int i = 0; i < 500; i++) {
                silent.add(RawFrames.open(node.port(), "/topics/readings/stream"));
            }
            await().until(() -> node.gateway().openStreams() == 501);
            long before = Memory.used();
            long among = slowTimeOf(other, value, records);
            await().untilAsserted(() -> assertThat(node.metrics().stalled.get()).isGreaterThanOrEqualTo(500));
            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(() ->
                            assertThat(node.metrics().lastLag.get("readings")).isPositive());
            // 64 KiB for each, twice that when a record comes on top of an almost full buffer; not 500 times all of it
            // (15 MB).
            assertThat(Memory.used() - before).isLessThan(160L << 20);
            // In milliseconds: generous, the machine has other things to do.
            assertThat(among).isLessThan(500 + 20 * alone);
        } finally {
            for (RawFrames each : silent) {
                each.close();
            }
        }
    }

    /** The 90th percentile, in milliseconds, from append to arrival: a machine that stands still a few times is not in it. */
    private long slowTimeOf(TestMessages reader, String value, int records) {
        List<Long> times = new ArrayList<>();
        for (int i = 0; i < records; i++) {
            long began = System.nanoTime();
            node.append("readings", value + i + "}");
            assertThat(reader.records(1).get(0).at("/value/n").asInt()).isEqualTo(i);
            times.add((System.nanoTime() - began) / 1_000_000);
        }
        times.sort(null);
        return times.get(times.size() * 9 / 10);
    }

    // ---- helpers

    private RawFrames messages() throws IOException {
        return RawFrames.open(node.port(), "/stream", MESSAGES);
    }

    private static byte[] unmasked(int firstByte, String text) {
        byte[] payload = text.getBytes(UTF_8);
        return joined(new byte[] {(byte) firstByte, (byte) payload.length}, payload);
    }

    private static byte[] joined(byte[] one, byte[] other) {
        byte[] both = Arrays.copyOf(one, one.length + other.length);
        System.arraycopy(other, 0, both, one.length, other.length);
        return both;
    }

    private static byte[] repeated(byte[] bytes, int times) {
        ByteArrayOutputStream all = new ByteArrayOutputStream(bytes.length * times);
        for (int i = 0; i < times; i++) {
            all.writeBytes(bytes);
        }
        return all.toByteArray();
    }
}
