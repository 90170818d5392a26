package io.millrace.server.kafka;

import static io.millrace.server.kafka.RawRequests.batch;
import static io.millrace.server.kafka.RawRequests.produce;
import static io.millrace.server.kafka.RawRequests.row;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.millrace.cluster.metadata.TopicMetadata;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.requests.ApiVersionsResponse;
import org.apache.kafka.common.requests.FetchRequest;
import org.apache.kafka.common.requests.FetchResponse;
import org.apache.kafka.common.requests.ProduceResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

/** What does not come from a Kafka client, or from a broken one. After each, a healthy client is served as before. */
class HostileInputIT {

    @TempDir
    static Path directory;

    private static KafkaTestNode node;

    private final ListAppender<ILoggingEvent> log = new ListAppender<>();

    @BeforeAll
    static void startNode() {
        node = KafkaTestNode.start(directory, cluster -> cluster, TestConfigs::onOneEventLoop);
        node.createTopic("target", 1);
    }

    @AfterAll
    static void stopNode() {
        node.close();
    }

    @BeforeEach
    void listenToTheLog() {
        log.list = new CopyOnWriteArrayList<>();
        log.start();
        logger().addAppender(log);
    }

    @AfterEach
    void aHealthyClientIsServed() {
        logger().detachAppender(log);
        try (RawKafkaClient healthy = node.connect()) {
            ProduceResponse response = healthy.call(produce("target", -1, batch("fine")), ProduceResponse.class);
            assertThat(row(response).errorCode()).isEqualTo(Errors.NONE.code());
        }
        await().until(() -> node.listener().openConnections() == 0);
    }

