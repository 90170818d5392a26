package io.millrace.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.cluster.record.NewRecord;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compacted topics as tables (gateway protocol §6.5, behaviour 7). */
class TableViewIT {

    private static final String TABLE = "/topics/state/stream?view=table";
    private static final String END = "the end";
    private static final Map<String, String> COMPACTED = Map.of("cleanup.policy", "compact");

    private final HttpClient client = HttpClient.newHttpClient();

    @Test
    void theNewestOfEachKeyComesFirstThenThatThisIsAllThenWhatChanges(@TempDir Path directory) {
        try (GatewayNode node = GatewayNode.start(directory)) {
            node.createTopic("state", 1, COMPACTED);
            put(node, "a", "1", "b", "2", "a", "3", "c", "4", "b", null);
            TestSocket table = TestSocket.open(client, node.ws(TABLE + "&control=1"));

            assertThat(table.nextJson().get("type").asText()).isEqualTo("checkpoint");
            assertThat(shown(table)).isEqualTo("2 a=3");
            assertThat(shown(table)).isEqualTo("3 c=4");
            assertThat(shown(table)).isEqualTo("4 b=null");
            assertThat(table.nextJson().get("type").asText()).isEqualTo("caught_up");

            put(node, "c", "5", "c", null);
            assertThat(shown(table)).isEqualTo("5 c=5");
            assertThat(shown(table)).isEqualTo("6 c=null");
        }
    }

    @Test
    void aTableCannotSeekAndGoesOn(@TempDir Path directory) {
        try (GatewayNode node = GatewayNode.start(directory)) {
            node.createTopic("state", 1, COMPACTED);
            put(node, "a", "1", "a", "2");
            try (TestMessages messages = TestMessages.json(client, node)) {
                messages.subscribe(1, "'topics':['state'],'view':'table'");
                messages.skipTo("caught_up");
                for (String from : List.of("earliest", "last:3", "latest")) {
                    messages.send("{'type':'seek','sid':1,'id':'k','from':'" + from + "'}");
                    JsonNode error = messages.next("error");
                    assertThat(error.get("id").asText()).isEqualTo("k");
                    assertThat(error.get("message").asText()).contains("unsubscribe it and subscribe again");
                }
                put(node, "a", "3");
                assertThat(messages.records(1).get(0).get("offset").asLong()).isEqualTo(2);
            }
        }
    }

    @Test
    void ofAnEmptyTopicItSaysThatThisIsAll(@TempDir Path directory) {
        try (GatewayNode node = GatewayNode.start(directory)) {
            node.createTopic("state", 2, COMPACTED);
            TestSocket table = TestSocket.open(client, node.ws(TABLE + "&control=1"));
            assertThat(table.nextJson().get("type").asText()).isEqualTo("checkpoint");
            assertThat(table.nextJson().get("type").asText()).isEqualTo("caught_up");
            put(node, "a", "1");
            assertThat(shown(table)).isEqualTo("0 a=1");
        }
    }

    @Test
    void untilLatestItIsTheTableOfThatMoment(@TempDir Path directory) {
        try (GatewayNode node = GatewayNode.start(directory)) {
            node.createTopic("state", 1, COMPACTED);
            put(node, "a", "1", "b", "2", "a", "3");
            try (TestStream stream = TestStream.ndjson(client, node.http(TABLE + "&until=latest"))) {
                assertThat(shown(stream.json())).isEqualTo("1 b=2");
                assertThat(shown(stream.json())).isEqualTo("2 a=3");
                assertThat(stream.json()).isNull();
            }
        }
    }

    @Test
    void whatStopsPassingTheFilterLeavesOnce(@TempDir Path directory) {
        try (GatewayNode node = GatewayNode.start(directory)) {
            node.createTopic("state", 1, COMPACTED);
            put(node, "a", "31", "b", "32", "c", "1", "b", "2");
            for (String conflate : List.of("", "&conflate=20ms")) {
                String query = "&where=value%20%3E%2030.0&control=1" + conflate;
                TestSocket table = TestSocket.open(client, node.ws(TABLE + query));
                assertThat(table.nextJson().get("type").asText()).isEqualTo("checkpoint");
                assertThat(shown(table)).endsWith("a=31");
                assertThat(table.nextJson().get("type").asText()).isEqualTo("caught_up");

                put(node, "b", "3", "c", "3", "new", "3");
                put(node, "a", "4");
                JsonNode left = table.nextJson();
                assertThat(left.has("key")).as("%s", left).isTrue();
                assertThat(left.get("key").asText()).isEqualTo("a");
                assertThat(left.get("value").isNull()).isTrue();
                assertThat(left.get("left").asBoolean()).isTrue();

                put(node, "a", "5");
                put(node, "a", null);
                put(node, "c", "33");
                assertThat(shown(table)).endsWith("c=33");
                put(node, "c", null);
                assertThat(table.nextJson().get("left").asBoolean()).isTrue();
                put(node, "a", "31", "b", "2", "c", "1");
                assertThat(shown(table)).endsWith("a=31");
                table.abort();
            }
        }
    }

