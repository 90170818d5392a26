package io.millrace.server.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.cluster.peer.FreePorts;
import io.millrace.server.TestServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What docs/java-client.md shows, against a node that is restarted. */
@Timeout(180)
class FollowReadingsIT {

    private static final int RECORDS = 150;

    private final HttpClient http = HttpClient.newHttpClient();
    private final Map<Integer, List<Long>> handled = new ConcurrentHashMap<>();
    private final AtomicInteger count = new AtomicInteger();
    private final AtomicBoolean failed = new AtomicBoolean();

    @Test
    void overRestartsAndAHandlerThatFailsOnceEachRecordIsHandledOnceAndInOrder(@TempDir Path directory)
            throws Exception {
        String samePort = "http.port=" + FreePorts.next();
        TestServer server = TestServer.startIn(directory, samePort);
        URI node = URI.create(server.httpUrl());
        http.send(
                HttpRequest.newBuilder(node.resolve("/topics"))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString("{\"name\":\"readings\",\"partitions\":2}"))
                        .build(),
                HttpResponse.BodyHandlers.discarding());
        try (FollowReadings follower = new FollowReadings(node, "readings", this::handle)) {
            for (int n = 0; n < RECORDS; n++) {
                if (n == 50 || n == 100) {
                    server.close();
                    server = TestServer.startIn(directory, samePort);
                }
                FollowReadings.post(http, node, "readings", "dev-" + n % 7, "{\"n\":" + n + "}");
            }
            // It may be waiting for its next connection, half a minute at most, and do so once more when the handler
            // fails.
            await().atMost(Duration.ofSeconds(90)).until(() -> count.get() >= RECORDS);
        } finally {
            server.close();
        }
        assertThat(failed).isTrue();
        assertThat(handled).hasSize(2);
        handled.values()
                .forEach(offsets -> assertThat(offsets)
                        .isEqualTo(LongStream.range(0, offsets.size()).boxed().toList()));
        assertThat(count).hasValue(RECORDS);
    }

    private void handle(int partition, JsonNode record) {
        if (count.get() == 70 && failed.compareAndSet(false, true)) {
            throw new IllegalStateException("the database of this service is away for a moment");
        }
        handled.computeIfAbsent(partition, p -> Collections.synchronizedList(new ArrayList<>()))
                .add(record.get("offset").asLong());
        count.incrementAndGet();
    }
}
