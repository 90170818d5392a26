package io.millrace.server.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.cluster.group.GroupsConfig;
import io.millrace.cluster.share.ShareGroupsConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Share groups (KIP-932) with the client that everybody has. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class ShareGroupsIT {

    private static final int LOCK_MS = 2_000;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    Path directory;

    private KafkaTestNode node;
    private final List<ShareReader> readers = new ArrayList<>();

    @BeforeEach
    void start() {
        node = start(directory);
    }

    static KafkaTestNode start(Path directory) {
        GroupsConfig groups = new GroupsConfig(4, 60, 4_096, 500, 60_000, 0, 100, 6_000, 500);
        return KafkaTestNode.start(
                directory,
                cluster -> cluster.withGroups(groups)
                        .withShareGroups(ShareGroupsConfig.defaults().with(4, LOCK_MS, "earliest")),
                UnaryOperator.identity());
    }

    @AfterEach
    void stop() {
        readers.forEach(ShareReader::close);
        node.close();
    }

    private ShareReader reader(String topic, java.util.function.Function<ShareReader.Seen, AcknowledgeType> verdict) {
        ShareReader reader = new ShareReader(node.bootstrap(), "sharers", List.of(topic), Map.of(), verdict);
        readers.add(reader);
        return reader;
    }

    private void produce(String topic, int partitions, int first, int count) throws Exception {
        try (KafkaProducer<String, String> producer = node.producer(Map.of())) {
            List<? extends Future<?>> sent = IntStream.range(first, first + count)
                    .mapToObj(i -> producer.send(new ProducerRecord<>(topic, i % partitions, null, "v" + i)))
                    .toList();
            for (Future<?> each : sent) {
                each.get();
            }
        }
    }

    private static List<String> values(int count) {
        return IntStream.range(0, count).mapToObj(i -> "v" + i).toList();
    }

    private List<String> seenByAll() {
        return readers.stream().flatMap(each -> each.values().stream()).toList();
    }

    @Test
    void eachRecordGoesToOneOfTwoMembers() throws Exception {
        node.createTopic("work", 2);
        reader("work", seen -> AcknowledgeType.ACCEPT);
        reader("work", seen -> AcknowledgeType.ACCEPT);
        produce("work", 2, 0, 500);

        await().atMost(PATIENCE).until(() -> seenByAll().size() >= 500);
        produce("work", 2, 500, 500);
        await().atMost(PATIENCE).until(() -> seenByAll().size() >= 1_000);

        assertThat(seenByAll()).containsExactlyInAnyOrderElementsOf(values(1_000));
        assertThat(readers).allSatisfy(each -> {
            assertThat(each.failure()).isNull();
            assertThat(each.seen()).allMatch(seen -> seen.deliveryCount() == 1);
        });
    }
}
