package io.millrace.server.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.millrace.cluster.ClusterConfig;
import io.millrace.cluster.group.GroupsConfig;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class GroupCompactionIT {

    private static final String OFFSETS = "__consumer_offsets";
    private static final TopicPartition PARTITION = new TopicPartition("counted", 0);
    private static final int COMMITS = 300;
    private static final int TRANSACTIONS = 100;
    private static final int HANGING_TIMEOUT_MS = 8_000;

    @TempDir
    Path directory;

    @Test
    @Timeout(value = 3, unit = TimeUnit.MINUTES)
    void compactionKeepsTheNewestOffsetsAndForgetsDeletedGroups() throws Exception {
        try (KafkaTestNode node = start();
                Admin admin = node.admin()) {
            node.createTopic(PARTITION.topic(), 1);
            compactOften(node);
            commit(admin, "forgotten", 1);
            admin.deleteConsumerGroups(List.of("forgotten")).all().get(10, TimeUnit.SECONDS);
            for (int i = 0; i <= COMMITS; i++) {
                commit(admin, "kept", i);
            }
            await().atMost(Duration.ofMinutes(1)).untilAsserted(() -> {
                // The active segment is not compacted: something has to push the newest records out of it.
                for (int i = 0; i < 20; i++) {
                    commit(admin, "filler", i);
                }
                assertThat(keys(node, "kept")).hasSizeLessThan(COMMITS / 2);
                assertThat(keys(node, "forgotten")).isEmpty();
            });
        }
        try (KafkaTestNode node = start();
                Admin admin = node.admin()) {
            assertThat(offsets(admin, "kept")).isEqualTo(Map.of(PARTITION, new OffsetAndMetadata(COMMITS)));
            assertThatThrownBy(() -> admin.describeConsumerGroups(List.of("forgotten"))
                            .all()
                            .get(10, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(GroupIdNotFoundException.class);
        }
    }

    /** Trap 40. A transaction that nobody ends holds up compaction until its time is up, and those that end hold up nothing. */
    @Test
    @Timeout(value = 3, unit = TimeUnit.MINUTES)
    void offsetsThatAreCommittedInTransactionsDoNotHoldUpCompactionForEver() throws Exception {
        try (KafkaTestNode node = start();
                Admin admin = node.admin();
                KafkaProducer<String, String> hanging = node.producer(
                        Map.of("transactional.id", "hanging", "transaction.timeout.ms", HANGING_TIMEOUT_MS));
                KafkaProducer<String, String> producer = node.producer(Map.of("transactional.id", "tx"))) {
            node.createTopic(PARTITION.topic(), 1);
            compactOften(node);
            hanging.initTransactions();
            hanging.beginTransaction();
            hanging.sendOffsetsToTransaction(Map.of(PARTITION, new OffsetAndMetadata(7)), group(node, "hanging"));
            producer.initTransactions();
            ConsumerGroupMetadata kept = group(node, "kept");
            for (int i = 0; i <= TRANSACTIONS; i++) {
                producer.beginTransaction();
                producer.sendOffsetsToTransaction(Map.of(PARTITION, new OffsetAndMetadata(i)), kept);
                producer.commitTransaction();
            }
            List<String> heldUp = keys(node, "kept");
            // On a machine that stands still its time is up before this is reached, and then nothing is held up.
            if (isOngoing(admin, "hanging")) {
                assertThat(heldUp).hasSizeGreaterThan(TRANSACTIONS);
            }

            await().atMost(Duration.ofMinutes(1)).untilAsserted(() -> {
                for (int i = 0; i < 20; i++) {
                    commit(admin, "filler", i);
                }
                assertThat(keys(node, "kept")).hasSizeLessThan(TRANSACTIONS / 2);
            });
        }
        try (KafkaTestNode node = start();
                Admin admin = node.admin()) {
            assertThat(offsets(admin, "kept")).isEqualTo(Map.of(PARTITION, new OffsetAndMetadata(TRANSACTIONS)));
            assertThat(offsets(admin, "hanging")).isEmpty();
        }
    }

    private static boolean isOngoing(Admin admin, String transactionalId) throws Exception {
        return admin.describeTransactions(List.of(transactionalId))
                        .description(transactionalId)
                        .get(10, TimeUnit.SECONDS)
                        .state()
                == TransactionState.ONGOING;
    }

    private static ConsumerGroupMetadata group(KafkaTestNode node, String group) {
        try (KafkaConsumer<byte[], byte[]> consumer = node.bytesConsumer(Map.of("group.id", group))) {
            return consumer.groupMetadata();
        }
    }

    private static void compactOften(KafkaTestNode node) {
        KafkaTestNode.await(node.node()
                .controller()
                .alterTopicConfig(
                        OFFSETS,
                        Map.of(
                                "segment.bytes", "2048",
                                "min.cleanable.dirty.ratio", "0",
                                "delete.retention.ms", "0"),
                        false));
    }

    private static Map<TopicPartition, OffsetAndMetadata> offsets(Admin admin, String group) throws Exception {
        return admin.listConsumerGroupOffsets(group)
                .partitionsToOffsetAndMetadata()
                .get(10, TimeUnit.SECONDS);
    }

    private KafkaTestNode start() {
        KafkaTestNode node = KafkaTestNode.start(
                directory,
                cluster -> ClusterConfig.defaults(CompactionIT.compacting(cluster.storage()))
                        .withGroups(GroupsConfig.defaults().with(1, 0)),
                UnaryOperator.identity());
        node.awaitGroups();
        return node;
    }

    private static void commit(Admin admin, String group, long offset) throws Exception {
        admin.alterConsumerGroupOffsets(group, Map.of(PARTITION, new OffsetAndMetadata(offset)))
                .all()
                .get(10, TimeUnit.SECONDS);
    }

    /** Of all records about a group that are there. */
    private static List<String> keys(KafkaTestNode node, String group) {
        TopicPartition offsets = new TopicPartition(OFFSETS, 0);
        List<String> keys = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer = node.bytesConsumer(Map.of())) {
            consumer.assign(List.of(offsets));
            consumer.seekToBeginning(List.of(offsets));
            long end = consumer.endOffsets(List.of(offsets)).get(offsets);
            while (consumer.position(offsets) < end) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                    String key = new String(record.key(), StandardCharsets.ISO_8859_1);
                    if (key.contains(group)) {
                        keys.add(key);
                    }
                }
            }
        }
        return keys;
    }
}
