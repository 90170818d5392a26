package io.millrace.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.cluster.record.NewRecord;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Streams that send only the newest record of each key (gateway protocol §6.4, behaviour 6). */
class ConflationIT {

    private static final String END = "the end";
    private static final int ROUNDS = 200;

    private final HttpClient client = HttpClient.newHttpClient();

    @Test
    void theLastStateIsThatOfAnUnconflatedClientAndNoRecordIsUncounted(@TempDir Path directory) throws Exception {
        randomLoad(directory, GatewayLimits.defaults(), 40, System.nanoTime());
    }

    /** Small frames, rings and buffers, so that ticks are cut, lost in their middle, and read again. */
    @Test
    void alsoWhereTicksAreLargerThanFramesRingsAndBuffers(@TempDir Path directory) throws Exception {
        GatewayLimits limits = GatewayLimits.builder()
                .frameBytesMax(2_000)
                .readBytes(3_000)
                .ringBytesMax(6_000, 64 << 10)
                .outboundBufferBytes(8_192)
                .conflateMax(1_000, 64 << 10)
                .conflateReadBytes(100_000)
                .build();
        randomLoad(directory, limits, 500, System.nanoTime());
    }

    @Test
    void alsoWhereFewKeysMayWait(@TempDir Path directory) throws Exception {
        GatewayLimits limits = GatewayLimits.builder()
                .conflateMax(10, 1 << 20)
                .conflateReadBytes(5_000)
                .build();
        randomLoad(directory, limits, 40, System.nanoTime());
    }

    private void randomLoad(Path directory, GatewayLimits limits, int keys, long seed) throws Exception {
        Random random = new Random(seed);
        int partitions = 2;
        AtomicInteger appended = new AtomicInteger();
        ExecutorService threads = Executors.newCachedThreadPool();
        try (GatewayNode node = GatewayNode.start(directory, limits)) {
            node.createTopic("readings", partitions);
            List<Future<Map<String, String>>> clients = new ArrayList<>();
            clients.add(threads.submit(follow(node, "from=earliest", false, appended)));
            long[] ends = new long[partitions];
            for (int round = 0; round < ROUNDS; round++) {
                if (round % 15 == 0) {
                    String from =
                            "from=0:" + random.nextInt(1 + (int) ends[0]) + ",1:" + random.nextInt(1 + (int) ends[1]);
                    String conflate =
                            "&conflate=" + List.of("20ms", "100ms", "300ms").get(random.nextInt(3));
                    clients.add(threads.submit(follow(node, from + conflate, random.nextInt(3) == 0, appended)));
                }
                for (int partition = 0; partition < partitions; partition++) {
                    List<NewRecord> records = new ArrayList<>();
                    int count = 1 + random.nextInt(60);
                    for (int i = 0; i < count; i++) {
                        String key = "p" + partition + "k" + random.nextInt(1 + random.nextInt(keys));
                        String value = random.nextInt(8) == 0 ? null : "{\"n\":" + (ends[partition] + i) + "}";
                        records.add(GatewayNode.record(key, value));
                    }
                    node.append("readings", partition, records);
                    ends[partition] += count;
                }
                appended.incrementAndGet();
            }
            for (int partition = 0; partition < partitions; partition++) {
                node.append("readings", partition, List.of(GatewayNode.record(END, "1")));
            }
            Map<String, String> expected = clients.get(0).get(60, TimeUnit.SECONDS);
            for (Future<Map<String, String>> client : clients) {
                assertThatCode(() -> {
                            Map<String, String> state = client.get(60, TimeUnit.SECONDS);
                            assertThat(expected).containsAllEntriesOf(state);
                        })
                        .as("seed %d", seed)
                        .doesNotThrowAnyException();
            }
            assertThat(node.metrics().conflated.get()).isPositive();
            assertThat(node.metrics().gaps).isEmpty();
        } finally {
            threads.shutdownNow();
        }
    }

