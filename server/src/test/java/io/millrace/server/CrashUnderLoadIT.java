package io.millrace.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * kill -9 in the middle of a load, again and again, on one data directory: what was acknowledged is there, in order, once.
 *
 * <p>{@code -Dmillrace.crash.rounds=50} kills more often, {@code -Dmillrace.crash.seed=N} replays the moments of a run.
 */
class CrashUnderLoadIT {

    private static final Logger log = LoggerFactory.getLogger(CrashUnderLoadIT.class);

    private static final int ROUNDS = Integer.getInteger("millrace.crash.rounds", 3);
    private static final long SEED = Long.getLong("millrace.crash.seed", System.nanoTime());
    private static final int RECORDS_PER_ROUND_MAX = 30_000;
    private static final int PARTITIONS = 4;
    private static final String TOPIC = "crash";

    @TempDir
    Path directory;

    /** Offset to value, of every acknowledged record, by partition. */
    private final Map<Integer, Map<Long, String>> acknowledged = new HashMap<>();

    @Test
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void everyAcknowledgedRecordSurvivesInOrderAndOnce() throws Exception {
        System.out.printf("CrashUnderLoadIT: %d rounds, -Dmillrace.crash.seed=%d%n", ROUNDS, SEED);
        Random random = new Random(SEED);
        for (int p = 0; p < PARTITIONS; p++) {
            acknowledged.put(p, new ConcurrentHashMap<>());
        }
        for (int round = 0; round < ROUNDS; round++) {
            produceUntilKilled(round, 1 + random.nextInt(RECORDS_PER_ROUND_MAX));
            long began = System.nanoTime();
            try (JarProcess node = JarProcess.startNode(directory)) {
                System.out.printf(
                        "CrashUnderLoadIT: round %d: %d records acknowledged so far, ready again after %d ms%n",
                        round, acknowledgedCount(), TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began));
                for (int p = 0; p < PARTITIONS; p++) {
                    check(p, readAll(node, p));
                }
                node.terminate().exitCode(Duration.ofSeconds(30));
            }
        }
    }

    /** Sends {@code round:sequence} to each partition as fast as it goes, and kills the node after so many answers. */
    private void produceUntilKilled(int round, int records) throws Exception {
        try (JarProcess node = JarProcess.startNode(directory)) {
            KafkaProducer<String, String> producer = producer(node);
            Thread load = new Thread(() -> send(producer, round), "load");
            load.start();
            int enough = acknowledgedCount() + records;
            Awaitility.await()
                    .atMost(Duration.ofMinutes(1))
                    .pollInterval(Duration.ofMillis(1))
                    .until(() -> acknowledgedCount() >= enough);
            node.kill();
            producer.close(Duration.ZERO);
            load.join();
        }
    }

    private void send(KafkaProducer<String, String> producer, int round) {
        try {
            for (int sequence = 0; ; sequence++) {
                for (int p = 0; p < PARTITIONS; p++) {
                    String value = round + ":" + sequence;
                    Map<Long, String> records = acknowledged.get(p);
                    producer.send(new ProducerRecord<>(TOPIC, p, null, value), (metadata, failure) -> {
                        if (failure == null) {
                            records.put(metadata.offset(), value);
                        }
                    });
                }
            }
        } catch (RuntimeException e) {
            log.debug("the load ended as it should: {}", e.toString());
        }
    }

    private int acknowledgedCount() {
        return acknowledged.values().stream().mapToInt(Map::size).sum();
    }

    private void check(int partition, List<ConsumerRecord<byte[], String>> records) {
        Map<Integer, Integer> lastSequence = new HashMap<>();
        long expectedOffset = 0;
        for (ConsumerRecord<byte[], String> record : records) {
            assertThat(record.offset()).as("offsets have no holes").isEqualTo(expectedOffset++);
            String[] value = record.value().split(":");
            int sequence = Integer.parseInt(value[1]);
            Integer last = lastSequence.put(Integer.parseInt(value[0]), sequence);
            assertThat(sequence)
                    .as("partition %d, offset %d: no record twice, none left out", partition, record.offset())
                    .isEqualTo(last == null ? 0 : last + 1);
        }
        acknowledged.get(partition).forEach((offset, value) -> {
            assertThat(offset).as("acknowledged and lost").isLessThan(records.size());
            assertThat(records.get(Math.toIntExact(offset)).value()).isEqualTo(value);
        });
    }

    private static KafkaProducer<String, String> producer(JarProcess node) {
        return new KafkaProducer<>(
                Map.of("bootstrap.servers", node.kafkaAddress(), "acks", "all", "linger.ms", 1, "batch.size", 4096),
                new StringSerializer(),
                new StringSerializer());
    }

    private static List<ConsumerRecord<byte[], String>> readAll(JarProcess node, int p) {
        TopicPartition partition = new TopicPartition(TOPIC, p);
        List<ConsumerRecord<byte[], String>> records = new ArrayList<>();
        try (KafkaConsumer<byte[], String> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", node.kafkaAddress(), "check.crcs", true),
                new ByteArrayDeserializer(),
                new StringDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).get(partition);
            while (records.size() < end) {
                consumer.poll(Duration.ofSeconds(1)).forEach(records::add);
            }
        }
        return records;
    }
}
