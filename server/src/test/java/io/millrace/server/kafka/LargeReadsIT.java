package io.millrace.server.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.cluster.ClusterConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** More than a socket takes at once: bytes must arrive in order and unchanged, from memory and from files. */
class LargeReadsIT {

    private static final int RECORDS = 300;
    private static final int RECORD_BYTES = 100_000;

    @TempDir
    Path directory;

    @Test
    void recordsInTheTailCacheArriveUnchanged() {
        writeAndReadBack(UnaryOperator.identity());
    }

    @Test
    void recordsInSegmentFilesArriveUnchanged() {
        writeAndReadBack(TestConfigs::withoutTailCache);
    }

    private void writeAndReadBack(UnaryOperator<ClusterConfig> cluster) {
        try (KafkaTestNode node = KafkaTestNode.start(directory, cluster, UnaryOperator.identity())) {
            // Several segments, so that one answer takes from more than one file.
            node.createTopic("large", 1, Map.of("segment.bytes", "3000000"));
            Random written = new Random(7);
            try (KafkaProducer<byte[], byte[]> producer = node.bytesProducer(Map.of())) {
                for (int i = 0; i < RECORDS; i++) {
                    producer.send(new ProducerRecord<>("large", 0, null, record(written)));
                }
            }

            Random expected = new Random(7);
            int count = 0;
            TopicPartition partition = new TopicPartition("large", 0);
            try (KafkaConsumer<byte[], byte[]> consumer = node.bytesConsumer(
                    Map.of("check.crcs", true, "max.partition.fetch.bytes", 20 << 20, "fetch.min.bytes", 5 << 20))) {
                consumer.assign(List.of(partition));
                long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
                while (count < RECORDS && System.nanoTime() < deadline) {
                    for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                        assertThat(record.offset()).isEqualTo(count++);
                        assertThat(record.value()).isEqualTo(record(expected));
                    }
                }
            }
            assertThat(count).isEqualTo(RECORDS);
        }
    }

    private static byte[] record(Random random) {
        byte[] bytes = new byte[RECORD_BYTES];
        random.nextBytes(bytes);
        return bytes;
    }
}