    static Stream<Arguments> strangers() {
        byte[] garbage = new byte[4096];
        new Random(42).nextBytes(garbage);
        garbage[0] = 0x55;
        return Stream.of(
                Arguments.of("garbage", garbage, "no Kafka client"),
                Arguments.of("a TLS hello", new byte[] {22, 3, 1, 2, 0, 1, 0, 1, (byte) 0xfc, 3, 3}, "looks like TLS"),
                Arguments.of("HTTP", ascii("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), "looks like HTTP"),
                Arguments.of("a 2 GB prefix", new byte[] {0x7f, -1, -1, -1}, "2147483647"),
                Arguments.of("a negative length", new byte[] {-1, -1, -1, -1}, "-1"),
                Arguments.of("a length of zero", new byte[4], "no Kafka client"),
                Arguments.of("an unknown api key", header(999, 0), "999"),
                Arguments.of("a negative api key", header(-5, 0), "-5"),
                Arguments.of("an api that is not served", header(ApiKeys.JOIN_GROUP.id, 5), "JOIN_GROUP"),
                Arguments.of("a version that is too new", header(ApiKeys.FETCH.id, 99), "versions 4 to 18"),
                Arguments.of("a version that is too old", header(ApiKeys.PRODUCE.id, 0), "versions 3 to 13"),
                Arguments.of("a body that is cut", header(ApiKeys.METADATA.id, 5), "cannot be read"),
                Arguments.of("a huge array", hugeArray(), "cannot be read"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("strangers")
    void whoeverIsNoKafkaClientIsDisconnectedWithOneLineThatSaysWhy(String what, byte[] bytes, String words) {
        try (RawKafkaClient stranger = node.connect()) {
            stranger.sendBytes(bytes);

            assertThat(stranger.isClosedByServer()).as(what).isTrue();
        }
        await().until(() -> !log.list.isEmpty());
        assertThat(log.list)
                .singleElement()
                .satisfies(line ->
                        assertThat(line.getFormattedMessage()).contains(words).contains("connection=127.0.0.1:"));
    }

    @Test
    void halfAFrameAndGone() {
        try (RawKafkaClient client = node.connect()) {
            client.sendBytes(new byte[] {0, 0, 1, 0, 0, 18, 0, 3});
        }
        await().until(() -> node.listener().openConnections() == 0);
        assertThat(log.list).isEmpty();
    }

    @Test
    void whenTheApiVersionsVersionIsUnknown_thenTheAnswerIsVersionZeroWithTheRange() {
        ByteBuffer body = ByteBuffer.allocate(11)
                .putShort(ApiKeys.API_VERSIONS.id)
                .putShort((short) 99)
                .putInt(5)
                .putShort((short) -1)
                .put((byte) 0)
                .flip();
        try (RawKafkaClient client = node.connect()) {
            ByteBuffer frame = client.sendBytes(RawFrames.frame(body)).receiveFrame();

            assertThat(frame.getInt()).isEqualTo(5);
            assertThat(frame.getShort()).isEqualTo(Errors.UNSUPPORTED_VERSION.code());
            assertThat(frame.getInt()).isEqualTo(1);
            assertThat(frame.getShort()).isEqualTo(ApiKeys.API_VERSIONS.id);
            assertThat(frame.getShort()).isZero();
            assertThat(frame.getShort()).isEqualTo((short) 4);
            assertThat(frame.hasRemaining()).isFalse();
            client.call(RawKafkaClient.apiVersions(), ApiVersionsResponse.class);
        }
    }

    @Test
    void produceIsAdvertisedFromZeroSoThatOldLibrdkafkaCompresses() {
        try (RawKafkaClient client = node.connect()) {
            ApiVersionsResponse response = client.call(RawKafkaClient.apiVersions(), ApiVersionsResponse.class);

            assertThat(response.apiVersion(ApiKeys.PRODUCE.id).minVersion()).isZero();
            assertThat(response.apiVersion(ApiKeys.PRODUCE.id).maxVersion()).isEqualTo((short) 13);
        }
    }

    @Test
    void finalizedFeaturesAreToldWithTheirEpoch() {
        try (RawKafkaClient client = node.connect()) {
            ApiVersionsResponse response = client.call(RawKafkaClient.apiVersions(), ApiVersionsResponse.class);

            assertThat(response.data().finalizedFeatures())
                    .extracting(feature -> feature.name() + " " + feature.maxVersionLevel())
                    .contains("transaction.version 2");
            assertThat(response.data().finalizedFeaturesEpoch()).isNotNegative();
        }
    }

    static Stream<Arguments> badBatches() {
        SimpleRecord record = new SimpleRecord(1, "k".getBytes(), "v".getBytes());
        ByteBuffer wrongCrc = bytesOf(batch("x"));
        wrongCrc.put(wrongCrc.limit() - 1, (byte) ~wrongCrc.get(wrongCrc.limit() - 1));
        ByteBuffer tooLong = bytesOf(batch("x")).putInt(8, 1_000_000);
        ByteBuffer noBatch =
                ByteBuffer.wrap(ascii("these bytes are by no means a record batch, are they? I do not think so."));
        ByteBuffer wrongCount = bytesOf(batch("x")).putInt(57, 100);
        ByteBuffer control = bytesOf(batch("x"));
        control.putShort(21, (short) (control.getShort(21) | 0x20));
        ByteBuffer two = ByteBuffer.allocate(2 * batch("x").sizeInBytes())
                .put(batch("x").buffer())
                .put(batch("x").buffer())
                .flip();
        return Stream.of(
                Arguments.of("a wrong checksum", wrongCrc, Errors.CORRUPT_MESSAGE),
                Arguments.of("a wrong length", tooLong, Errors.CORRUPT_MESSAGE),
                Arguments.of("no batch at all", noBatch, Errors.CORRUPT_MESSAGE),
                Arguments.of("a wrong record count", wrongCount, Errors.CORRUPT_MESSAGE),
                Arguments.of("a control batch", control, Errors.INVALID_RECORD),
                Arguments.of("two batches", two, Errors.INVALID_RECORD),
                Arguments.of("nothing", ByteBuffer.allocate(0), Errors.INVALID_RECORD),
                Arguments.of(
                        "format v1", old(RecordBatch.MAGIC_VALUE_V1, record), Errors.UNSUPPORTED_FOR_MESSAGE_FORMAT),
                Arguments.of(
                        "format v0", old(RecordBatch.MAGIC_VALUE_V0, record), Errors.UNSUPPORTED_FOR_MESSAGE_FORMAT));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("badBatches")
    void aBadBatchIsAnErrorOfItsPartitionAndTheConnectionStays(String what, ByteBuffer batch, Errors error) {
        try (RawKafkaClient client = node.connect()) {
            ProduceResponse response =
                    client.call(produce("target", -1, MemoryRecords.readableRecords(batch)), ProduceResponse.class);

            assertThat(Errors.forCode(row(response).errorCode())).as(what).isEqualTo(error);
            assertThat(row(response).errorMessage()).isNotBlank();
            client.call(RawKafkaClient.apiVersions(), ApiVersionsResponse.class);
        }
    }

    /**
     * KIP-110. A client that reads it with an older Fetch gets the batch as it lies: only {@code compression.type=zstd} of a topic would make
     * that an error, and no topic here has it.
     */
    @Test
    void zstdIsRefusedBelowProduceVersion7AndFetchedByAnyVersionAsItLies() {
        MemoryRecords zstd =
                MemoryRecords.withRecords(Compression.zstd().build(), new SimpleRecord(1, null, "packed".getBytes()));
        TopicMetadata topic = node.createTopic("packed", 1);
        try (RawKafkaClient client = node.connect()) {
            for (short version = 3; version < 7; version++) {
                PartitionProduceResponse refused =
                        row(client.call(produce("packed", -1, zstd, version), ProduceResponse.class));
                assertThat(Errors.forCode(refused.errorCode())).isEqualTo(Errors.UNSUPPORTED_COMPRESSION_TYPE);
            }
            PartitionProduceResponse taken =
                    row(client.call(produce("packed", -1, zstd, (short) 7), ProduceResponse.class));
            assertThat(Errors.forCode(taken.errorCode())).isEqualTo(Errors.NONE);
            assertThat(taken.baseOffset()).isZero();
            for (short version = 4; version <= 12; version++) {
                FetchResponse response = client.call(
                        new FetchRequest(
                                new FetchRequestData()
                                        .setMaxBytes(1 << 20)
                                        .setTopics(List.of(new FetchTopic()
                                                .setTopic(topic.name())
                                                .setPartitions(List.of(new FetchPartition()
                                                        .setPartition(0)
                                                        .setPartitionMaxBytes(1 << 20))))),
                                version),
                        FetchResponse.class);
                assertThat(((MemoryRecords) RawRequests.row(response).records()).batches())
                        .singleElement()
                        .satisfies(batch -> assertThat(batch.compressionType()).isEqualTo(CompressionType.ZSTD));
            }
        }
    }

    @Test
    void aBadBatchWithoutAnswerClosesTheConnection() {
        try (RawKafkaClient client = node.connect()) {
            client.sendBytes(new RawFrames().frame(produce("no-such-topic", 0, batch("x"))));

            assertThat(client.isClosedByServer()).isTrue();
        }
        await().until(() -> !log.list.isEmpty());
        assertThat(log.list.get(0).getFormattedMessage()).contains("acks=0").contains("UNKNOWN_TOPIC_OR_PARTITION");
    }

    @Test
    void aBatchThatIsSentAgainKeepsItsFirstOffsetAndAGapIsRefused() {
        node.createTopic("idempotent", 1);
        try (RawKafkaClient client = node.connect()) {
            long producerId = RawRequests.producerId(client);
            client.call(produce("idempotent", -1, batch("before")), ProduceResponse.class);

            PartitionProduceResponse first =
                    row(client.call(produce("idempotent", -1, sequenced(producerId, 0)), ProduceResponse.class));
            client.call(produce("idempotent", -1, batch("between")), ProduceResponse.class);
            PartitionProduceResponse again =
                    row(client.call(produce("idempotent", -1, sequenced(producerId, 0)), ProduceResponse.class));
            PartitionProduceResponse gap =
                    row(client.call(produce("idempotent", -1, sequenced(producerId, 9)), ProduceResponse.class));

            assertThat(first.baseOffset()).isEqualTo(1);
            assertThat(again.baseOffset()).isEqualTo(1);
            assertThat(again.errorCode()).isEqualTo(Errors.NONE.code());
            assertThat(Errors.forCode(gap.errorCode())).isEqualTo(Errors.OUT_OF_ORDER_SEQUENCE_NUMBER);
        }
    }

    @Test
    void twoProducersNeverGetTheSameId() {
        try (RawKafkaClient one = node.connect();
                RawKafkaClient two = node.connect()) {
            assertThat(List.of(RawRequests.producerId(one), RawRequests.producerId(two), RawRequests.producerId(one)))
                    .doesNotHaveDuplicates();
        }
    }

    private static MemoryRecords sequenced(long producerId, int sequence) {
        return MemoryRecords.withIdempotentRecords(
                Compression.NONE, producerId, (short) 0, sequence, new SimpleRecord(1, null, "v".getBytes()));
    }

    private static ByteBuffer old(byte magic, SimpleRecord record) {
        return MemoryRecords.withRecords(magic, 0, Compression.NONE, TimestampType.CREATE_TIME, record)
                .buffer();
    }

    private static ByteBuffer bytesOf(MemoryRecords records) {
        return ByteBuffer.allocate(records.sizeInBytes()).put(records.buffer()).flip();
    }

    /** A request with a header, of the format with tagged fields too, and nothing behind it. */
    private static byte[] header(int apiKey, int version) {
        return RawFrames.frame(ByteBuffer.allocate(11)
                .putShort((short) apiKey)
                .putShort((short) version)
                .putInt(1)
                .putShort((short) -1)
                .put((byte) 0)
                .flip());
    }

    /** Metadata for two billion topics. */
    private static byte[] hugeArray() {
        return RawFrames.frame(ByteBuffer.allocate(14)
                .putShort(ApiKeys.METADATA.id)
                .putShort((short) 5)
                .putInt(1)
                .putShort((short) -1)
                .putInt(Integer.MAX_VALUE)
                .flip());
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static Logger logger() {
        return (Logger) LoggerFactory.getLogger(KafkaConnection.class);
    }
}
