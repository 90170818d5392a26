package io.millrace.server.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.cluster.metadata.TopicMetadata;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.LogDirDescription;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.OffsetOutOfRangeException;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData.TopicRequest;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData.Cursor;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderPartition;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderTopic;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderTopicCollection;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData.EpochEndOffset;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DescribeTopicPartitionsRequest;
import org.apache.kafka.common.requests.DescribeTopicPartitionsResponse;
import org.apache.kafka.common.requests.FetchResponse;
import org.apache.kafka.common.requests.OffsetsForLeaderEpochRequest;
import org.apache.kafka.common.requests.OffsetsForLeaderEpochResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What administrators and consumers ask about the records of partitions, and about where they lie. */
class RecordsAdminIT {

    @RegisterExtension
    static final AdminNode on = new AdminNode();

    @Test
    void recordsAreDeletedUpToAnOffsetOrToTheHighWatermark() throws Exception {
        TopicMetadata topic = filled("deleting", Map.of());
        TopicPartition partition = new TopicPartition("deleting", 0);

        assertThat(delete(partition, 2)).isEqualTo(2);
        assertThat(on.admin()
                        .listOffsets(Map.of(partition, OffsetSpec.earliest()))
                        .partitionResult(partition)
                        .get()
                        .offset())
                .isEqualTo(2);
        try (RawKafkaClient client = on.node().connect()) {
            FetchResponse below = client.call(RawRequests.fetch(topic, 1, 0), FetchResponse.class);
            assertThat(RawRequests.row(below).errorCode()).isEqualTo(Errors.OFFSET_OUT_OF_RANGE.code());
            assertThat(RawRequests.row(below).logStartOffset()).isEqualTo(2);
        }
        assertThat(delete(partition, -1)).isEqualTo(5);
        assertThatThrownBy(() -> delete(partition, 6)).hasCauseInstanceOf(OffsetOutOfRangeException.class);
    }

    @Test
    void recordsOfATopicThatIsCompactedOnlyAreNotDeleted() throws Exception {
        filled("compacted", Map.of("cleanup.policy", "compact"));
        filled("compacted-and-deleted", Map.of("cleanup.policy", "compact,delete"));

        assertThatThrownBy(() -> delete(new TopicPartition("compacted", 0), 1))
                .hasCauseInstanceOf(PolicyViolationException.class);
        assertThat(delete(new TopicPartition("compacted-and-deleted", 0), 1)).isEqualTo(1);
    }

    @Test
    void theEndOfALeaderEpochIsToldAndTheClientsEpochChecked() throws Exception {
        filled("epochs", Map.of());
        int current = on.node()
                .node()
                .controller()
                .image()
                .topic("epochs")
                .orElseThrow()
                .partitions()
                .get(0)
                .leaderEpoch();

        for (short version = 2; version <= 4; version++) {
            EpochEndOffset known = epochEnd(version, current, current);
            assertThat(known.errorCode()).isZero();
            assertThat(known.leaderEpoch()).isEqualTo(current);
            assertThat(known.endOffset()).isEqualTo(5);
            EpochEndOffset future = epochEnd(version, -1, current + 7);
            assertThat(future.errorCode()).isZero();
            assertThat(future.leaderEpoch()).isEqualTo(-1);
            assertThat(future.endOffset()).isEqualTo(-1);
            assertThat(epochEnd(version, current + 1, current).errorCode())
                    .isEqualTo(Errors.UNKNOWN_LEADER_EPOCH.code());
        }
    }

    private static EpochEndOffset epochEnd(short version, int currentEpoch, int asked) {
        OffsetForLeaderTopicCollection topics = new OffsetForLeaderTopicCollection();
        topics.add(new OffsetForLeaderTopic()
                .setTopic("epochs")
                .setPartitions(List.of(new OffsetForLeaderPartition()
                        .setPartition(0)
                        .setCurrentLeaderEpoch(currentEpoch)
                        .setLeaderEpoch(asked))));
        try (RawKafkaClient client = on.node().connect()) {
            return client.call(
                            new OffsetsForLeaderEpochRequest(
                                    new OffsetForLeaderEpochRequestData().setTopics(topics), version),
                            OffsetsForLeaderEpochResponse.class)
                    .data()
                    .topics()
                    .iterator()
                    .next()
                    .partitions()
                    .get(0);
        }
    }

