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
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class GroupCompactionIT {

    private static final String OFFSETS = "__consumer_offsets";
    private static final TopicPartition PARTITION = new TopicPartition("counted", 0);
    private static final int COMMITS = 300;

    @TempDir
    Path directory;

    @Test
    @Timeout(value = 1, unit = TimeUnit.MINUTES)
    void compactionKeepsTheNewestOffsetsAndForgetsDeletedGroups() throws Exception {
        try (KafkaTestNode node = start();
                Admin admin = node.admin()) {
            node.createTopic(PARTITION.topic(), 1);
            KafkaTestNode.await(node.node()
                    .controller()
                    .alterTopicConfig(
                            OFFSETS,
                            Map.of(
                                    "segment.bytes", "2048",
                                    "min.cleanable.dirty.ratio", "0",
                                    "delete.retention.ms", "0"),
                            false));
            commit(admin, "forgotten", 1);
            admin.deleteConsumerGroups(List.of("forgotten")).all().get(10, TimeUnit.SECONDS);
            for (int i = 0; i <= COMMITS; i++) {
                commit(admin, "kept", i);
            }
            await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
                // The active segment is not compacted: something has to push the newest records out of it.
                for (int i = 0; i < 20; i++) {
                    commit(admin, "filler", i);
                }
                List<String> keys = keys(node);
                assertThat(keys).hasSizeLessThan(COMMITS / 2).noneMatch(key -> key.contains("forgotten"));
            });
        }
        try (KafkaTestNode node = start();
                Admin admin = node.admin()) {
            assertThat(admin.listConsumerGroupOffsets("kept")
                            .partitionsToOffsetAndMetadata()
                            .get(10, TimeUnit.SECONDS))
                    .isEqualTo(Map.of(PARTITION, new OffsetAndMetadata(COMMITS)));
            assertThatThrownBy(() -> admin.describeConsumerGroups(List.of("forgotten"))
                            .all()
                            .get(10, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(GroupIdNotFoundException.class);
        }
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

    /** Of all records that are there. */
    private static List<String> keys(KafkaTestNode node) {
        TopicPartition offsets = new TopicPartition(OFFSETS, 0);
        List<String> keys = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer = node.bytesConsumer(Map.of())) {
            consumer.assign(List.of(offsets));
            consumer.seekToBeginning(List.of(offsets));
            long end = consumer.endOffsets(List.of(offsets)).get(offsets);
            while (consumer.position(offsets) < end) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                    keys.add(new String(record.key(), StandardCharsets.ISO_8859_1));
                }
            }
        }
        return keys;
    }
}
