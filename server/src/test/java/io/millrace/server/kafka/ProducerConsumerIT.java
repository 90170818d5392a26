package io.millrace.server.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The official Java producer and consumer against a real node. */
class ProducerConsumerIT {

    private static final Duration POLL = Duration.ofMillis(200);
    private static final long DEADLINE_NANOS = Duration.ofSeconds(20).toNanos();

    @TempDir
    static Path directory;

    private static KafkaTestNode node;

    @BeforeAll
    static void startNode() {
        node = KafkaTestNode.start(directory);
    }

    @AfterAll
    static void stopNode() {
        node.close();
    }

    @Test
    void theStockProducerIsIdempotentAndItsRecordsComeBackWithKeysHeadersAndTimes() throws Exception {
        node.createTopic("stock", 1);
        try (KafkaProducer<String, String> producer = node.producer(Map.of())) {
            ProducerRecord<String, String> record = new ProducerRecord<>("stock", 0, 1234L, "key", "value");
            record.headers().add(new RecordHeader("h", new byte[] {1, 2}));
            RecordMetadata sent = producer.send(record).get();

            assertThat(sent.offset()).isZero();
            assertThat(sent.timestamp()).isEqualTo(1234L);
        }

        ConsumerRecord<String, String> read = read("stock", 0, 0, 1).get(0);
        assertThat(read.key()).isEqualTo("key");
        assertThat(read.value()).isEqualTo("value");
        assertThat(read.timestamp()).isEqualTo(1234L);
        assertThat(read.headers().lastHeader("h").value()).containsExactly(1, 2);
        assertThat(read.leaderEpoch()).hasValue(0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "gzip", "snappy", "lz4", "zstd"})
    void recordsOfEveryCodecComeBack(String codec) throws Exception {
        String topic = "codec-" + codec;
        List<String> values =
                IntStream.range(0, 500).mapToObj(i -> codec + "-" + i).toList();
        sendAll(topic, values, Map.of("compression.type", codec, "linger.ms", 20));

        assertThat(read(topic, 0, 0, 500)).extracting(ConsumerRecord::value).containsExactlyElementsOf(values);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "1", "all"})
    void recordsOfEveryAcksComeBack(String acks) throws Exception {
        String topic = "acks-" + acks;
        List<String> values =
                IntStream.range(0, 200).mapToObj(Integer::toString).toList();
        sendAll(topic, values, Map.of("acks", acks, "enable.idempotence", acks.equals("all")));

        assertThat(read(topic, 0, 0, 200)).extracting(ConsumerRecord::value).containsExactlyElementsOf(values);
    }

    @Test
    void manySmallBatchesInFlightKeepTheirOrder() throws Exception {
        List<String> values =
                IntStream.range(0, 2_000).mapToObj(Integer::toString).toList();
        sendAll("in-flight", values, Map.of("batch.size", 200, "max.in.flight.requests.per.connection", 5));

        List<ConsumerRecord<String, String>> records = read("in-flight", 0, 0, 2_000);
        assertThat(records).extracting(ConsumerRecord::value).containsExactlyElementsOf(values);
        assertThat(records.get(1_999).offset()).isEqualTo(1_999);
    }

    @Test
    void aConsumerFindsItsPlaceByOffsetAndByTime() throws Exception {
        node.createTopic("places", 1);
        TopicPartition partition = new TopicPartition("places", 0);
        try (KafkaProducer<String, String> producer = node.producer(Map.of())) {
            for (int i = 0; i < 10; i++) {
                producer.send(new ProducerRecord<>("places", 0, 1000L + i * 100, null, "v" + i))
                        .get();
            }
        }

        try (KafkaConsumer<String, String> consumer = node.consumer(Map.of())) {
            assertThat(consumer.beginningOffsets(List.of(partition))).containsEntry(partition, 0L);
            assertThat(consumer.endOffsets(List.of(partition))).containsEntry(partition, 10L);
            OffsetAndTimestamp exact =
                    consumer.offsetsForTimes(Map.of(partition, 1500L)).get(partition);
            OffsetAndTimestamp between =
                    consumer.offsetsForTimes(Map.of(partition, 1501L)).get(partition);
            assertThat(exact.offset()).isEqualTo(5);
            assertThat(between.offset()).isEqualTo(6);
            assertThat(between.timestamp()).isEqualTo(1600);
            assertThat(consumer.offsetsForTimes(Map.of(partition, 9999L)).get(partition))
                    .isNull();
        }
        assertThat(read("places", 0, 7, 3)).extracting(ConsumerRecord::value).containsExactly("v7", "v8", "v9");
    }

    @Test
    void whenTheOffsetIsOutOfRange_thenTheConsumerIsReset() throws Exception {
        sendAll("reset", List.of("only"), Map.of());

        assertThat(read("reset", 0, 1_000_000, 1))
                .extracting(ConsumerRecord::value)
                .containsExactly("only");
    }

    @Test
    void readCommittedConsumersSeeRecordsWithoutTransactions() throws Exception {
        sendAll("committed", List.of("a", "b"), Map.of());

        try (KafkaConsumer<String, String> consumer = node.consumer(Map.of("isolation.level", "read_committed"))) {
            assertThat(read(consumer, List.of(new TopicPartition("committed", 0)), 2))
                    .hasSize(2);
        }
    }

    @Test
    void fiftyPartitionsAreReadInOneFetch() throws Exception {
        node.createTopic("wide", 50);
        try (KafkaProducer<String, String> producer = node.producer(Map.of())) {
            List<Future<RecordMetadata>> sends = new ArrayList<>();
            for (int partition = 0; partition < 50; partition++) {
                sends.add(producer.send(new ProducerRecord<>("wide", partition, null, "p" + partition)));
            }
            for (Future<RecordMetadata> send : sends) {
                assertThat(send.get().offset()).isZero();
            }
        }
        List<TopicPartition> all = IntStream.range(0, 50)
                .mapToObj(partition -> new TopicPartition("wide", partition))
                .toList();

        try (KafkaConsumer<String, String> consumer = node.consumer(Map.of())) {
            assertThat(read(consumer, all, 50))
                    .extracting(ConsumerRecord::partition)
                    .doesNotHaveDuplicates();
        }
    }

    @Test
    void anUnknownTopicIsCreatedByItsFirstRecord() throws Exception {
        sendAll("created-by-use", List.of("hello"), Map.of());

        assertThat(node.node().controller().image().topic("created-by-use")).isPresent();
        assertThat(read("created-by-use", 0, 0, 1))
                .extracting(ConsumerRecord::value)
                .containsExactly("hello");
    }

    @Test
    void whenAutoCreateIsOff_thenAnUnknownTopicIsAnError(@TempDir Path other) {
        try (KafkaTestNode strict = KafkaTestNode.start(other, TestConfigs::withoutAutoCreate, listener -> listener);
                KafkaProducer<String, String> producer = strict.producer(Map.of("max.block.ms", 500))) {
            assertThatThrownBy(() ->
                            producer.send(new ProducerRecord<>("nowhere", "x")).get())
                    .hasCauseInstanceOf(TimeoutException.class)
                    .hasMessageContaining("not present in metadata");
            assertThat(strict.node().controller().image().topics()).isEmpty();
        }
    }

    @Test
    void aRecordOverMaxMessageBytesIsRefusedAndTheNextOneGoesThrough() throws Exception {
        node.createTopic("small", 1, Map.of("max.message.bytes", "10000"));
        try (KafkaProducer<String, String> producer = node.producer(Map.of("max.request.size", 10 << 20))) {
            assertThatThrownBy(() -> producer.send(new ProducerRecord<>("small", "x".repeat(20_000)))
                            .get())
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(RecordTooLargeException.class);
            assertThat(producer.send(new ProducerRecord<>("small", "fits"))
                            .get()
                            .offset())
                    .isZero();
        }
    }

    private static void sendAll(String topic, List<String> values, Map<String, ?> settings) throws Exception {
        try (KafkaProducer<String, String> producer = node.producer(settings)) {
            List<Future<RecordMetadata>> sends = new ArrayList<>();
            for (String value : values) {
                sends.add(producer.send(new ProducerRecord<>(topic, 0, null, value)));
            }
            for (Future<RecordMetadata> send : sends) {
                send.get();
            }
        }
    }

    private static List<ConsumerRecord<String, String>> read(String topic, int partition, long from, int count) {
        try (KafkaConsumer<String, String> consumer = node.consumer(Map.of())) {
            TopicPartition place = new TopicPartition(topic, partition);
            consumer.assign(List.of(place));
            consumer.seek(place, from);
            return poll(consumer, count);
        }
    }

    private static List<ConsumerRecord<String, String>> read(
            KafkaConsumer<String, String> consumer, Collection<TopicPartition> partitions, int count) {
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        return poll(consumer, count);
    }

    private static List<ConsumerRecord<String, String>> poll(KafkaConsumer<String, String> consumer, int count) {
        List<ConsumerRecord<String, String>> records = new ArrayList<>();
        long deadline = System.nanoTime() + DEADLINE_NANOS;
        while (records.size() < count && System.nanoTime() < deadline) {
            consumer.poll(POLL).forEach(records::add);
        }
        assertThat(records).hasSize(count);
        return records;
    }
}
