package io.millrace.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Gateway protocol §13, 2: connections break at random moments while records are written, and their clients resume. */
class ReconnectIT {

    private static final int PARTITIONS = 3;
    private static final int CLIENTS = 10;
    private static final int DISCONNECTS = 1_000;

    @Test
    @Timeout(120)
    void overAThousandDisconnectsNoRecordIsLostOrOutOfOrder(@TempDir Path directory) throws Exception {
        long seed = System.nanoTime();
        System.out.println("ReconnectIT: seed " + seed);
        GatewayNode node = GatewayNode.start(directory);
        node.createTopic("readings", PARTITIONS);
        AtomicBoolean writing = new AtomicBoolean(true);
        long[] written = new long[PARTITIONS];
        // About 10 000 records a second: one partition each 10 ms.
        Thread writer = new Thread(() -> {
            for (int turn = 0; writing.get(); turn++) {
                int partition = turn % PARTITIONS;
                node.appendNumbers("readings", partition, written[partition], written[partition] + 100);
                written[partition] += 100;
                java.util.concurrent.locks.LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(8));
            }
        });
        writer.start();
        AtomicInteger disconnects = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
        try {
            List<Future<Client>> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                Client client = new Client(node, new Random(seed + i));
                clients.add(threads.submit(() -> client.follow(disconnects)));
            }
            List<Client> done = new ArrayList<>();
            for (Future<Client> each : clients) {
                done.add(each.get(110, TimeUnit.SECONDS));
            }
            writing.set(false);
            writer.join();
            for (Client client : done) {
                client.readUpTo(written);
                assertThat(client.next).as("seed %d", seed).isEqualTo(ends(written));
            }
            assertThat(disconnects.get()).isGreaterThanOrEqualTo(DISCONNECTS);
            System.out.println("ReconnectIT: " + disconnects + " disconnects, " + ends(written) + " records, "
                    + done.stream().mapToLong(client -> client.repeated).sum() + " sent again and left out");
        } finally {
            writing.set(false);
            writer.join();
            threads.shutdownNow();
            node.close();
        }
    }

    private static Map<Integer, Long> ends(long[] written) {
        Map<Integer, Long> ends = new HashMap<>();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            ends.put(partition, written[partition]);
        }
        return ends;
    }

    /** Remembers the newest token and the next offset of each partition, as the page of the protocol says. */
    private static final class Client {
        private final GatewayNode node;
        private final Random random;
        private final HttpClient http = HttpClient.newHttpClient();
        private final Map<Integer, Long> next = new HashMap<>();
        private String token;
        private long repeated;

        Client(GatewayNode node, Random random) {
            this.node = node;
            this.random = random;
        }

        Client follow(AtomicInteger disconnects) {
            while (disconnects.get() < DISCONNECTS) {
                TestMessages messages = subscribe();
                long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(random.nextInt(60));
                while (System.nanoTime() < until) {
                    JsonNode message = messages.next();
                    take(message);
                    if (message.get("type").asText().equals("records") && random.nextInt(4) == 0) {
                        // Or a client that never lives long would never come further.
                        messages.send("{'type':'checkpoint','sid':1}");
                    }
                }
                messages.abort();
                disconnects.incrementAndGet();
            }
            return this;
        }

        void readUpTo(long[] ends) {
            TestMessages messages = subscribe();
            while (!next.equals(ends(ends))) {
                take(messages.next());
            }
            messages.abort();
        }

        private TestMessages subscribe() {
            TestMessages messages = TestMessages.json(http, node);
            messages.send("{'type':'subscribe','sid':1,'topics':['readings'],"
                    + (token == null ? "'from':'earliest'" : "'resume':'" + token + "'") + "}");
            return messages;
        }

        private void take(JsonNode message) {
            switch (message.get("type").asText()) {
                case "checkpoint" -> token = message.get("resume").asText();
                case "records" -> {
                    int partition = message.get("partition").asInt();
                    for (JsonNode record : message.get("records")) {
                        long offset = record.get("offset").asLong();
                        long expected = next.getOrDefault(partition, 0L);
                        if (offset < expected) {
                            repeated++;
                            continue;
                        }
                        assertThat(offset).as("partition %d", partition).isEqualTo(expected);
                        assertThat(record.get("value").asLong()).isEqualTo(expected);
                        next.put(partition, expected + 1);
                    }
                }
                case "subscribed" ->
                    assertThat(message.get("recovered").asBoolean()).isTrue();
                case "caught_up", "heartbeat" -> {}
                default -> throw new AssertionError(message.toString());
            }
        }
    }
}
