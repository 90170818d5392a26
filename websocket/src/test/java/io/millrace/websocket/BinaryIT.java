package io.millrace.websocket;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.cluster.record.NewRecord;
import io.millrace.cluster.record.RecordHeader;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
            BinaryMessage message = BinaryMessage.next(messages);
            assertThat(message.flags).isZero();
            assertThat(message.sid).isEqualTo(300);
            assertThat(message.alias)
                    .isEqualTo(subscribed.at("/partitions/0/alias").asLong())
                    .isPositive();
            assertThat(message.partition).isZero();
            assertThat(message.next).isEqualTo(3);
            assertThat(message.records).extracting(BinaryMessage.Read::offset).containsExactly(0L, 1L, 2L);
            assertThat(message.records)
                    .extracting(BinaryMessage.Read::timestampMs)
                    .containsExactly(1_000L, 900L, 2_000L);
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
                    BinaryMessage message = BinaryMessage.next(messages);
                    for (BinaryMessage.Read read : message.records) {
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

    @Test
    void theFirstFrameAfterAGapSaysSoToThoseWhoMissedSomethingAndToNobodyElse() {
        node.createTopic("cut", 1);
        node.appendNumbers("cut", 0, 0, 10);
        GatewayNode.await(node.partitions().deleteRecords(node.partition("cut", 0), 4));
        for (int i = 0; i < 2; i++) {
            // The second pair is sent what the first had composed.
            try (TestMessages missed = TestMessages.open(client, node, "/stream", "millrace.v1.bin");
                    TestMessages whole = TestMessages.open(client, node, "/stream", "millrace.v1.bin")) {
                missed.next("welcome");
                whole.next("welcome");
                missed.subscribe(1, "'topics':['cut'],'from':'1'");
                assertThat(missed.next("gap").get("to").asLong()).isEqualTo(4);
                whole.subscribe(1, "'topics':['cut'],'from':'4'");
                BinaryMessage afterGap = BinaryMessage.next(missed);
                BinaryMessage other = BinaryMessage.next(whole);
                assertThat(afterGap.flags).isEqualTo(BinaryMessage.AFTER_GAP);
                assertThat(other.flags).isZero();
                assertThat(afterGap.records).usingRecursiveComparison().isEqualTo(other.records);
                node.append("cut", "more");
                assertThat(BinaryMessage.next(missed).flags).isZero();
                assertThat(BinaryMessage.next(whole).flags).isZero();
            }
        }
    }

    @Test
    void afterASeekNothingIsAfterAGapAnyMore() {
        node.createTopic("sought", 1);
        node.appendNumbers("sought", 0, 0, 10);
        GatewayNode.await(node.partitions().deleteRecords(node.partition("sought", 0), 4));
        try (TestMessages messages = TestMessages.open(client, node, "/stream", "millrace.v1.bin")) {
            messages.next("welcome");
            messages.subscribe(1, "'topics':['sought'],'from':'1','credit':0");
            messages.next("gap");
            messages.send("{'type':'seek','sid':1,'id':'k','from':'5'}");
            messages.next("sought");
            messages.send("{'type':'credit','sid':1,'records':100}");
            BinaryMessage message = BinaryMessage.next(messages);
            assertThat(message.flags).isZero();
            assertThat(message.records.get(0).offset()).isEqualTo(5);
        }
    }

    @Test
    void framesOfTheSnapshotOfATableSaySo() {
        node.createTopic("table", 1, Map.of("cleanup.policy", "compact"));
        node.append("table", 0, List.of(GatewayNode.record("a", "1"), GatewayNode.record("a", "2")));
        try (TestMessages messages = TestMessages.open(client, node, "/stream", "millrace.v1.bin")) {
            messages.next("welcome");
            messages.subscribe(1, "'topics':['table'],'view':'table'");
            BinaryMessage snapshot = BinaryMessage.next(messages);
            assertThat(snapshot.flags).isEqualTo(BinaryMessage.IN_SNAPSHOT);
            assertThat(snapshot.records).extracting(BinaryMessage.Read::offset).containsExactly(1L);
            messages.skipTo("caught_up");
            node.append("table", 0, List.of(GatewayNode.record("a", "3")));
            assertThat(BinaryMessage.next(messages).flags).isZero();
        }
    }
}
