package io.millrace.websocket;

import static io.millrace.websocket.GatewayNode.record;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.cluster.record.NewRecord;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A topic with records 0 to 99, one a second, read from every kind of place over a real WebSocket. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StartPositionIT {

    private static final long FIRST_MS = Instant.parse("2026-01-31T08:00:00Z").toEpochMilli();

    private final HttpClient client = HttpClient.newHttpClient();
    private GatewayNode node;

    @BeforeAll
    void fillTopics(@TempDir Path directory) {
        node = GatewayNode.start(directory);
        node.createTopic("history", 1);
        for (int batch = 0; batch < 10; batch++) {
            List<NewRecord> records = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                int number = batch * 10 + i;
                records.add(record(
                        FIRST_MS + number * 1_000L,
                        null,
                        Integer.toString(number).getBytes()));
            }
            node.append("history", 0, records);
        }
        node.createTopic("wide", 3);
        for (int partition = 0; partition < 3; partition++) {
            node.appendNumbers("wide", partition, 0, 10);
        }
    }

    @AfterAll
    void stop() {
        node.close();
    }

    @ParameterizedTest
    @CsvSource({
        "earliest, 0",
        "0, 0",
        "1, 1",
        "57, 57",
        "99, 99",
        "0:42, 42",
        "last:1, 99",
        "last:5, 95",
        "last:100, 0",
        "last:100000, 0",
        "time:2026-01-31T08:00:00Z, 0",
        "time:2026-01-31T08:00:15Z, 15",
        "time:2026-01-31T08:00:14.001Z, 15",
        "time:1769846430000, 30",
        "time:0, 0",
        "ago:99999d, 0"
    })
    void aStreamStartsWhereItIsAskedTo(String from, long first) {
        TestSocket socket = TestSocket.open(client, node.ws("/topics/history/stream?limit=1&from=" + from));
        JsonNode record = socket.nextJson();
        assertThat(record.get("offset").asLong()).isEqualTo(first);
        assertThat(record.get("value").asLong()).isEqualTo(first);
        assertThat(record.get("timestamp").asLong()).isEqualTo(FIRST_MS + first * 1_000);
        assertThat(socket.closeCode()).isEqualTo(1000);
    }

    @Test
    void fromEarliestSendsEveryRecordOnceAndInOrder() {
        TestSocket socket = TestSocket.open(client, node.ws("/topics/history/stream?from=earliest&until=latest"));
        List<Long> offsets = socket.nextOffsets(100);
        assertThat(offsets).hasSize(100).isSorted().doesNotHaveDuplicates();
        assertThat(socket.closeCode()).isEqualTo(1000);
        assertThat(socket.waiting()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"latest", "last:0", "100", "time:2099-01-01T00:00:00Z", "ago:0s"})
    void atTheEndNothingOldIsSentAndTheNextRecordIs(String from) {
        String topic = "live-" + from.replaceAll("[^a-z0-9]", "-");
        node.createTopic(topic, 1);
        node.append(topic, 0, historyOf(100));
        TestSocket socket = TestSocket.open(client, node.ws("/topics/" + topic + "/stream?from=" + from));
        node.append(topic, "\"new\"");
        JsonNode record = socket.nextJson();
        assertThat(record.get("offset").asLong()).isEqualTo(100);
        assertThat(record.get("value").asText()).isEqualTo("new");
    }

    @Test
    void withoutFromAStreamStartsAtTheLatest() {
        node.createTopic("plain", 1);
        node.append("plain", "1", "2");
        TestSocket socket = TestSocket.open(client, node.ws("/topics/plain/stream"));
        node.append("plain", "3");
        assertThat(socket.nextJson().get("value").asLong()).isEqualTo(3);
    }

    @Test
    void partitionsThatAreNotNamedStartAtTheLatest() {
        TestSocket socket = TestSocket.open(client, node.ws("/topics/wide/stream?from=0:8,2:9&until=latest"));
        assertThat(socket.nextJson(3))
                .extracting(
                        r -> r.get("partition").asInt() + ":" + r.get("offset").asInt())
                .containsExactlyInAnyOrder("0:8", "0:9", "2:9");
        assertThat(socket.closeCode()).isEqualTo(1000);
        assertThat(socket.waiting()).isZero();
    }

    @Test
    void onlyTheSelectedPartitionsAreSent() {
        TestSocket socket =
                TestSocket.open(client, node.ws("/topics/wide/stream?from=last:2&partition=1,2&until=latest"));
        assertThat(socket.nextJson(4))
                .extracting(
                        r -> r.get("partition").asInt() + ":" + r.get("offset").asInt())
                .containsExactlyInAnyOrder("1:8", "1:9", "2:8", "2:9");
        assertThat(socket.closeCode()).isEqualTo(1000);
        assertThat(socket.waiting()).isZero();
    }

    @Test
    void belowTheLogStartTheStreamGoesOnAtTheEarliestAndTellsTheGap() {
        node.createTopic("cut", 1);
        node.appendNumbers("cut", 0, 0, 10);
        GatewayNode.await(node.partitions().deleteRecords(node.partition("cut", 0), 6));
        TestSocket socket = TestSocket.open(client, node.ws("/topics/cut/stream?from=2"));
        JsonNode first = socket.nextJson();
        assertThat(first.get("offset").asLong()).isEqualTo(6);
        assertThat(first.get("gap").toString()).isEqualTo("{\"from\":2,\"to\":6,\"reason\":\"retention\"}");
        assertThat(socket.nextJson().has("gap")).isFalse();
    }

    @Test
    void withResetLatestTheGapIsToldWithTheFirstLiveRecord() {
        node.createTopic("reset", 1);
        node.appendNumbers("reset", 0, 0, 10);
        TestSocket socket = TestSocket.open(client, node.ws("/topics/reset/stream?from=5000&reset=latest"));
        node.append("reset", "10", "11");
        JsonNode first = socket.nextJson();
        assertThat(first.get("offset").asLong()).isEqualTo(10);
        assertThat(first.get("gap").toString()).isEqualTo("{\"from\":5000,\"to\":10,\"reason\":\"out_of_range\"}");
        assertThat(socket.nextJson().has("gap")).isFalse();
        node.append("reset", "12");
        assertThat(socket.nextJson().get("offset").asLong()).isEqualTo(12);
    }

    private static List<NewRecord> historyOf(int count) {
        List<NewRecord> records = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            records.add(record(FIRST_MS, null, "\"old\"".getBytes()));
        }
        return records;
    }
}