    /** Follows to the end of both partitions; checks order and counts, and answers the last value of each key. */
    private static Callable<Map<String, String>> follow(
            GatewayNode node, String query, boolean slowly, AtomicInteger appended) {
        return () -> {
            Map<String, String> state = new HashMap<>();
            Map<Integer, Long> last = new HashMap<>();
            Map<Integer, Long> seen = new HashMap<>();
            int received = 0;
            int ended = 0;
            try (RawFrames frames = RawFrames.open(node.port(), "/topics/readings/stream?" + query)) {
                while (ended < 2) {
                    JsonNode record = TestSocket.json(frames.nextText());
                    int partition = record.get("partition").asInt();
                    long offset = record.get("offset").asLong();
                    Long before = last.put(partition, offset);
                    assertThat(offset).as(query).isGreaterThan(before == null ? -1 : before);
                    seen.merge(partition, 1 + record.path("merged").asLong(), Long::sum);
                    state.put(record.get("key").asText(), record.get("value").toString());
                    if (record.get("key").asText().equals(END)) {
                        ended++;
                    }
                    if (slowly && received++ % 100 == 0) {
                        int now = appended.get();
                        await().pollInterval(Duration.ofMillis(2))
                                .until(() -> appended.get() >= Math.min(now + 3, ROUNDS));
                    }
                }
            }
            for (int partition = 0; partition < 2; partition++) {
                assertThat(seen.get(partition))
                        .as("%s, partition %d", query, partition)
                        .isEqualTo(last.get(partition) + 1 - start(query, partition));
            }
            return state;
        };
    }

    private static long start(String query, int partition) {
        if (query.startsWith("from=earliest")) {
            return 0;
        }
        String from = query.substring("from=".length()).split("&")[0].split(",")[partition];
        return Long.parseLong(from.substring(2));
    }

