package io.millrace.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.storage.inspect.Finding;
import io.millrace.storage.inspect.LogVerifier;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * kill -9 in the middle of a load, again and again, on one data directory, while segments roll, retention deletes and compaction
 * rewrites: what was acknowledged is there, in order, once, as far as it was not to be deleted.
 *
 * <p>{@code -Dmillrace.crash.rounds=50} kills more often, {@code -Dmillrace.crash.seed=N} replays the moments of a run.
 */
class CrashUnderLoadIT {

    private static final int ROUNDS = Integer.getInteger("millrace.crash.rounds", 3);
    private static final long SEED = Long.getLong("millrace.crash.seed", System.nanoTime());
    private static final int RECORDS_PER_ROUND_MIN = 5_000;
    private static final int RECORDS_PER_ROUND_MAX = 30_000;

    /** Everything is kept. */
    private static final String KEPT = "kept";

    /** Only the newest segments are kept. */
    private static final String DELETED = "deleted";

    /** Only the newest record of each key is kept. */
    private static final String COMPACTED = "compacted";

    private static final int PARTITIONS = 2;

    @TempDir
    Path directory;

    private final Map<TopicPartition, SentRecords> sent = new LinkedHashMap<>();
    private final List<Long> readyAgainMs = new ArrayList<>();
    private int lost;

    @Test
    @Timeout(value = 20, unit = TimeUnit.MINUTES)
    void everyAcknowledgedRecordSurvivesInOrderAndOnce() throws Exception {
        System.out.printf("CrashUnderLoadIT: %d rounds, -Dmillrace.crash.seed=%d%n", ROUNDS, SEED);
        Random random = new Random(SEED);
        createTopics();
        for (int round = 0; round < ROUNDS; round++) {
            try (JarProcess node = startNode()) {
                check(node);
                loadUntilKilled(
                        node, random.nextLong(), round, random.nextInt(RECORDS_PER_ROUND_MIN, RECORDS_PER_ROUND_MAX));
            }
        }
        String kept;
        try (JarProcess node = startNode()) {
            check(node);
            kept = whatWasKept(node);
            node.terminate().exitCode(Duration.ofSeconds(30));
        }
        System.out.printf(
                "CrashUnderLoadIT: %d rounds, seed %d: %d acknowledged, %d lost, %d duplicated or out of order; ready"
                        + " again after %s ms; %s%n",
                ROUNDS, SEED, acknowledgedCount(), lost, faults().size(), readyAgainMs, kept);
        assertHealthyFiles();
    }

    private void createTopics() throws Exception {
        try (JarProcess node = startNode()) {
            create(node, KEPT, "\"segment.bytes\":\"100000\"");
            create(node, DELETED, "\"segment.bytes\":\"10000\",\"retention.bytes\":\"30000\"");
            create(
                    node,
                    COMPACTED,
                    "\"segment.bytes\":\"10000\",\"cleanup.policy\":\"compact\",\"min.cleanable.dirty.ratio\":\"0.1\",\"delete.retention.ms\":\"0\"");
            node.terminate().exitCode(Duration.ofSeconds(30));
        }
        readyAgainMs.clear();
    }

    private void create(JarProcess node, String topic, String settings) throws Exception {
        String body = "{\"name\":\"" + topic + "\",\"partitions\":" + PARTITIONS + ",\"config\":{" + settings + "}}";
        assertThat(HttpCalls.postJson(node.httpUrl() + "/topics", body).statusCode())
                .isBetween(200, 299);
        for (int p = 0; p < PARTITIONS; p++) {
            sent.put(new TopicPartition(topic, p), new SentRecords());
        }
    }

