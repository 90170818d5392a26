package io.millrace.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Server-sent events as a browser sees them. */
class SseIT {

    private final HttpClient client = HttpClient.newHttpClient();
    private GatewayNode node;

    @BeforeEach
    void start(@TempDir Path directory) {
        node = GatewayNode.start(
                directory,
                GatewayLimits.builder()
                        .heartbeatMs(100, 25_000, 60_000)
                        .checkpointIntervalMs(200)
                        .build());
        node.createTopic("readings", 2);
    }

    @AfterEach
    void stop() {
        node.close();
    }

    @Test
    void aStreamBeginsWithRetryAndACheckpointAndThenSendsRecords() {
        try (TestStream stream = TestStream.sse(client, node.http("/topics/readings/stream"))) {
            assertThat(stream.status()).isEqualTo(200);
            assertThat(stream.header("content-type")).isEqualTo("text/event-stream");
            assertThat(stream.header("cache-control")).isEqualTo("no-store");
            assertThat(stream.header("x-accel-buffering")).isEqualTo("no");
            TestStream.Event checkpoint = stream.event();
            assertThat(checkpoint.type()).isEqualTo("checkpoint");
            assertThat(checkpoint.json().get("resume").asText()).isEqualTo(checkpoint.id());
            assertThat(Integer.parseInt(stream.retry())).isBetween(1_000, 5_000);
            assertThat(stream.event().type()).isEqualTo("caught_up");
            node.append("readings", "{\n \"t\": 1\n}");
            TestStream.Event record = stream.event();
            assertThat(record.type()).isEqualTo("message");
            assertThat(record.json().get("value").get("t").asInt()).isEqualTo(1);
            assertThat(record.id()).isNotEqualTo(checkpoint.id());
        }
    }

