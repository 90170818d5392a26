package io.millrace.server.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.server.kafka.ShareReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three nodes, a share group that works without a break, and the node that leads most of its partitions, and keeps a part of its state, is
 * killed. The others go on: every acknowledged record is given to somebody, and none again of which somebody was told that it is done with.
 */
class ShareFailoverIT {

    private static final String TOPIC = "work";
    private static final int PARTITIONS = 3;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    private final Set<String> confirmed = ConcurrentHashMap.newKeySet();
    private final Set<String> produced = ConcurrentHashMap.newKeySet();
    private final List<ShareReader> readers = new ArrayList<>();

    @Test
    @Timeout(value = 4, unit = TimeUnit.MINUTES)
    void shareGroupsOutliveTheNodeThatGivesOutTheirRecords() throws Exception {
        try (ClusterProcesses cluster = new ClusterProcesses(
                directory,
                3,
                "groups.initialRebalanceDelayMs=0",
                "groups.consumerSessionTimeoutMs=6000",
                "groups.consumerHeartbeatIntervalMs=500",
                "shareGroups.autoOffsetReset=earliest",
                // Longer than a reader waits for the dead node to confirm: what it was sent meanwhile is still its own
                // then.
                "shareGroups.recordLockDurationMs=20000")) {
            cluster.startAll();
            ClusterView.awaitAllVoters(cluster.bootstrapServers());
            try (ClusterView view = new ClusterView(cluster.bootstrapServers(), TOPIC)) {
                view.createTopic(PARTITIONS, 3, 2);
                work(cluster, view);
            }
        }
    }

    private void work(ClusterProcesses cluster, ClusterView view) throws Exception {
        AtomicBoolean stopped = new AtomicBoolean();
        Thread flow = new Thread(() -> produce(cluster.bootstrapServers(), stopped), "flow");
        flow.start();
        try {
            for (int i = 0; i < 2; i++) {
                readers.add(new ShareReader(
                        cluster.bootstrapServers(),
                        "workers",
                        List.of(TOPIC),
                        Map.of(),
                        seen -> AcknowledgeType.ACCEPT,
                        confirmed));
            }
            awaitConfirmed(300);

            cluster.kill(view.leaderHeaviest());

            awaitConfirmed(confirmed.size() + 300);
            stopped.set(true);
            flow.join();
            await().atMost(PATIENCE).until(() -> seen().containsAll(produced));
            assertThat(readers).allSatisfy(each -> {
                assertThat(each.failure()).isNull();
                assertThat(each.givenAgain()).isEmpty();
            });
        } finally {
            stopped.set(true);
            flow.join();
            readers.forEach(ShareReader::close);
        }
    }

    private void awaitConfirmed(int count) {
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(confirmed).hasSizeGreaterThan(count));
    }

    private Set<String> seen() {
        Set<String> all = new HashSet<>();
        readers.forEach(each -> all.addAll(each.values()));
        return all;
    }

    private void produce(String bootstrap, AtomicBoolean stopped) {
        Map<String, Object> settings = Map.of("bootstrap.servers", bootstrap, "acks", "all", "linger.ms", 5);
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
            for (int number = 0; !stopped.get(); number++) {
                String value = String.valueOf(number);
                producer.send(new ProducerRecord<>(TOPIC, number % PARTITIONS, null, value), (at, failure) -> {
                    if (failure == null) {
                        produced.add(value);
                    }
                });
                Pause.of(Duration.ofMillis(5));
            }
        }
    }
}