    @Test
    void whoIsConflatedAlikeSharesTheFrames(@TempDir Path directory) {
        try (GatewayNode node = GatewayNode.start(directory)) {
            node.createTopic("readings", 1);
            List<TestSocket> followers = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                followers.add(TestSocket.open(client, node.ws("/topics/readings/stream?conflate=100ms")));
            }
            // Fifty at a time: with each fsync waited for, a slow disk would leave each record a tick of its own.
            for (int i = 0; i < 500; ) {
                List<io.vertx.core.Future<?>> together = new ArrayList<>();
                do {
                    NewRecord record = GatewayNode.record("k" + i % 3, "" + i);
                    together.add(node.appendAsync("readings", 0, List.of(record)));
                } while (++i % 50 != 0);
                together.forEach(GatewayNode::await);
            }
            for (TestSocket follower : followers) {
                long seen = 0;
                while (seen < 500) {
                    seen += 1 + follower.nextJson().path("merged").asLong();
                }
                assertThat(seen).isEqualTo(500);
            }
            CountingMetrics metrics = node.metrics();
            assertThat(metrics.encoded.get()).isLessThan(200);
            assertThat(metrics.conflated.get()).isGreaterThan(250);
            await().untilAsserted(() -> {
                assertThat(metrics.shared.get()).isEqualTo(10 * metrics.encoded.get());
                assertThat(metrics.records.get() + 10 * metrics.conflated.get()).isEqualTo(5_000);
            });
        }
    }

    @Test
    void whatComesAfterQuietGoesAtOnceAndWhatFollowsWaitsForTheTick(@TempDir Path directory) {
        try (GatewayNode node = GatewayNode.start(directory)) {
            node.createTopic("readings", 1);
            TestSocket follower = TestSocket.open(client, node.ws("/topics/readings/stream?conflate=60m"));
            node.append("readings", 0, List.of(GatewayNode.record("a", "1")));
            assertThat(follower.nextJson().get("value").asInt()).isEqualTo(1);

            node.append("readings", 0, List.of(GatewayNode.record("a", "2")));
            // Who comes now is sent what was there at once, whatever the others wait for.
            TestSocket late =
                    TestSocket.open(client, node.ws("/topics/readings/stream?conflate=60m&from=earliest&control=1"));
            assertThat(late.nextJson().get("type").asText()).isEqualTo("checkpoint");
            JsonNode both = late.nextJson();
            assertThat(both.get("value").asInt()).isEqualTo(2);
            assertThat(both.get("merged").asInt()).isEqualTo(1);
            assertThat(late.nextJson().get("type").asText()).isEqualTo("caught_up");
            assertThat(follower.waiting()).isZero();
        }
    }

    @Test
    void untilLatestEndsWithTheStateOfThatMoment(@TempDir Path directory) {
        try (GatewayNode node = GatewayNode.start(directory)) {
            node.createTopic("readings", 1);
            TestSocket other = TestSocket.open(client, node.ws("/topics/readings/stream?conflate=60m"));
            for (int i = 0; i < 10; i++) {
                node.append("readings", 0, List.of(GatewayNode.record("k" + i % 2, "" + i)));
            }
            try (TestStream stream = TestStream.ndjson(
                    client, node.http("/topics/readings/stream?from=earliest&conflate=60m&until=latest"))) {
                node.append("readings", 0, List.of(GatewayNode.record("k0", "10")));
                assertThat(stream.line()).contains("\"value\":8").contains("\"merged\":4");
                assertThat(stream.line()).contains("\"value\":9").contains("\"merged\":4");
                assertThat(stream.line()).isNull();
            }
            other.abort();
        }
    }

    @Test
    void itIsFilteredFirstAndTombstonesAndRecordsWithoutAKeyAreRecordsLikeOthers(@TempDir Path directory) {
        try (GatewayNode node = GatewayNode.start(directory)) {
            node.createTopic("readings", 1);
            node.append(
                    "readings",
                    0,
                    List.of(
                            GatewayNode.record("a", "{\"t\":31,\"d\":1}"),
                            GatewayNode.record("a", "{\"t\":1,\"d\":2}"),
                            GatewayNode.record(null, "{\"t\":32,\"d\":1}"),
                            GatewayNode.record(null, "{\"t\":33,\"d\":2}"),
                            GatewayNode.record("b", "{\"t\":34,\"d\":2}"),
                            GatewayNode.record("b", null)));
            assertThat(offsets(node, "&where=value.t%20%3E%2030.0")).containsExactly("0+0", "2+0", "3+0", "4+0");
            assertThat(offsets(node, "")).containsExactly("1+1", "2+0", "3+0", "5+1");
            assertThat(offsets(node, "&conflate_by=value.d")).containsExactly("2+1", "4+2", "5+0");
            assertThat(offsets(node, "&conflate_by=value.d&where=value.t%20%3E%2030.0"))
                    .containsExactly("2+1", "4+1");
        }
    }

    private List<String> offsets(GatewayNode node, String query) {
        List<String> found = new ArrayList<>();
        try (TestStream stream = TestStream.ndjson(
                client, node.http("/topics/readings/stream?from=earliest&until=latest&conflate=1s" + query))) {
            for (JsonNode record = stream.json(); record != null; record = stream.json()) {
                found.add(record.get("offset").asLong() + "+"
                        + record.path("merged").asLong());
            }
        }
        return found;
    }

    @Test
    void aClientThatReadsSlowlyIsSentFewAndFreshRecords(@TempDir Path directory) throws IOException {
        GatewayLimits limits =
                GatewayLimits.builder().outboundBufferBytes(64 << 10).build();
        try (GatewayNode node = GatewayNode.start(directory, limits)) {
            node.createTopic("readings", 1);
            try (RawFrames slow = RawFrames.open(node.port(), "/topics/readings/stream?conflate=20ms")) {
                String pad = "\"" + "x".repeat(10_000);
                int sent = 0;
                while (node.metrics().stalled.get() == 0) {
                    node.append("readings", 0, List.of(GatewayNode.record("k" + sent % 5, pad + sent++ + "\"")));
                    assertThat(sent).as("the follower's buffer never filled").isLessThan(20_000);
                }
                long before = node.metrics().records.get();
                int more = 2_000;
                for (int i = 0; i < more; i++) {
                    node.append("readings", 0, List.of(GatewayNode.record("k" + sent % 5, pad + sent++ + "\"")));
                }
                long seen = 0;
                long received = 0;
                while (seen < sent) {
                    JsonNode record = TestSocket.json(slow.nextText());
                    seen += 1 + record.path("merged").asLong();
                    received++;
                }
                assertThat(seen).isEqualTo(sent);
                // What it did not take meanwhile is some twenty megabytes, which are read in three pieces at most.
                assertThat(received - before).isLessThan(100);
            }
        }
    }

    @Test
    void aStreamThatEveryoneLeftHoldsNothing(@TempDir Path directory) {
        try (GatewayNode node = GatewayNode.start(directory)) {
            node.createTopic("readings", 1);
            TestSocket follower = TestSocket.open(client, node.ws("/topics/readings/stream?conflate=60m"));
            node.append("readings", 0, List.of(GatewayNode.record("a", "1")));
            follower.next();
            node.append("readings", 0, List.of(GatewayNode.record("a", "2")));
            await().until(() -> node.gateway().heldBytes() > 0);
            follower.abort();
            await().untilAsserted(() -> assertThat(node.gateway().heldBytes()).isZero());
        }
    }
}