    @Test
    void aReconnectWithTheLastEventIdGoesOnExactlyBehindIt() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        node.appendNumbers("readings", 0, 0, 300);
        node.appendNumbers("readings", 1, 0, 300);
        long[] next = new long[2];
        String lastEventId = null;
        int received = 0;
        while (received < 600) {
            String[] headers = lastEventId == null ? new String[0] : new String[] {"Last-Event-ID", lastEventId};
            // limit ends the stream at any record, and every flush with a token: nothing may repeat.
            int limit = 1 + random.nextInt(90);
            String uri = "/topics/readings/stream?from=earliest&until=latest&limit=" + limit;
            try (TestStream stream = TestStream.sse(client, node.http(uri), headers)) {
                TestStream.Event event = stream.event();
                for (; event != null; event = stream.event()) {
                    lastEventId = event.id();
                    if (event.type().equals("message")) {
                        JsonNode record = event.json();
                        int partition = record.get("partition").asInt();
                        assertThat(record.get("offset").asLong())
                                .as("seed %d", seed)
                                .isEqualTo(next[partition]++);
                        received++;
                    }
                }
            }
        }
        assertThat(next).containsExactly(300, 300);
    }

    @Test
    void withoutARecordTheCheckpointAloneKeepsThePlace() {
        node.append("readings", "1");
        String token;
        try (TestStream stream = TestStream.sse(client, node.http("/topics/readings/stream"))) {
            token = stream.event().id();
        }
        node.append("readings", "2", "3");
        try (TestStream stream = TestStream.sse(client, node.http("/topics/readings/stream?resume=" + token))) {
            assertThat(stream.record().json().get("offset").asLong()).isEqualTo(1);
            assertThat(stream.record().json().get("offset").asLong()).isEqualTo(2);
        }
    }

    @Test
    void whenTheFilterDropsEverythingTheCheckpointStillMovesOn() {
        try (TestStream stream = TestStream.sse(client, node.http("/topics/readings/stream?key=nobody&partition=0"))) {
            String first = stream.event().id();
            assertThat(stream.event().type()).isEqualTo("caught_up");
            node.append("readings", "1", "2", "3");
            TestStream.Event checkpoint = stream.event();
            assertThat(checkpoint.type()).isEqualTo("checkpoint");
            assertThat(checkpoint.id()).isNotEqualTo(first);
            String uri = "/topics/readings/stream?partition=0&last_event_id=" + checkpoint.id();
            node.append("readings", "4");
            try (TestStream resumed = TestStream.sse(client, node.http(uri))) {
                assertThat(resumed.record().json().get("offset").asLong()).isEqualTo(3);
            }
        }
    }

    @Test
    void theHeaderWinsOverTheTokenInTheAddressAndTwoTokensInTheAddressAreRefused() {
        String first = token("/topics/readings/stream?from=earliest");
        node.append("readings", "1", "2");
        String second = token("/topics/readings/stream");
        node.append("readings", "3");
        // A browser that reconnects: to the address of its page, with what it has read since.
        String uri = "/topics/readings/stream?resume=" + first;
        try (TestStream stream = TestStream.sse(client, node.http(uri), "Last-Event-ID", second)) {
            assertThat(stream.record().json().get("offset").asLong()).isEqualTo(2);
        }
        try (TestStream refused = TestStream.sse(client, node.http(uri + "&last_event_id=" + second))) {
            assertThat(refused.status()).isEqualTo(400);
            assertThat(refused.json().get("message").asText()).startsWith("last_event_id: ");
        }
    }

    private String token(String pathAndQuery) {
        try (TestStream stream = TestStream.sse(client, node.http(pathAndQuery))) {
            return stream.event().id();
        }
    }

    @Test
    void anIdleStreamGetsComments() {
        try (TestStream stream = TestStream.sse(client, node.http("/topics/readings/stream?heartbeat=100ms"))) {
            stream.event();
            stream.event();
            assertThat(stream.line()).isEqualTo(":");
            assertThat(stream.line()).isEmpty();
            assertThat(stream.line()).isEqualTo(":");
        }
    }

    @Test
    void aGapIsAnEventOfItsOwn() {
        node.appendNumbers("readings", 0, 0, 10);
        GatewayNode.await(node.partitions().deleteRecords(node.partition("readings", 0), 4));
        try (TestStream stream = TestStream.sse(client, node.http("/topics/readings/stream?from=0:1&partition=0"))) {
            assertThat(stream.event().type()).isEqualTo("checkpoint");
            TestStream.Event gap = stream.event();
            assertThat(gap.type()).isEqualTo("gap");
            assertThat(gap.data())
                    .isEqualTo("{\"type\":\"gap\",\"topic\":\"readings\",\"partition\":0,"
                            + "\"from\":1,\"to\":4,\"reason\":\"retention\"}");
            JsonNode record = stream.record().json();
            assertThat(record.get("offset").asLong()).isEqualTo(4);
            assertThat(record.has("gap")).isFalse();
        }
    }

    private String tokenBehindThreeRecordsOf(String topic) {
        try (TestStream stream =
                TestStream.sse(client, node.http("/topics/" + topic + "/stream?from=earliest&limit=3"))) {
            TestStream.Event last = null;
            for (TestStream.Event event = stream.event(); event != null; event = stream.event()) {
                last = event;
            }
            return last.id();
        }
    }

    @Test
    void aTokenOfRecordsThatRetentionHasTakenIsAGapBeforeTheFirstRecord() {
        node.createTopic("taken", 1);
        node.appendNumbers("taken", 0, 0, 10);
        String token = tokenBehindThreeRecordsOf("taken");
        GatewayNode.await(node.partitions().deleteRecords(node.partition("taken", 0), 7));
        try (TestStream stream = TestStream.sse(client, node.http("/topics/taken/stream"), "Last-Event-ID", token)) {
            stream.event();
            TestStream.Event gap = stream.event();
            assertThat(gap.type()).isEqualTo("gap");
            assertThat(gap.json().get("reason").asText()).isEqualTo("retention");
            assertThat(gap.json().get("from").asLong()).isEqualTo(3);
            assertThat(gap.json().get("to").asLong()).isEqualTo(7);
            assertThat(stream.record().json().get("offset").asLong()).isEqualTo(7);
        }
    }

    @Test
    void aTokenOfATopicThatWasMadeAgainIsAGap() {
        node.createTopic("again", 1);
        node.appendNumbers("again", 0, 0, 5);
        String token = tokenBehindThreeRecordsOf("again");
        node.deleteTopic("again");
        node.createTopic("again", 1);
        node.appendNumbers("again", 0, 0, 5);
        try (TestStream stream = TestStream.sse(client, node.http("/topics/again/stream"), "Last-Event-ID", token)) {
            stream.event();
            TestStream.Event gap = stream.event();
            assertThat(gap.type()).isEqualTo("gap");
            assertThat(gap.json().get("reason").asText()).isEqualTo("topic_recreated");
            assertThat(gap.json().get("from").asLong()).isEqualTo(3);
            assertThat(stream.record().json().get("offset").asLong()).isZero();
        }
    }

    @Test
    void whenTheTopicIsDeletedTheStreamEndsWithAnErrorEvent() {
        node.createTopic("gone", 1);
        try (TestStream stream = TestStream.sse(client, node.http("/topics/gone/stream"))) {
            stream.event();
            stream.event();
            node.deleteTopic("gone");
            TestStream.Event error = stream.event();
            assertThat(error.type()).isEqualTo("error");
            assertThat(error.json().get("code").asInt()).isEqualTo(3);
            assertThat(error.json().get("error").asText()).isEqualTo("UNKNOWN_TOPIC_OR_PARTITION");
            assertThat(error.json().get("retriable").asBoolean()).isFalse();
            assertThat(stream.event()).isNull();
        }
    }
}
