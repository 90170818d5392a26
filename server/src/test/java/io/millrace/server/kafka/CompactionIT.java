package io.millrace.server.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.millrace.cluster.ClusterConfig;
import io.millrace.storage.CleanerConfig;
import io.millrace.storage.StorageConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Stock clients on a compacted topic. */
class CompactionIT {

    private static final int RECORDS = 600;
    private static final int KEYS = 20;
    private static final Map<String, String> COMPACTED =
            Map.of("cleanup.policy", "compact", "segment.bytes", "2048", "min.cleanable.dirty.ratio", "0.01");

    @TempDir
    Path directory;

    private KafkaTestNode node;

    @BeforeEach
    void start() {
        node = KafkaTestNode.start(
                directory, cluster -> ClusterConfig.defaults(compacting(cluster.storage())), listener -> listener);
    }

    @AfterEach
    void stop() {
        node.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "lz4"})
    void whoReadsFromTheStartGetsTheNewestValueOfEachKeyAndLittleElse(String codec) throws Exception {
        node.createTopic("state", 1, COMPACTED);
        Map<String, String> model = new TreeMap<>();
        try (KafkaProducer<String, String> producer = node.producer(Map.of("compression.type", codec))) {
            for (int i = 0; i < RECORDS; i++) {
                String key = "k" + i % KEYS;
                String value = i >= RECORDS - KEYS && i % 4 == 0 ? null : "value " + i;
                producer.send(new ProducerRecord<>("state", key, value));
                if (i % 7 == 0) {
                    producer.flush();
                }
                if (value == null) {
                    model.remove(key);
                } else {
                    model.put(key, value);
                }
            }
            producer.flush();
            await().atMost(Duration.ofMinutes(1)).untilAsserted(() -> {
                // The active segment is not compacted: something has to push the newest records out of it.
                producer.send(new ProducerRecord<>("state", "filler", "x".repeat(1500)))
                        .get();
                List<ConsumerRecord<String, String>> records = readAll("state");
                // A slow disk has as many fillers at the end as came while it compacted.
                assertThat(records)
                        .filteredOn(each -> !each.key().equals("filler"))
                        .hasSizeLessThan(KEYS + 10);
                assertThat(view(records)).isEqualTo(model);
            });
        }
        List<ConsumerRecord<String, String>> records = readAll("state");
        assertThat(records.get(0).offset()).as("offsets stay").isGreaterThanOrEqualTo(RECORDS - KEYS);
        assertThat(records).extracting(ConsumerRecord::offset).isSorted();
    }

    @Test
    void aCompressedRecordWithoutAKeyIsRefusedOnceTheTopicIsCompacted() throws Exception {
        node.createTopic("keyless", 1, Map.of());
        try (KafkaProducer<String, String> producer = node.producer(Map.of("compression.type", "zstd"))) {
            producer.send(new ProducerRecord<>("keyless", null, "accepted")).get();
            KafkaTestNode.await(
                    node.node().controller().alterTopicConfig("keyless", Map.of("cleanup.policy", "compact"), false));
            Future<RecordMetadata> refused = producer.send(new ProducerRecord<>("keyless", null, "refused"));
            assertThatThrownBy(refused::get).hasCauseInstanceOf(InvalidRecordException.class);
            assertThat(producer.send(new ProducerRecord<>("keyless", "k", "v"))
                            .get()
                            .offset())
                    .isEqualTo(1);
        }
    }

    /** Looks for what can be compacted several times a second. */
    static StorageConfig compacting(StorageConfig storage) {
        return new StorageConfig(
                storage.directory(),
                storage.shards(),
                storage.journalBytes(),
                storage.shardQueueMax(),
                storage.shardQueueBytesMax(),
                0,
                storage.reserveBytes(),
                100,
                storage.producerExpirationMs(),
                storage.scrub(),
                new CleanerConfig(1 << 20, 0, 100));
    }

    private List<ConsumerRecord<String, String>> readAll(String topic) {
        TopicPartition partition = new TopicPartition(topic, 0);
        List<ConsumerRecord<String, String>> records = new ArrayList<>();
        try (KafkaConsumer<String, String> consumer = node.consumer(Map.of())) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).get(partition);
            while (consumer.position(partition) < end) {
                consumer.poll(Duration.ofMillis(200)).forEach(records::add);
            }
        }
        return records;
    }

    private static Map<String, String> view(List<ConsumerRecord<String, String>> records) {
        Map<String, String> view = new TreeMap<>();
        for (ConsumerRecord<String, String> record : records) {
            if (record.value() == null) {
                view.remove(record.key());
            } else {
                view.put(record.key(), record.value());
            }
        }
        view.remove("filler");
        return view;
    }
}
