package io.millrace.compat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** What a test itself sends and reads, with a client that the tests trust. */
final class TestClient {

    private final String bootstrap;

    TestClient(String bootstrap) {
        this.bootstrap = bootstrap;
    }

    void create(String topic, int partitions) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1)))
                    .all()
                    .get();
        }
    }

    KafkaProducer<String, String> producer() {
        return new KafkaProducer<>(
                Map.of("bootstrap.servers", bootstrap, "acks", "all"), new StringSerializer(), new StringSerializer());
    }

    void produce(String topic, List<String> values) {
        try (KafkaProducer<String, String> producer = producer()) {
            values.forEach(each -> producer.send(new ProducerRecord<>(topic, each)));
        }
    }

    void produceKeyed(String topic, Map<String, String> records) {
        try (KafkaProducer<String, String> producer = producer()) {
            records.forEach((key, value) -> producer.send(new ProducerRecord<>(topic, key, value)));
        }
    }

    /**
     * What is committed in a topic, read from its beginning until a condition holds.
     *
     * @throws AssertionError when it does not within that time
     */
    List<ConsumerRecord<byte[], byte[]>> committed(
            String topic, Predicate<List<ConsumerRecord<byte[], byte[]>>> isAll, Duration atMost) {
        List<ConsumerRecord<byte[], byte[]>> all = new ArrayList<>();
        Map<String, Object> settings =
                Map.of("bootstrap.servers", bootstrap, "isolation.level", "read_committed", "max.poll.records", 5_000);
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(each -> new TopicPartition(topic, each.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            long deadline = System.nanoTime() + atMost.toNanos();
            while (!isAll.test(all)) {
                if (System.nanoTime() > deadline) {
                    throw new AssertionError("only " + all.size() + " records in " + topic + " after " + atMost);
                }
                consumer.poll(Duration.ofMillis(100)).forEach(all::add);
            }
        }
        return all;
    }
}
