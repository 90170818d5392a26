package io.millrace.websocket;

import static io.millrace.websocket.GatewayNode.record;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.cluster.record.NewRecord;
import io.millrace.cluster.record.RecordHeader;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is in a record never stops a stream. */
class RecordValueIT {

    private static final byte[] NOT_UTF8 = {(byte) 0xff, 0, 1, (byte) 0xc3, 0x28};

    private final HttpClient client = HttpClient.newHttpClient();
    private GatewayNode node;

    @BeforeEach
    void start(@TempDir Path directory) {
        node = GatewayNode.start(directory);
        node.createTopic("readings", 1);
    }

    @AfterEach
    void stop() {
        node.close();
    }

    @Test
    void valuesThatAreNotJsonOrNotTextArriveInBase64AndTheStreamGoesOn() throws Exception {
        for (String format : List.of("json", "text", "base64")) {
            TestSocket socket = TestSocket.open(client, node.ws("/topics/readings/stream?format=" + format));
            node.append(
                    "readings",
                    0,
                    List.of(
                            record(1, NOT_UTF8, NOT_UTF8, new RecordHeader("h", NOT_UTF8)),
                            record(2, null, null),
                            record(3, "key".getBytes(UTF_8), new byte[0]),
                            record(4, null, "{\"ok\":true}".getBytes(UTF_8))));
            JsonNode first = socket.nextJson();
            assertThat(first.get("key_base64").binaryValue()).isEqualTo(NOT_UTF8);
            assertThat(first.get("value_base64").binaryValue()).isEqualTo(NOT_UTF8);
            assertThat(first.get("headers").get(0).get("value_base64").binaryValue())
                    .isEqualTo(NOT_UTF8);
            assertThat(socket.nextJson().get("value").isNull()).isTrue();
            assertThat(socket.nextJson().get("key").asText()).isEqualTo("key");
            assertThat(socket.nextJson().get("timestamp").asLong()).isEqualTo(4);
            socket.abort();
        }
    }

    @Test
    void recordsOfEverySizeArriveWhole() {
        TestSocket socket = TestSocket.open(client, node.ws("/topics/readings/stream"));
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<String> values = new ArrayList<>();
        // Around the places where the header of a WebSocket frame gets longer, and up to the largest record.
        for (int size : new int[] {0, 1, 20, 30, 40, 50, 60, 65_400, 65_450, 65_500, 65_536, 200_000, 1_000_000}) {
            for (int i = 0; i < 3; i++) {
                values.add("\"" + "x".repeat(size + random.nextInt(20)) + "\"");
            }
        }
        for (String value : values) {
            node.append("readings", value);
        }
        for (String value : values) {
            assertThat(socket.nextJson().get("value").toString().equals(value))
                    .as("seed %d, size %d", seed, value.length())
                    .isTrue();
        }
        String uri = "/topics/readings/stream?from=earliest&until=latest";
        try (TestStream stream = TestStream.ndjson(client, node.http(uri))) {
            for (String value : values) {
                assertThat(stream.json().get("value").toString()).hasSize(value.length());
            }
            assertThat(stream.line()).isNull();
        }
    }

    @Test
    void aKeyFilterLetsOnlyItsKeysPass() {
        List<NewRecord> records = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            records.add(record(i % 10 == 0 ? null : "dev-" + i % 10, Integer.toString(i)));
        }
        node.append("readings", 0, records);
        String uri = "/topics/readings/stream?key=dev-7&key=dev-3&from=earliest";
        TestSocket socket = TestSocket.open(client, node.ws(uri));
        node.append("readings", 0, List.of(record("dev-1", "100"), record("dev-3", "101"), record(null, "102")));
        node.append("readings", 0, List.of(record("dev-7", "103")));
        List<Long> offsets = socket.nextOffsets(22);
        assertThat(offsets).startsWith(3L, 7L, 13L, 17L).endsWith(93L, 97L, 101L, 103L);
        assertThat(socket.waiting()).isZero();
    }

    @Test
    void aKeyFilterWithALimitCountsOnlyWhatPasses() {
        node.append(
                "readings",
                0,
                List.of(record("a", "0"), record("b", "1"), record("a", "2"), record("b", "3"), record("a", "4")));
        TestSocket socket = TestSocket.open(client, node.ws("/topics/readings/stream?key=a&from=earliest&limit=2"));
        assertThat(socket.nextOffsets(2)).containsExactly(0L, 2L);
        assertThat(socket.closeCode()).isEqualTo(1000);
        assertThat(socket.waiting()).isZero();
    }
}