    @Test
    void partitionsAreDescribedPageByPageInTheOrderOfTheirTopics() {
        on.node().createTopic("page-a", 3);
        on.node().createTopic("page-b", 2);
        List<String> seen = new ArrayList<>();
        List<Integer> sizes = new ArrayList<>();
        Cursor cursor = null;
        do {
            DescribeTopicPartitionsResponseData page = describe(2, cursor, "page-b", "page-none", "page-a", "page-a");
            int size = 0;
            for (var topic : page.topics()) {
                if (topic.errorCode() != 0) {
                    seen.add(topic.name() + " " + Errors.forCode(topic.errorCode()));
                }
                for (var partition : topic.partitions()) {
                    seen.add(topic.name() + "-" + partition.partitionIndex());
                    assertThat(partition.leaderId()).isEqualTo(1);
                    assertThat(partition.isrNodes()).containsExactly(1);
                    size++;
                }
            }
            sizes.add(size);
            cursor = page.nextCursor();
        } while (cursor != null);

        assertThat(seen)
                .containsExactly(
                        "page-a-0",
                        "page-a-1",
                        "page-a-2",
                        "page-b-0",
                        "page-b-1",
                        "page-none UNKNOWN_TOPIC_OR_PARTITION");
        assertThat(sizes).allMatch(size -> size <= 2);
    }

    private static DescribeTopicPartitionsResponseData describe(int limit, Cursor cursor, String... names) {
        DescribeTopicPartitionsRequestData request = new DescribeTopicPartitionsRequestData()
                .setResponsePartitionLimit(limit)
                .setTopics(Arrays.stream(names)
                        .map(name -> new TopicRequest().setName(name))
                        .toList());
        if (cursor != null) {
            request.setCursor(new DescribeTopicPartitionsRequestData.Cursor()
                    .setTopicName(cursor.topicName())
                    .setPartitionIndex(cursor.partitionIndex()));
        }
        try (RawKafkaClient client = on.node().connect()) {
            return client.call(
                            new DescribeTopicPartitionsRequest(request, (short) 0),
                            DescribeTopicPartitionsResponse.class)
                    .data();
        }
    }

    @Test
    void theDataDirectoryHasTheSizesOfReplicasAndOfItsVolume() throws Exception {
        filled("sized", Map.of());
        Map<String, LogDirDescription> directories =
                on.admin().describeLogDirs(List.of(1)).allDescriptions().get().get(1);

        assertThat(directories)
                .containsOnlyKeys(on.directory().toAbsolutePath().normalize().toString());
        LogDirDescription only = directories.values().iterator().next();
        assertThat(only.error()).isNull();
        assertThat(only.totalBytes().getAsLong())
                .isGreaterThanOrEqualTo(only.usableBytes().getAsLong());
        assertThat(only.usableBytes().getAsLong()).isPositive();
        assertThat(only.replicaInfos().get(new TopicPartition("sized", 0))).satisfies(replica -> {
            assertThat(replica.size())
                    .isEqualTo(on.node()
                            .node()
                            .partitions()
                            .sizeBytes(on.node()
                                    .node()
                                    .partitions()
                                    .partition("sized", 0)
                                    .orElseThrow()))
                    .isPositive();
            assertThat(replica.offsetLag()).isZero();
            assertThat(replica.isFuture()).isFalse();
        });
    }

    private static long delete(TopicPartition partition, long before) throws Exception {
        return on.admin()
                .deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(before)))
                .lowWatermarks()
                .get(partition)
                .get()
                .lowWatermark();
    }

    /** A topic of one partition with five records. */
    private static TopicMetadata filled(String name, Map<String, String> config) throws Exception {
        TopicMetadata topic = on.node().createTopic(name, 1, config);
        try (KafkaProducer<String, String> producer = on.node().producer(Map.of())) {
            for (int i = 0; i < 5; i++) {
                producer.send(new ProducerRecord<>(name, "key-" + i, "v")).get();
            }
        }
        return topic;
    }
}
