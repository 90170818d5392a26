package io.millrace.server.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.cluster.group.GroupsConfig;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What {@code /metrics} says of groups and transactions. */
@Timeout(value = 1, unit = TimeUnit.MINUTES)
class CoordinatorMetricsIT {

    private static final TopicPartition PARTITION = new TopicPartition("measured", 0);

    @RegisterExtension
    @Order(1)
    final AdminNode on =
            new AdminNode(cluster -> cluster.withGroups(GroupsConfig.defaults().with(2, 0)));

    @RegisterExtension
    @Order(2)
    final NodeSamples metrics = new NodeSamples(on);

    @Test
    void lookingAtANodeWithoutGroupsStartsNothingThatCoordinatesThem() {
        Map<String, Double> samples = metrics.scrape();

        assertThat(samples)
                .containsEntry("millrace_groups_offset_commits_total", 0.0)
                .containsEntry("millrace_groups_load_seconds_count", 0.0)
                .containsEntry("millrace_transactions{state=\"Ongoing\"}", 0.0);
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .noneMatch(name -> name.startsWith("millrace-groups-"));
        assertThat(on.node().node().controller().image().topics()).isEmpty();
    }

    @Test
    void whatGroupsDoIsCountedAndMeasured() throws Exception {
        on.node().createTopic("measured", 1);
        on.node().awaitGroups();
        on.admin()
                .alterConsumerGroupOffsets("resting", Map.of(PARTITION, new OffsetAndMetadata(3)))
                .all()
                .get(10, TimeUnit.SECONDS);
        try (KafkaConsumer<String, String> consumer = on.node()
                .consumer(Map.of("group.id", "modern", "group.protocol", "consumer", "enable.auto.commit", false))) {
            consumer.subscribe(List.of("measured"));
            Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> {
                consumer.poll(Duration.ofMillis(50));
                return !consumer.assignment().isEmpty();
            });
            consumer.commitSync(Map.of(PARTITION, new OffsetAndMetadata(0)));

            Map<String, Double> samples = metrics.scrape();
            assertThat(samples)
                    .containsEntry("millrace_groups_offsets", 2.0)
                    .containsEntry("millrace_groups_offset_commits_total", 2.0)
                    .containsEntry("millrace_groups_partitions{state=\"active\"}", 2.0)
                    .containsEntry("millrace_groups_partitions{state=\"failed\"}", 0.0)
                    .containsEntry("millrace_groups_load_seconds_count", 2.0);
            assertThat(samples.get("millrace_groups_rebalances_total{protocol=\"consumer\"}"))
                    .isPositive();
            for (String time : List.of("event_queue", "event_processing", "write", "replication")) {
                assertThat(samples.get("millrace_groups_" + time + "_seconds_count"))
                        .as(time)
                        .isPositive();
            }
        }
    }

    @Test
    void transactionsAreCountedByStateWithTheAgeOfTheOldestOpenOne() throws Exception {
        on.node().createTopic("measured", 1);
        try (KafkaProducer<String, String> producer = on.node().producer(Map.of("transactional.id", "counted"))) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>("measured", "v")).get(10, TimeUnit.SECONDS);
            Awaitility.await().until(() -> metrics.scrape().get("millrace_transactions_longest_ongoing_seconds") > 0);
            assertThat(metrics.scrape()).containsEntry("millrace_transactions{state=\"Ongoing\"}", 1.0);

            producer.commitTransaction();
            Awaitility.await()
                    .untilAsserted(() -> assertThat(metrics.scrape())
                            .containsEntry("millrace_transactions{state=\"CompleteCommit\"}", 1.0)
                            .containsEntry("millrace_transactions{state=\"Ongoing\"}", 0.0)
                            .containsEntry("millrace_transactions_longest_ongoing_seconds", 0.0)
                            .containsEntry("millrace_transactions_partitions_loading", 0.0));
        }
    }
}
