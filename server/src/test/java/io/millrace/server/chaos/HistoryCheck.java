package io.millrace.server.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Reads a topic from its beginning to its end and compares it with a history. */
final class HistoryCheck {

    private HistoryCheck() {}

    /** What is wrong, in words; empty when nothing is. */
    static List<String> run(String bootstrapServers, String topic, int partitions, History history) {
        List<String> wrong = new ArrayList<>();
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", bootstrapServers, "check.crcs", true),
                new StringDeserializer(),
                new StringDeserializer())) {
            for (int partition = 0; partition < partitions; partition++) {
                wrong.addAll(history.compare(partition, readAll(consumer, new TopicPartition(topic, partition))));
            }
        }
        return wrong;
    }

    private static List<ConsumerRecord<String, String>> readAll(
            KafkaConsumer<String, String> consumer, TopicPartition partition) {
        consumer.assign(List.of(partition));
        consumer.seekToBeginning(List.of(partition));
        long end = consumer.endOffsets(List.of(partition)).get(partition);
        List<ConsumerRecord<String, String>> records = new ArrayList<>();
        while (consumer.position(partition) < end) {
            consumer.poll(Duration.ofMillis(200)).forEach(records::add);
        }
        return records;
    }
}