    private JarProcess startNode() throws Exception {
        long began = System.nanoTime();
        JarProcess node =
                JarProcess.startNode(directory, "topics.retentionIntervalMs=100", "storage.cleanerIntervalMs=100");
        readyAgainMs.add(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began));
        return node;
    }

    /** Loads the node, and kills it after so many acknowledgements. */
    private void loadUntilKilled(JarProcess node, long seed, int round, int records) throws Exception {
        int enough = acknowledgedCount() + records;
        try (CrashLoad load = CrashLoad.start(node.kafkaAddress(), sent, seed, round)) {
            Awaitility.await()
                    .atMost(Duration.ofMinutes(1))
                    .pollInterval(Duration.ofMillis(1))
                    .until(() -> acknowledgedCount() >= enough);
            node.kill();
        }
        // What a crash leaves is no damage; "millrace log verify" must know the difference.
        List<Finding> findings = new ArrayList<>();
        LogVerifier.verify(directory, findings::add);
        assertThat(findings).noneMatch(it -> it.severity() == Finding.Severity.DAMAGE);
    }

    private int acknowledgedCount() {
        return sent.values().stream().mapToInt(SentRecords::acknowledgedCount).sum();
    }

    private List<String> faults() {
        return sent.values().stream().flatMap(each -> each.faults().stream()).toList();
    }

    private void check(JarProcess node) {
        try (KafkaConsumer<String, String> consumer = consumer(node)) {
            sent.forEach((partition, records) -> check(consumer, partition, records));
        }
        assertThat(faults()).as("duplicated, out of order, or never sent").isEmpty();
        assertThat(lost).as("acknowledged and lost").isZero();
    }

    private void check(KafkaConsumer<String, String> consumer, TopicPartition partition, SentRecords records) {
        long end = consumer.endOffsets(List.of(partition)).get(partition);
        lost += records.endedAt(end);
        List<ConsumerRecord<String, String>> read = readAll(consumer, partition, end);
        records.compare(read);
        long start = consumer.beginningOffsets(List.of(partition)).get(partition);
        if (partition.topic().equals(COMPACTED)) {
            assertThat(SentRecords.newestByKey(read))
                    .as("%s, newest by key", partition)
                    .isEqualTo(records.newestByKey());
        } else {
            // Retention may have gone on while this was read.
            assertThat(read.stream().filter(record -> record.offset() >= start))
                    .as("%s, records from %d up to %d", partition, start, end)
                    .hasSize((int) Math.max(0, end - start));
        }
    }

    /** Proves that the node did what the test is about. */
    private String whatWasKept(JarProcess node) {
        try (KafkaConsumer<String, String> consumer = consumer(node)) {
            TopicPartition deleted = new TopicPartition(DELETED, 0);
            TopicPartition compacted = new TopicPartition(COMPACTED, 0);
            long end = sent.get(deleted).size();
            long start = consumer.beginningOffsets(List.of(deleted)).get(deleted);
            long compactedEnd = sent.get(compacted).size();
            int left = readAll(consumer, compacted, compactedEnd).size();
            assertThat(start).as("retention deleted something").isPositive();
            assertThat(left).as("compaction removed something").isLessThan((int) compactedEnd);
            return String.format(
                    "%s keeps %d of %d records, %s keeps %d of %d",
                    deleted, end - start, end, compacted, left, compactedEnd);
        }
    }

    private void assertHealthyFiles() throws Exception {
        List<Finding> findings = new ArrayList<>();
        LogVerifier.verify(directory, findings::add);
        assertThat(findings).isEmpty();
    }

    private static KafkaConsumer<String, String> consumer(JarProcess node) {
        return new KafkaConsumer<>(
                Map.of("bootstrap.servers", node.kafkaAddress(), "check.crcs", true, "auto.offset.reset", "earliest"),
                new StringDeserializer(),
                new StringDeserializer());
    }

    private static List<ConsumerRecord<String, String>> readAll(
            KafkaConsumer<String, String> consumer, TopicPartition partition, long end) {
        List<ConsumerRecord<String, String>> records = new ArrayList<>();
        consumer.assign(List.of(partition));
        consumer.seekToBeginning(List.of(partition));
        while (consumer.position(partition) < end) {
            consumer.poll(Duration.ofMillis(200)).forEach(records::add);
        }
        return records;
    }
}
