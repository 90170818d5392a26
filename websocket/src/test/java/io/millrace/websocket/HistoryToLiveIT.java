package io.millrace.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Followers that come while records are written, from every start: nothing lost, nothing twice, nothing out of order. */
class HistoryToLiveIT {

    private static final int PARTITIONS = 2;
    private static final long LAST = 6_000;
    private static final int FOLLOWERS = 60;

    private final HttpClient client = HttpClient.newHttpClient();

    @Test
    void whenFollowersJoinDuringAppends_thenEachGetsEveryRecordFromItsStartOnce(@TempDir Path directory)
            throws Exception {
        // Small frames, rings and buffers, so that every follower crosses between history and live many times.
        GatewayLimits limits = GatewayLimits.builder()
                .frameBytesMax(2_000)
                .readBytes(3_000)
                .ringBytesMax(6_000, 1 << 20)
                .outboundBufferBytes(8_192)
                .build();
        joinDuringAppends(directory, limits, System.nanoTime());
    }

    @Test
    void withTheDefaultLimitsToo(@TempDir Path directory) throws Exception {
        joinDuringAppends(directory, GatewayLimits.defaults(), System.nanoTime());
    }

    private void joinDuringAppends(Path directory, GatewayLimits limits, long seed) throws Exception {
        Random random = new Random(seed);
        try (GatewayNode node = GatewayNode.start(directory, limits)) {
            node.createTopic("readings", PARTITIONS);
            for (int partition = 0; partition < PARTITIONS; partition++) {
                node.appendNumbers("readings", partition, 0, 500);
            }
            CountDownLatch opened = new CountDownLatch(FOLLOWERS);
            List<Future<Void>> checks = new ArrayList<>();
            ScheduledExecutorService threads = Executors.newScheduledThreadPool(FOLLOWERS);
            for (int i = 0; i < FOLLOWERS; i++) {
                String from = startPosition(random);
                long delayMs = random.nextInt(600);
                boolean ndjson = random.nextInt(4) == 0;
                checks.add(threads.schedule(() -> follow(node, from, ndjson, opened), delayMs, TimeUnit.MILLISECONDS));
            }
            for (long next = 500; next < LAST; next += 20) {
                for (int partition = 0; partition < PARTITIONS; partition++) {
                    node.appendNumbers("readings", partition, next, next + 20);
                }
            }
            assertThat(opened.await(30, TimeUnit.SECONDS)).isTrue();
            // Everybody has come by now, wherever it starts, so everybody gets this one.
            for (int partition = 0; partition < PARTITIONS; partition++) {
                node.appendNumbers("readings", partition, LAST, LAST + 1);
            }
            for (Future<Void> check : checks) {
                assertThatCode(() -> check.get(30, TimeUnit.SECONDS))
                        .as("seed %d", seed)
                        .doesNotThrowAnyException();
            }
            threads.shutdownNow();
            assertThat(node.metrics().gaps).isEmpty();
        }
    }

    private static String startPosition(Random random) {
        return switch (random.nextInt(5)) {
            case 0 -> "latest";
            case 1 -> "earliest";
            case 2 -> "last:" + random.nextInt(2_000);
            case 3 -> "0:" + random.nextInt(500) + ",1:" + random.nextInt(500);
            default -> "ago:100ms";
        };
    }

    /** Reads until the last record of every partition. */
    private Void follow(GatewayNode node, String from, boolean ndjson, CountDownLatch opened) throws IOException {
        String path = "/topics/readings/stream?from=" + from;
        if (ndjson) {
            try (TestStream stream = TestStream.ndjson(client, node.http(path))) {
                opened.countDown();
                check(from, stream::line);
            }
        } else {
            try (RawFrames frames = RawFrames.open(node.port(), path)) {
                opened.countDown();
                check(from, frames::nextText);
            }
        }
        return null;
    }

    /** Where records come from. */
    private interface Source {
        String next() throws IOException;
    }

    private static void check(String from, Source source) throws IOException {
        Map<Integer, Long> first = new HashMap<>();
        Map<Integer, Long> next = new HashMap<>();
        for (int finished = 0; finished < PARTITIONS; ) {
            JsonNode record = TestSocket.json(source.next());
            int partition = record.get("partition").asInt();
            long offset = record.get("offset").asLong();
            first.putIfAbsent(partition, offset);
            Long expected = next.put(partition, offset + 1);
            assertThat(offset).as("%s, partition %d", from, partition).isEqualTo(expected == null ? offset : expected);
            assertThat(record.get("value").asLong()).isEqualTo(offset);
            if (offset == LAST) {
                finished++;
            }
        }
        if (from.equals("earliest")) {
            assertThat(first).isEqualTo(Map.of(0, 0L, 1, 0L));
        } else if (from.startsWith("0:")) {
            assertThat("0:" + first.get(0) + ",1:" + first.get(1)).isEqualTo(from);
        }
    }
}
