package io.millrace.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.cluster.partition.Acks;
import io.millrace.cluster.partition.AppendCommand;
import io.millrace.cluster.partition.Isolation;
import io.millrace.storage.ReadResult;
import java.net.http.HttpClient;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code format=batch}: whole batches, read by Kafka's own classes. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BatchFormatIT {

    private static final String BATCHES = "'format':'batch'";

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

    private void append(String topic, Compression compression, int from, int count) {
        SimpleRecord[] records = new SimpleRecord[count];
        for (int i = 0; i < count; i++) {
            records[i] = new SimpleRecord(
                    1_000 + from + i, Integer.toString(from + i).repeat(20).getBytes(StandardCharsets.UTF_8));
        }
        ByteBuffer batch = MemoryRecords.withRecords(0L, compression, records).buffer();
        GatewayNode.await(
                node.partitions().append(new AppendCommand(node.partition(topic, 0), batch, Acks.LEADER, 10_000)));
    }

    private static List<Record> recordsOf(BinaryMessage message) {
        assertThat(message.type).isEqualTo(2);
        List<Record> records = new ArrayList<>();
        for (MutableRecordBatch batch :
                MemoryRecords.readableRecords(message.batches.duplicate()).batches()) {
            batch.ensureValid();
            batch.forEach(records::add);
        }
        return records;
    }

    private static String text(Record record) {
        return StandardCharsets.UTF_8.decode(record.value().duplicate()).toString();
    }

    private byte[] stored(String topic) throws Exception {
        try (ReadResult read = GatewayNode.await(
                node.partitions().read(node.partition(topic, 0), 0, 1 << 20, Isolation.READ_UNCOMMITTED))) {
            return bytes(read.toBuffer());
        }
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }

    @Test
    void batchesComeByteForByteAsTheyAreStoredCompressedOrNot() throws Exception {
        node.createTopic("stored", 1);
        append("stored", Compression.NONE, 0, 3);
        append("stored", Compression.gzip().build(), 3, 50);
        append("stored", Compression.lz4().build(), 53, 50);
        append("stored", Compression.zstd().build(), 103, 50);
        try (TestMessages messages = TestMessages.binary(client, node)) {
            JsonNode subscribed = messages.subscribe(7, "'topics':['stored'],'from':'earliest'," + BATCHES);
            ByteBuffer all = ByteBuffer.allocate(1 << 20);
            List<Record> records = new ArrayList<>();
            BinaryMessage message;
            do {
                message = BinaryMessage.next(messages);
                assertThat(message.sid).isEqualTo(7);
                assertThat(message.flags).isZero();
                assertThat(message.alias)
                        .isEqualTo(subscribed.at("/partitions/0/alias").asLong())
                        .isPositive();
                all.put(message.batches.duplicate());
                records.addAll(recordsOf(message));
            } while (message.next < 153);
            assertThat(bytes(all.flip())).isEqualTo(stored("stored"));
            assertThat(records).hasSize(153);
            for (int i = 0; i < 153; i++) {
                assertThat(records.get(i).offset()).isEqualTo(i);
                assertThat(records.get(i).timestamp()).isEqualTo(1_000 + i);
                assertThat(text(records.get(i))).isEqualTo(Integer.toString(i).repeat(20));
            }
            append("stored", Compression.gzip().build(), 153, 5);
            message = BinaryMessage.next(messages);
            assertThat(message.next).isEqualTo(158);
            assertThat(recordsOf(message)).extracting(Record::offset).containsExactly(153L, 154L, 155L, 156L, 157L);
        }
    }

    @Test
    void whoStartsInsideABatchIsSentTheWholeBatch() {
        node.createTopic("inside", 1);
        append("inside", Compression.NONE, 0, 5);
        append("inside", Compression.NONE, 5, 5);
        try (TestMessages messages = TestMessages.binary(client, node)) {
            messages.subscribe(1, "'topics':['inside'],'from':'7'," + BATCHES);
            BinaryMessage message = BinaryMessage.next(messages);
            assertThat(recordsOf(message)).extracting(Record::offset).containsExactly(5L, 6L, 7L, 8L, 9L);
            assertThat(message.next).isEqualTo(10);
            messages.send("{'type':'seek','sid':1,'id':'k','from':'1'}");
            messages.skipTo("sought");
            message = BinaryMessage.next(messages);
            assertThat(recordsOf(message).get(0).offset()).isZero();
        }
    }

    @Test
    void whatIsMissingBeforeTheFirstBatchIsAGapAndAFlag() {
        node.createTopic("gone", 1);
        append("gone", Compression.NONE, 0, 5);
        append("gone", Compression.NONE, 5, 5);
        GatewayNode.await(node.partitions().deleteRecords(node.partition("gone", 0), 6));
        try (TestMessages messages = TestMessages.binary(client, node)) {
            messages.subscribe(1, "'topics':['gone'],'from':'0'," + BATCHES);
            assertThat(messages.next("gap").get("to").asLong()).isEqualTo(6);
            BinaryMessage message = BinaryMessage.next(messages);
            assertThat(message.flags).isEqualTo(BinaryMessage.AFTER_GAP);
            assertThat(recordsOf(message).get(0).offset()).as("the whole batch").isEqualTo(5);
            append("gone", Compression.NONE, 10, 1);
            assertThat(BinaryMessage.next(messages).flags).isZero();
        }
    }

    @Test
    void aBatchIsSentWhileThereIsAnyCreditAndUsesAsManyAsItHasRecords() {
        node.createTopic("credited", 1);
        for (int i = 0; i < 3; i++) {
            append("credited", Compression.NONE, 10 * i, 10);
        }
        try (TestMessages messages = TestMessages.binary(client, node)) {
            messages.subscribe(1, "'topics':['credited'],'from':'earliest','credit':1," + BATCHES);
            assertThat(BinaryMessage.next(messages).next).isEqualTo(10);
            messages.send("{'type':'credit','sid':1,'records':9}");
            messages.send("{'type':'ping','id':'still nothing'}");
            messages.next("pong");
            messages.send("{'type':'credit','sid':1,'records':11}");
            BinaryMessage both = BinaryMessage.next(messages);
            assertThat(both.next).as("the second and, with one left, the third").isEqualTo(30);
            assertThat(recordsOf(both)).hasSize(20);
        }
    }

    @Test
    void aLimitEndsBehindTheBatchThatReachesIt() {
        node.createTopic("limited", 1);
        for (int i = 0; i < 3; i++) {
            append("limited", Compression.NONE, 10 * i, 10);
        }
        try (TestMessages messages = TestMessages.binary(client, node)) {
            messages.subscribe(1, "'topics':['limited'],'from':'earliest','limit':15," + BATCHES);
            assertThat(BinaryMessage.next(messages).next).isEqualTo(20);
            messages.skipTo("unsubscribed");
        }
    }

    @Test
    void followersOfDifferentNumbersShareOneCopyOfABatch(@TempDir Path directory) {
        try (GatewayNode own = GatewayNode.start(directory)) {
            own.createTopic("shared", 1);
            List<TestMessages> followers = new ArrayList<>();
            for (int sid = 0; sid < 20; sid++) {
                TestMessages messages = TestMessages.open(client, own, "/stream", "millrace.v1.bin");
                messages.next("welcome");
                messages.subscribe(sid, "'topics':['shared'],'from':'latest'," + BATCHES);
                messages.next("caught_up");
                followers.add(messages);
            }
            own.append("shared", "a", "b");
            followers.forEach(messages ->
                    assertThat(recordsOf(BinaryMessage.next(messages))).hasSize(2));
            await().untilAsserted(() -> assertThat(own.metrics().shared).hasValue(20));
            assertThat(own.metrics().encoded).hasValue(1);
            await().untilAsserted(() -> assertThat(own.metrics().records).hasValue(40));
            followers.forEach(TestMessages::close);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'key':'a'",
                "'key_prefix':'a'",
                "'header.fw':'1'",
                "'where':'true'",
                "'fields':'a'",
                "'conflate':'1s'",
                "'view':'table'",
                "'envelope':'value'"
            })
    void whatWouldLookIntoBatchesIsRefused(String parameter) {
        node.createTopic("refused" + Math.abs(parameter.hashCode()), 1);
        try (TestMessages messages = TestMessages.binary(client, node)) {
            messages.send("{'type':'subscribe','sid':1,'id':'x','topics':['refused" + Math.abs(parameter.hashCode())
                    + "']," + parameter + "," + BATCHES + "}");
            JsonNode error = messages.next("error");
            assertThat(error.get("error").asText()).isEqualTo("INVALID_REQUEST");
            assertThat(error.get("message").asText()).matches("(format|envelope): .*");
        }
    }

    @Test
    void theOtherSubprotocolHasNoBatches() {
        node.createTopic("json", 1);
        try (TestMessages messages = TestMessages.json(client, node)) {
            messages.send("{'type':'subscribe','sid':1,'id':'x','topics':['json']," + BATCHES + "}");
            assertThat(messages.next("error").get("message").asText()).contains("millrace.v1.bin");
        }
    }
}
