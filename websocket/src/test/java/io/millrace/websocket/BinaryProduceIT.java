package io.millrace.websocket;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.websocket.BinaryMessage.Read;
import io.millrace.websocket.BinaryMessage.Writer;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Records that come in binary frames. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BinaryProduceIT {

    private static final int ALL = -1;

    private final HttpClient client = HttpClient.newHttpClient();
    private GatewayNode node;

    @BeforeAll
    void start(@TempDir Path directory) {
        node = GatewayNode.start(directory);
    }

    @AfterAll
    void stop() {
        node.close();
    }

    /** A frame up to its records. */
    private static Writer frame(String id, String topic, int acks, long baseTimestamp, int count) {
        return new Writer()
                .u8(3)
                .u8(0)
                .varlong(0)
                .text(id)
                .text(topic)
                .u8(acks)
                .varlong(baseTimestamp)
                .varlong(count);
    }

    private static byte[] values(String id, String topic, int acks, String... values) {
        Writer frame = frame(id, topic, acks, -1, values.length);
        for (String value : values) {
            frame.varlong(0).text(null).text(value).varlong(0);
        }
        return frame.toBytes();
    }

    private List<Read> stored(String topic, int count) {
        List<Read> records = new ArrayList<>();
        try (TestMessages messages = TestMessages.binary(client, node)) {
            messages.subscribe(1, "'topics':['" + topic + "'],'from':'earliest'");
            while (records.size() < count) {
                records.addAll(BinaryMessage.next(messages).records);
            }
        }
        return records;
    }

    @Test
    void recordsAreStoredAsTheyWereWrittenAndAnsweredAsThoseOfJson() {
        node.createTopic("raw", 1);
        byte[] odd = {0, (byte) 0xff, 7};
        try (TestMessages messages = TestMessages.binary(client, node)) {
            messages.sendBinary(frame("w1", "raw", ALL, 1_000, 3)
                    .varlong(0)
                    .bytes(odd)
                    .bytes(odd)
                    .varlong(2)
                    .text("fw")
                    .text("1.9")
                    .text("fw")
                    .text("2.0")
                    .varlong(500)
                    .text(null)
                    .text(null)
                    .varlong(0)
                    .varlong(-1_001)
                    .bytes(new byte[0])
                    .bytes(new byte[0])
                    .varlong(0)
                    .toBytes());
            JsonNode produced = messages.next("produced");
            assertThat(produced.get("id").asText()).isEqualTo("w1");
            assertThat(produced.get("offsets").toString())
                    .isEqualTo(
                            "[{\"partition\":0,\"offset\":0},{\"partition\":0,\"offset\":1},{\"partition\":0,\"offset\":2}]");
        }
        List<Read> records = stored("raw", 3);
        assertThat(records.get(0).timestampMs()).isEqualTo(1_000);
        assertThat(records.get(0).key()).isEqualTo(odd);
        assertThat(records.get(0).value()).isEqualTo(odd);
        assertThat(records.get(0).headers()).containsExactly("fw=1.9", "fw=2.0");
        assertThat(records.get(1).timestampMs()).isEqualTo(1_500);
        assertThat(records.get(1).key()).isNull();
        assertThat(records.get(1).value()).isNull();
        assertThat(records.get(2).timestampMs()).as("the time of the server").isGreaterThan(1_000_000);
        assertThat(records.get(2).value()).isEmpty();
    }

    @Test
    void recordsOfOnePartitionKeepTheOrderOfTheirFramesWhateverTheyAreMixedWith() {
        node.createTopic("ordered", 1);
        try (TestMessages messages = TestMessages.binary(client, node)) {
            for (int i = 0; i < 200; i += 2) {
                messages.sendBinary(values("b" + i, "ordered", ALL, Integer.toString(i)));
                messages.send(
                        "{'type':'produce','id':'j" + i + "','topic':'ordered','records':[{'value':" + (i + 1) + "}]}");
            }
            for (int i = 0; i < 200; i++) {
                messages.next("produced");
            }
        }
        List<Read> records = stored("ordered", 200);
        for (int i = 0; i < 200; i++) {
            assertThat(new String(records.get(i).value(), UTF_8)).isEqualTo(Integer.toString(i));
        }
    }

    @Test
    void acksAreThoseOfKafka() {
        node.createTopic("acked", 1);
        try (TestMessages messages = TestMessages.binary(client, node)) {
            messages.sendBinary(values("none", "acked", 0, "a"));
            assertThat(messages.next("produced").get("offsets")).isEmpty();
            messages.sendBinary(values("leader", "acked", 1, "b"));
            assertThat(messages.next("produced").get("offsets")).hasSize(1);
            messages.sendBinary(values("seven", "acked", 7, "c"));
            JsonNode error = messages.next("error");
            assertThat(error.get("id").asText()).isEqualTo("seven");
            assertThat(error.get("message").asText()).startsWith("acks: ");
        }
    }

    @Test
    void whatIsWrongWithAFrameIsAnErrorWithItsIdAndTheConnectionStays() {
        node.createTopic("here", 1);
        try (TestMessages messages = TestMessages.binary(client, node)) {
            messages.sendBinary(values("x", "not here", ALL, "a"));
            assertThat(messages.next("error").get("id").asText()).isEqualTo("x");
            messages.sendBinary(frame("y", "here", ALL, -1, 1_000_000).toBytes());
            JsonNode error = messages.next("error");
            assertThat(error.get("id").asText()).isEqualTo("y");
            assertThat(error.get("error").asText()).isEqualTo("INVALID_REQUEST");
            assertThat(error.get("message").asText()).startsWith("records: there cannot be 1000000");
            messages.sendBinary(values("z", "here", ALL, "a"));
            assertThat(messages.next("produced").get("id").asText()).isEqualTo("z");
        }
    }

    @Test
    void aFrameThatCannotBeReadAsFarAsItsIdEndsTheConnectionAsBrokenJsonDoes() {
        try (TestMessages messages = TestMessages.binary(client, node)) {
            messages.sendBinary(new byte[] {3, 0, (byte) 0x80});
            JsonNode error = messages.next("error");
            assertThat(error.has("id")).isFalse();
            assertThat(error.get("message").asText()).contains("sid: is missing");
            assertThat(messages.closeCode()).isEqualTo(4400);
        }
    }

    @Test
    void theOtherSubprotocolTakesNoFrames() {
        node.createTopic("text", 1);
        try (TestMessages messages = TestMessages.json(client, node)) {
            messages.sendBinary(values("x", "text", ALL, "a"));
            assertThat(messages.next("error").get("message").asText()).contains("millrace.v1.bin");
            assertThat(messages.closeCode()).isEqualTo(4400);
        }
    }
}
