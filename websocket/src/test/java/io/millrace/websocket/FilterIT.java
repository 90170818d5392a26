package io.millrace.websocket;

import static io.millrace.websocket.GatewayNode.record;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.cluster.record.NewRecord;
import io.millrace.cluster.record.RecordHeader;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Filters and projections over real sockets. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FilterIT {

    private static final byte[] NOT_UTF8 = {(byte) 0xff, 0, (byte) 0xc3, 0x28};

    private final HttpClient client = HttpClient.newHttpClient();
    private GatewayNode node;
    private int topics;
    private String topic;

    @BeforeAll
    void start(@TempDir Path directory) {
        node = GatewayNode.start(
                directory, GatewayLimits.builder().checkpointIntervalMs(100).build());
    }

    @AfterAll
    void stop() {
        node.close();
    }

    @BeforeEach
    void createTopic() {
        topic = "t" + topics++;
        node.createTopic(topic, 1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "key=dev-1&key=dev-3 ; 1,3",
                "key_prefix=dev- ; 1,2,3",
                "key_prefix=other&key=other ; 4",
                "header.fw=1.9 ; 2,4",
                "header.fw=1.9&key_prefix=dev ; 2",
                "where=value.t > 21 && key.startsWith('dev-') ; 2,3",
                "where=headers['fw'] == '1.9' || offset == 5 ; 2,4,5",
                "where=value.t >= 22.0&key=dev-3 ; 3",
                "where=value.site.name in ['a','b'] ; 3",
            })
    void everyFilterLetsTheSamePassOnEveryTransportFromTheLogAndLive(String query, String offsets) {
        List<Long> expected =
                Stream.of(offsets.split(",")).map(Long::valueOf).sorted().toList();
        List<Long> twice = Stream.concat(expected.stream(), expected.stream().map(offset -> offset + 7))
                .filter(offset -> !(query.contains("offset == 5") && offset == 12))
                .toList();
        appendSeven();
        String uri = stream(query + "&from=earliest&limit=" + twice.size());
        TestSocket socket = TestSocket.open(client, node.ws(uri));
        try (TestStream sse = TestStream.sse(client, node.http(uri));
                TestStream ndjson = TestStream.ndjson(client, node.http(uri))) {
            assertThat(socket.nextOffsets(expected.size())).isEqualTo(expected);
            appendSeven();
            List<Long> live = twice.subList(expected.size(), twice.size());
            assertThat(socket.nextOffsets(live.size())).isEqualTo(live);
            assertThat(socket.closeCode()).isEqualTo(1000);
            for (long offset : twice) {
                assertThat(sse.record().json().get("offset").asLong()).isEqualTo(offset);
                assertThat(ndjson.json().get("offset").asLong()).isEqualTo(offset);
            }
            assertThat(sse.record()).isNull();
            assertThat(ndjson.line()).isNull();
        }
    }

    @ParameterizedTest
    @CsvSource({"ws", "sse", "ndjson"})
    void onlyTheSelectedFieldsAreSentAndWhatIsNotJsonAsItIs(String transport) {
        node.append(
                topic,
                0,
                List.of(
                        record(null, "{\n \"t\": 21.50,\n \"u\": 1, \"site\": {\"name\": \"a\", \"x\": 2}}"),
                        record(1, null, NOT_UTF8),
                        record(2, null, "text".getBytes(UTF_8)),
                        record(3, null, null),
                        record(null, "[{\"t\":1,\"u\":2}]")));
        List<JsonNode> records = new ArrayList<>();
        read(transport, "fields=t,site.name&from=earliest&limit=5", records);
        assertThat(records.get(0).get("value").toString())
                .isEqualTo("{\"t\":21.50,\"site\":{\"name\":\"a\"}}".replace("50", "5"));
        assertThat(records.get(1).has("value_base64")).isTrue();
        assertThat(records.get(2).has("value_base64")).isTrue();
        assertThat(records.get(3).get("value").isNull()).isTrue();
        assertThat(records.get(4).get("value").toString()).isEqualTo("[{\"t\":1}]");

        List<JsonNode> bare = new ArrayList<>();
        read(transport, "fields=t&envelope=value&from=earliest&limit=1", bare);
        assertThat(bare.get(0).toString()).isEqualTo("{\"t\":21.5}");
    }

    @Test
    void aReconnectWithAFilterNeitherSkipsNorRepeats() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<NewRecord> records = new ArrayList<>();
        List<Long> expected = new ArrayList<>();
        for (int i = 0; i < 3_000; i++) {
            boolean passes = random.nextInt(20) == 0;
            records.add(record("k" + i % 7, "{\"n\":" + (passes ? 1 : 0) + "}"));
            if (passes) {
                expected.add((long) i);
            }
        }
        for (int i = 0; i < records.size(); i += 100) {
            node.append(topic, 0, records.subList(i, i + 100));
        }
        List<Long> received = new ArrayList<>();
        String lastEventId = null;
        while (received.size() < expected.size()) {
            String[] headers = lastEventId == null ? new String[0] : new String[] {"Last-Event-ID", lastEventId};
            String uri = stream("where=value.n == 1&from=earliest&until=latest&limit=" + (1 + random.nextInt(30)));
            try (TestStream sse = TestStream.sse(client, node.http(uri), headers)) {
                for (TestStream.Event event = sse.event(); event != null; event = sse.event()) {
                    lastEventId = event.id();
                    if (event.type().equals("message")) {
                        received.add(event.json().get("offset").asLong());
                    }
                }
            }
        }
        assertThat(received).as("seed %d", seed).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"where=value.n == 1", "key=nobody", "key_prefix=no", "header.h=1"})
    void aFilterThatDropsEverythingStillMovesTheTokenOn(String query) {
        node.appendNumbers(topic, 0, 0, 3_000);
        TestSocket socket = TestSocket.open(client, node.ws(stream(query + "&from=earliest&control=1")));
        try (TestStream sse = TestStream.sse(client, node.http(stream(query + "&from=earliest")))) {
            assertThat(sse.event().type()).isEqualTo("checkpoint");
            TestStream.Event caughtUp = sse.event();
            while (!caughtUp.type().equals("caught_up")) {
                caughtUp = sse.event();
            }
            node.append(topic, "live");
            TestStream.Event moved = sse.event();
            assertThat(moved.type()).isEqualTo("checkpoint");
            node.append(topic, "next");
            try (TestStream resumed =
                    TestStream.sse(client, node.http("/topics/" + topic + "/stream"), "Last-Event-ID", moved.id())) {
                assertThat(resumed.record().json().get("offset").asLong()).isGreaterThanOrEqualTo(3_000);
            }
        }
        JsonNode message = socket.nextJson();
        String token = null;
        while (token == null || !message.get("type").asText().equals("checkpoint")) {
            token = message.get("type").asText().equals("caught_up") ? "caught up" : token;
            message = socket.nextJson();
        }
        TestSocket resumed = TestSocket.open(
                client, node.ws(stream("resume=" + message.get("resume").asText())));
        node.append(topic, "last");
        assertThat(resumed.nextJson().get("offset").asLong()).isGreaterThanOrEqualTo(3_000);
        socket.abort();
        resumed.abort();
    }

    @Test
    void equalFiltersShareTheirFramesAndOthersDoNot() {
        long encoded = node.metrics().encoded.get();
        List<TestSocket> followers = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            followers.add(TestSocket.open(client, node.ws(stream("where=value.t > 3&key=a&key=b&fields=t,u"))));
            followers.add(TestSocket.open(client, node.ws(stream("fields=u,t&key=b&key=a&where=value.t > 3"))));
        }
        TestSocket other = TestSocket.open(client, node.ws(stream("where=value.t > 4&key=a&key=b&fields=t,u")));
        node.append(topic, 0, List.of(record("a", "{\"t\":3}"), record("b", "{\"t\":5,\"x\":1}")));
        for (TestSocket follower : followers) {
            assertThat(follower.nextJson().get("value").toString()).isEqualTo("{\"t\":5}");
        }
        assertThat(other.nextJson().get("offset").asLong()).isEqualTo(1);
        assertThat(node.metrics().encoded.get() - encoded).isEqualTo(2);
        followers.forEach(TestSocket::abort);
        other.abort();
    }

    @Test
    void whatCannotBeEvaluatedIsCountedOnceForAllFollowersAndTheStreamGoesOn() {
        long failures = node.metrics().filterFailures.get();
        List<TestSocket> followers = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            followers.add(TestSocket.open(client, node.ws(stream("where=value.t > 3"))));
        }
        node.append(
                topic,
                0,
                List.of(
                        record(1, NOT_UTF8, NOT_UTF8, new RecordHeader("h", NOT_UTF8)),
                        record(2, null, "not json".getBytes(UTF_8)),
                        record(null, "{\"t\":\"text\"}"),
                        record(null, "{}"),
                        record(null, "{\"t\":4}")));
        for (TestSocket follower : followers) {
            assertThat(follower.nextJson().get("offset").asLong()).isEqualTo(4);
        }
        await().untilAsserted(() ->
                assertThat(node.metrics().filterFailures.get() - failures).isEqualTo(4));
        followers.forEach(TestSocket::abort);
    }

    @Test
    void aSlowReaderOfAFilteredStreamMissesNothing() throws Exception {
        String value = "{\"pad\":\"" + "x".repeat(5_000) + "\",\"n\":";
        int count = 0;
        try (RawFrames slow = RawFrames.open(node.port(), stream("where=value.n % 2 == 0&from=earliest"))) {
            long stalled = node.metrics().stalled.get();
            while (node.metrics().stalled.get() == stalled) {
                List<NewRecord> records = new ArrayList<>();
                for (int i = 0; i < 100; i++) {
                    records.add(record(null, value + count++ + "}"));
                }
                node.append(topic, 0, records);
                assertThat(count).as("the follower's buffer never filled").isLessThan(100_000);
            }
            for (int i = 0; i < count; i += 2) {
                assertThat(TestSocket.json(slow.nextText()).get("offset").asInt())
                        .isEqualTo(i);
            }
        }
    }

    @Test
    void aPageLearnsWhereItsExpressionIsWrong() {
        String own = "http://127.0.0.1:" + node.port();
        TestSocket page = TestSocket.open(client, node.ws(stream("where=value.t > 3 && foo")), "Origin", own);
        assertThat(page.closeCode()).isEqualTo(4400);
        assertThat(page.closeReason())
                .startsWith("INVALID_REQUEST: where: line 1, column 16: undeclared reference to 'foo'");
        try (TestStream answer = TestStream.sse(client, node.http(stream("where=" + "x".repeat(1_025))))) {
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.json().get("message").asText()).contains("more than 1024 bytes");
        }
    }

    private void read(String transport, String query, List<JsonNode> into) {
        String uri = stream(query);
        if (transport.equals("ws")) {
            TestSocket socket = TestSocket.open(client, node.ws(uri));
            assertThat(socket.closeCode()).isEqualTo(1000);
            while (socket.waiting() > 0) {
                into.add(socket.nextJson());
            }
            return;
        }
        boolean sse = transport.equals("sse");
        try (TestStream stream =
                sse ? TestStream.sse(client, node.http(uri)) : TestStream.ndjson(client, node.http(uri))) {
            if (sse) {
                for (TestStream.Event event = stream.record(); event != null; event = stream.record()) {
                    into.add(event.json());
                }
            } else {
                for (JsonNode json = stream.json(); json != null; json = stream.json()) {
                    into.add(json);
                }
            }
        }
    }

    /** Seven records, of which different filters let different ones pass. */
    private void appendSeven() {
        RecordHeader fw19 = new RecordHeader("fw", "1.9".getBytes(UTF_8));
        RecordHeader fw18 = new RecordHeader("fw", "1.8".getBytes(UTF_8));
        node.append(
                topic,
                0,
                List.of(
                        record(0, null, "{\"t\":40}".getBytes(UTF_8)),
                        record(1, "dev-1".getBytes(UTF_8), "{\"t\":20.5}".getBytes(UTF_8), fw19, fw18),
                        record(2, "dev-2".getBytes(UTF_8), "{\"t\":21.5}".getBytes(UTF_8), fw18, fw19),
                        record(3, "dev-3".getBytes(UTF_8), "{\"t\":22,\"site\":{\"name\":\"b\"}}".getBytes(UTF_8)),
                        record(4, "other".getBytes(UTF_8), "{\"t\":50}".getBytes(UTF_8), fw19),
                        record(5, NOT_UTF8, NOT_UTF8, new RecordHeader("fw", NOT_UTF8)),
                        record(6, "Dev-9".getBytes(UTF_8), null)));
    }

    /** The address of a stream; the values of the query are encoded here. */
    private String stream(String query) {
        StringBuilder uri = new StringBuilder("/topics/" + topic + "/stream?");
        for (String parameter : query.split("(?<! |&)&(?!&)")) {
            int equals = parameter.indexOf('=');
            uri.append(parameter, 0, equals + 1)
                    .append(URLEncoder.encode(parameter.substring(equals + 1), UTF_8))
                    .append('&');
        }
        return uri.substring(0, uri.length() - 1);
    }
}