    @Test
    void whoResumesIsSentWhatChangedOnly(@TempDir Path directory) {
        try (GatewayNode node = GatewayNode.start(directory)) {
            node.createTopic("state", 1, COMPACTED);
            put(node, "a", "1", "b", "2");
            String token = tokenOfTheEnd(node);
            TestSocket nothing = TestSocket.open(client, node.ws(TABLE + "&control=1&resume=" + token));
            assertThat(nothing.nextJson().get("type").asText()).isEqualTo("checkpoint");
            assertThat(nothing.nextJson().get("type").asText()).isEqualTo("caught_up");

            put(node, "a", "3", "b", null);
            TestSocket table = TestSocket.open(client, node.ws(TABLE + "&resume=" + token));
            assertThat(shown(table)).isEqualTo("2 a=3");
            assertThat(shown(table)).isEqualTo("3 b=null");
        }
    }

    @Test
    void whoResumesAfterDeletesMayBeGoneIsSentTheWholeTable(@TempDir Path directory) {
        Map<String, String> config = Map.of(
                "cleanup.policy", "compact",
                "segment.bytes", "1024",
                "min.cleanable.dirty.ratio", "0.01",
                "delete.retention.ms", "100");
        try (GatewayNode node = GatewayNode.startCompacting(directory, GatewayLimits.defaults())) {
            node.createTopic("state", 1, config);
            put(node, "a", "1", "b", "2", "c", "3");
            String token = tokenOfTheEnd(node);
            put(node, "b", null, "c", "4");
            // The tombstone goes once other records have pushed it out of the active segment.
            await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
                put(node, "filler", "\"" + "x".repeat(600) + "\"");
                assertThat(keysOfTheLog(node)).contains("a", "c").doesNotContain("b");
            });
            TestSocket table = TestSocket.open(client, node.ws(TABLE + "&control=1&resume=" + token));
            assertThat(table.nextJson().get("type").asText()).isEqualTo("checkpoint");
            JsonNode gap = table.nextJson();
            assertThat(gap.get("type").asText()).isEqualTo("gap");
            assertThat(gap.get("reason").asText()).isEqualTo("snapshot_required");
            Map<String, String> state = new TreeMap<>();
            for (JsonNode record = table.nextJson(); !record.has("type"); record = table.nextJson()) {
                apply(record, state);
            }
            state.remove("filler");
            assertThat(state).isEqualTo(Map.of("a", "1", "c", "4"));
            // Who gets no control messages reads it off the first record.
            TestSocket plain = TestSocket.open(client, node.ws(TABLE + "&resume=" + token));
            assertThat(plain.nextJson().get("gap").get("reason").asText()).isEqualTo("snapshot_required");
        }
    }

    @Test
    void whateverIsWrittenMeanwhileTheLastStateIsThatOfTheTopic(@TempDir Path directory) throws Exception {
        randomLoad(directory, GatewayLimits.defaults(), 50, System.nanoTime());
    }

    /** Small frames, rings and buffers, so that followers fall behind in snapshots and in changes. */
    @Test
    void alsoWhereFollowersFallBehind(@TempDir Path directory) throws Exception {
        GatewayLimits limits = GatewayLimits.builder()
                .frameBytesMax(2_000)
                .readBytes(3_000)
                .ringBytesMax(6_000, 64 << 10)
                .outboundBufferBytes(8_192)
                .conflateMax(100, 64 << 10)
                .build();
        randomLoad(directory, limits, 500, System.nanoTime());
    }

    private void randomLoad(Path directory, GatewayLimits limits, int keys, long seed) throws Exception {
        Random random = new Random(seed);
        Map<String, String> config =
                Map.of("cleanup.policy", "compact", "segment.bytes", "20000", "min.cleanable.dirty.ratio", "0.1");
        ExecutorService threads = Executors.newCachedThreadPool();
        try (GatewayNode node = GatewayNode.startCompacting(directory, limits)) {
            node.createTopic("state", 1, config);
            Map<String, String> all = new HashMap<>();
            Map<String, String> passing = new HashMap<>();
            List<Future<Map<String, String>>> unfiltered = new ArrayList<>();
            List<Future<Map<String, String>>> filtered = new ArrayList<>();
            for (int round = 0; round < 150; round++) {
                if (round % 25 == 0) {
                    String conflate =
                            List.of("", "&conflate=20ms", "&conflate=200ms").get(random.nextInt(3));
                    unfiltered.add(threads.submit(follow(node, conflate)));
                    filtered.add(threads.submit(follow(
                            node, conflate + "&where=value%20%3E%2050.0%20%7C%7C%20key%20%3D%3D%20%22the%20end%22")));
                }
                List<NewRecord> records = new ArrayList<>();
                for (int i = random.nextInt(60); i >= 0; i--) {
                    String key = "k" + random.nextInt(1 + random.nextInt(keys));
                    int value = random.nextInt(100);
                    boolean delete = random.nextInt(8) == 0;
                    records.add(GatewayNode.record(key, delete ? null : "" + value));
                    all.remove(key);
                    passing.remove(key);
                    if (!delete) {
                        all.put(key, "" + value);
                        if (value > 50) {
                            passing.put(key, "" + value);
                        }
                    }
                }
                node.append("state", 0, records);
            }
            node.append("state", 0, List.of(GatewayNode.record(END, "1")));
            all.put(END, "1");
            passing.put(END, "1");
            assertThatCode(() -> {
                        for (Future<Map<String, String>> each : unfiltered) {
                            assertThat(each.get(60, TimeUnit.SECONDS)).isEqualTo(all);
                        }
                        for (Future<Map<String, String>> each : filtered) {
                            assertThat(each.get(60, TimeUnit.SECONDS)).isEqualTo(passing);
                        }
                    })
                    .as("seed %d", seed)
                    .doesNotThrowAnyException();
            await().untilAsserted(() -> assertThat(node.gateway().openStreams()).isZero());
            await().untilAsserted(() -> assertThat(node.gateway().tableKeys()).isZero());
        } finally {
            threads.shutdownNow();
        }
    }

    private static Callable<Map<String, String>> follow(GatewayNode node, String query) {
        return () -> {
            Map<String, String> state = new HashMap<>();
            long last = -1;
            try (RawFrames frames = RawFrames.open(node.port(), TABLE + query)) {
                while (!state.containsKey(END)) {
                    JsonNode record = TestSocket.json(frames.nextText());
                    assertThat(record.get("offset").asLong()).as(query).isGreaterThan(last);
                    assertThat(record.has("gap")).isFalse();
                    last = record.get("offset").asLong();
                    apply(record, state);
                }
            }
            return state;
        };
    }

    @Test
    void aTableWithTooManyKeysIsRefusedWithTheLimit(@TempDir Path directory) {
        GatewayLimits limits = GatewayLimits.builder().tableKeysMax(2).build();
        try (GatewayNode node = GatewayNode.start(directory, limits)) {
            node.createTopic("state", 1, COMPACTED);
            put(node, "a", "1", "b", "1", "c", "1");
            TestSocket table = TestSocket.open(client, node.ws(TABLE));
            assertThat(table.closeCode()).isEqualTo(4400);
            assertThat(table.closeReason()).contains("gateway.tableKeysMax");
            await().untilAsserted(() -> assertThat(node.gateway().tableKeys()).isZero());
        }
    }

    private String tokenOfTheEnd(GatewayNode node) {
        try (TestStream stream = TestStream.sse(client, node.http(TABLE + "&until=latest"))) {
            String token = null;
            for (TestStream.Event event = stream.event(); event != null; event = stream.event()) {
                token = event.id();
            }
            return token;
        }
    }

    private List<String> keysOfTheLog(GatewayNode node) {
        List<String> keys = new ArrayList<>();
        try (TestStream stream =
                TestStream.ndjson(client, node.http("/topics/state/stream?from=earliest&until=latest"))) {
            for (JsonNode record = stream.json(); record != null; record = stream.json()) {
                keys.add(record.get("key").asText());
            }
        }
        return keys;
    }

    private static void put(GatewayNode node, String... keysAndValues) {
        List<NewRecord> records = new ArrayList<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            records.add(GatewayNode.record(keysAndValues[i], keysAndValues[i + 1]));
        }
        node.append("state", 0, records);
    }

    private static void apply(JsonNode record, Map<String, String> state) {
        if (record.get("value").isNull()) {
            state.remove(record.get("key").asText());
        } else {
            state.put(record.get("key").asText(), record.get("value").toString());
        }
    }

    private static String shown(TestSocket socket) {
        return shown(socket.nextJson());
    }

    private static String shown(JsonNode record) {
        return record.path("offset").asLong(-1) + " " + record.path("key").asText() + "=" + record.get("value");
    }
}
