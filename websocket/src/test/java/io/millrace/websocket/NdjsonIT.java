package io.millrace.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Streams as lines of JSON. */
class NdjsonIT {

    private final HttpClient client = HttpClient.newHttpClient();
    private GatewayNode node;

    @BeforeEach
    void start(@TempDir Path directory) {
        node = GatewayNode.start(
                directory,
                GatewayLimits.builder().heartbeatMs(100, 25_000, 60_000).build());
        node.createTopic("readings", 1);
    }

    @AfterEach
    void stop() {
        node.close();
    }

    @Test
    void everyLineIsOneRecord() {
        try (TestStream stream = TestStream.ndjson(client, node.http("/topics/readings/stream"))) {
            assertThat(stream.status()).isEqualTo(200);
            assertThat(stream.header("content-type")).isEqualTo("application/x-ndjson");
            node.append("readings", "{\r\n\"t\":\r\n1}", "\"text with \\n\"", "no json");
            assertThat(stream.json().get("value").get("t").asInt()).isEqualTo(1);
            assertThat(stream.json().get("value").asText()).isEqualTo("text with \n");
            assertThat(stream.json().has("value_base64")).isTrue();
        }
    }

    @Test
    void limitAndUntilEndTheResponseSoThatTheConnectionCanBeUsedAgain() {
        node.appendNumbers("readings", 0, 0, 1_000);
        for (int round = 0; round < 3; round++) {
            assertThat(offsets("from=earliest&limit=7")).containsExactly(0L, 1L, 2L, 3L, 4L, 5L, 6L);
            assertThat(offsets("from=990&until=latest")).hasSize(10).endsWith(999L);
            assertThat(offsets("until=latest")).isEmpty();
        }
        assertThat(node.metrics().closeCodes).hasSize(9).containsOnly(1000);
    }

    @Test
    void withControlTheStreamAlsoHasCheckpointsThatAreToldApartByTheirType() {
        node.append("readings", "1", "2");
        List<String> seen = new ArrayList<>();
        String resume = null;
        String uri = "/topics/readings/stream?control=1&from=earliest&until=latest";
        try (TestStream stream = TestStream.ndjson(client, node.http(uri))) {
            for (JsonNode line = stream.json(); line != null; line = stream.json()) {
                seen.add(
                        line.has("type")
                                ? line.get("type").asText()
                                : line.get("value").asText());
                if (line.has("resume")) {
                    resume = line.get("resume").asText();
                }
            }
        }
        assertThat(seen).containsExactly("checkpoint", "1", "2", "caught_up", "checkpoint");
        node.append("readings", "3");
        assertThat(offsets("until=latest&resume=" + resume)).containsExactly(2L);
    }

    @Test
    void whenTheTopicIsDeletedTheResponseEnds() {
        node.createTopic("gone", 1);
        try (TestStream stream = TestStream.ndjson(client, node.http("/topics/gone/stream"))) {
            node.append("gone", "1");
            assertThat(stream.json().get("offset").asLong()).isZero();
            node.deleteTopic("gone");
            assertThat(stream.line()).isNull();
        }
    }

    @Test
    void anIdleStreamShowsLifeWithEmptyLinesOrWithControlByMessages() {
        String uri = "/topics/readings/stream?heartbeat=100ms";
        try (TestStream plain = TestStream.ndjson(client, node.http(uri));
                TestStream control = TestStream.ndjson(client, node.http(uri + "&control=1"))) {
            assertThat(plain.line()).isEmpty();
            assertThat(plain.line()).isEmpty();
            assertThat(control.json().get("type").asText()).isEqualTo("checkpoint");
            assertThat(control.json().get("type").asText()).isEqualTo("caught_up");
            for (int i = 0; i < 2; i++) {
                JsonNode heartbeat = TestSocket.json(control.line());
                assertThat(heartbeat.get("type").asText()).isEqualTo("heartbeat");
                assertThat(heartbeat.get("time").asLong()).isPositive();
            }
            node.append("readings", "1");
            assertThat(plain.json().get("value").asInt()).isEqualTo(1);
        }
    }

    private List<Long> offsets(String query) {
        List<Long> offsets = new ArrayList<>();
        try (TestStream stream = TestStream.ndjson(client, node.http("/topics/readings/stream?" + query))) {
            for (JsonNode line = stream.json(); line != null; line = stream.json()) {
                offsets.add(line.get("offset").asLong());
            }
        }
        return offsets;
    }
}
