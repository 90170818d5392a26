package io.millrace.server.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.cluster.group.GroupBounds;
import io.millrace.cluster.group.GroupsConfig;
import io.millrace.cluster.share.ShareGroupsConfig;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What {@code /metrics} says of share groups. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class ShareMetricsIT {

    private static final Duration PATIENCE = Duration.ofSeconds(40);
    /** Longer than a busy machine stands still: only what is held on purpose is taken away. */
    private static final int LOCK_MS = 6_000;

    @RegisterExtension
    @Order(1)
    final AdminNode on = new AdminNode(cluster -> cluster.withGroups(
                    new GroupsConfig(4, 60, 4_096, 500, 60_000, 0, 100, 6_000, 500, GroupBounds.defaults()))
            .withShareGroups(new ShareGroupsConfig(2, 10, 100, LOCK_MS, 3, 2_000, "earliest", "read_uncommitted")));

    @RegisterExtension
    @Order(2)
    final NodeSamples metrics = new NodeSamples(on);

    @Test
    void lookingAtANodeWithoutShareGroupsStartsNothingThatKeepsTheirStates() {
        assertThat(metrics.scrape())
                .containsEntry("millrace_share_acknowledgements_total{type=\"accept\"}", 0.0)
                .containsEntry("millrace_share_partitions", 0.0)
                .containsEntry("millrace_share_states_writes_total", 0.0)
                .containsEntry("millrace_share_states_load_seconds_count", 0.0);
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .noneMatch(name -> name.startsWith("millrace-share-"));
    }

    @Test
    void whatBecomesOfRecordsIsCounted() throws Exception {
        on.node().createTopic("measured", 1);
        try (ShareReader reader = new ShareReader(
                on.node().bootstrap(), "measured", List.of("measured"), Map.of(), seen -> switch (seen.value()) {
                    case "rejected" -> AcknowledgeType.REJECT;
                    case "released" -> AcknowledgeType.RELEASE;
                    case "held" -> null;
                    default -> AcknowledgeType.ACCEPT;
                })) {
            produce("accepted", "accepted", "rejected", "released");
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(metrics.scrape())
                            .containsEntry("millrace_share_acknowledgements_total{type=\"accept\"}", 2.0)
                            .containsEntry("millrace_share_acknowledgements_total{type=\"reject\"}", 1.0)
                            .containsEntry("millrace_share_acknowledgements_total{type=\"release\"}", 3.0)
                            .containsEntry("millrace_share_given_up_total", 1.0)
                            .containsEntry("millrace_share_in_flight", 0.0)
                            .containsEntry("millrace_share_lock_timeouts_total", 0.0));
            Map<String, Double> samples = metrics.scrape();
            assertThat(samples)
                    .containsEntry("millrace_share_sessions", 1.0)
                    .containsEntry("millrace_share_partitions", 1.0)
                    .containsEntry("millrace_share_load_seconds_count", 1.0)
                    .containsEntry("millrace_share_states_partitions{state=\"active\"}", 2.0)
                    .containsEntry("millrace_share_states_partitions{state=\"failed\"}", 0.0)
                    .containsEntry("millrace_share_states_load_seconds_count", 2.0);
            assertThat(samples.get("millrace_share_states_writes_total")).isPositive();
            for (String time : List.of("event_queue", "event_processing", "write", "replication")) {
                assertThat(samples.get("millrace_share_states_" + time + "_seconds_count"))
                        .as(time)
                        .isPositive();
            }

            produce("held");
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(metrics.scrape().get("millrace_share_lock_timeouts_total"))
                            .isPositive());
        }
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(metrics.scrape()).containsEntry("millrace_share_sessions", 0.0));
    }

    private void produce(String... values) {
        try (KafkaProducer<String, String> producer = on.node().producer(Map.of())) {
            for (String each : values) {
                producer.send(new ProducerRecord<>("measured", each));
            }
        }
    }
}
