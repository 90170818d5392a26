package io.millrace.websocket;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.cluster.record.NewRecord;
import io.millrace.cluster.record.RecordHeader;
import java.net.http.HttpClient;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** {@code millrace.v1.bin}, read by a decoder that was written from the protocol's page alone. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BinaryIT {

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

    private record Read(long offset, long timestampMs, byte[] key, byte[] value, List<String> headers) {}

    private static final class Message {
        final int sid;
        final long alias;
        final long partition;
        final long next;
        final List<Read> records = new ArrayList<>();

        Message(ByteBuffer in) {
            assertThat(in.get()).as("type").isEqualTo((byte) 1);
            assertThat(in.get()).as("flags").isZero();
            sid = (int) varlong(in);
            alias = varlong(in);
            partition = varlong(in);
            next = varlong(in);
            long baseOffset = varlong(in);
            long baseTimestamp = varlong(in);
            long count = varlong(in);
            for (int i = 0; i < count; i++) {
                long offset = baseOffset + varlong(in);
                long timestamp = baseTimestamp + varlong(in);
                byte[] key = bytes(in);
                byte[] value = bytes(in);
                List<String> headers = new ArrayList<>();
                for (long left = varlong(in); left > 0; left--) {
                    headers.add(new String(bytes(in), UTF_8) + "=" + new String(bytes(in), UTF_8));
                }
                records.add(new Read(offset, timestamp, key, value, headers));
            }
            assertThat(in.hasRemaining()).isFalse();
        }

        private static byte[] bytes(ByteBuffer in) {
            long length = varlong(in);
            if (length < 0) {
                return null;
            }
            byte[] bytes = new byte[(int) length];
            in.get(bytes);
            return bytes;
        }

        private static long varlong(ByteBuffer in) {
            long value = 0;
            for (int shift = 0; ; shift += 7) {
                byte b = in.get();
                value |= (long) (b & 0x7f) << shift;
                if (b >= 0) {
                    return value >>> 1 ^ -(value & 1);
                }
            }
        }
    }

    private static Message records(TestMessages messages) {
        while (true) {
            if (messages.nextOfAnyKind() instanceof ByteBuffer bytes) {
                return new Message(bytes);
            }
        }
    }

    @Test
    void recordsComeWithTheBytesThatWereWritten() {
        node.createTopic("raw", 1);
        byte[] odd = {0, (byte) 0xff, 7};
        node.append(
                "raw",
                0,
                List.of(
                        GatewayNode.record(
                                1_000, "k".getBytes(UTF_8), odd, new RecordHeader("fw", "1.9".getBytes(UTF_8))),
                        GatewayNode.record(900, null, null),
                        GatewayNode.record(2_000, odd, new byte[0])));
        try (TestMessages messages = TestMessages.open(client, node, "/stream", "millrace.v1.bin")) {
            assertThat(messages.next("welcome").get("protocol").asText()).isEqualTo("millrace.v1.bin");
            JsonNode subscribed = messages.subscribe(300, "'topics':['raw'],'from':'earliest'");
            Message message = records(messages);
            assertThat(message.sid).isEqualTo(300);
            assertThat(message.alias)
                    .isEqualTo(subscribed.at("/partitions/0/alias").asLong())
                    .isPositive();
            assertThat(message.partition).isZero();
            assertThat(message.next).isEqualTo(3);
            assertThat(message.records).extracting(Read::offset).containsExactly(0L, 1L, 2L);
            assertThat(message.records).extracting(Read::timestampMs).containsExactly(1_000L, 900L, 2_000L);
            assertThat(message.records.get(0).value()).isEqualTo(odd);
            assertThat(message.records.get(0).headers()).containsExactly("fw=1.9");
            assertThat(message.records.get(1).key()).isNull();
            assertThat(message.records.get(1).value()).isNull();
            assertThat(message.records.get(2).key()).isEqualTo(odd);
            assertThat(message.records.get(2).value()).isEmpty();
        }
    }

    @Test
    void creditsCutWithinAFrameAndWhatFollowsIsExact() {
        node.createTopic("many", 1);
        List<NewRecord> records = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            records.add(GatewayNode.record(null, "{\"n\":" + i + ",\"pad\":\"" + "x".repeat(50) + "\"}"));
        }
        node.append("many", 0, records);
        try (TestMessages messages = TestMessages.open(client, node, "/stream", "millrace.v1.bin")) {
            messages.next("welcome");
            messages.subscribe(1, "'topics':['many'],'from':'earliest','fields':['n'],'credit':1");
            long expected = 0;
            for (int credit = 1; expected < 1_000; credit = credit * 2 + 1) {
                long upTo = Math.min(1_000, expected + credit);
                while (expected < upTo) {
                    Message message = records(messages);
                    for (Read read : message.records) {
                        assertThat(read.offset()).isEqualTo(expected);
                        assertThat(new String(read.value(), UTF_8)).isEqualTo("{\"n\":" + expected + "}");
                        expected++;
                    }
                }
                assertThat(expected).isEqualTo(upTo);
                messages.send("{'type':'credit','sid':1,'records':" + (credit * 2 + 1) + "}");
            }
        }
    }
}
