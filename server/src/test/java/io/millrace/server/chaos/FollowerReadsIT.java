package io.millrace.server.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.serialization.IntegerDeserializer;
import org.apache.kafka.common.serialization.IntegerSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A consumer that reads in its rack (KIP-392, T25): to the follower there, away when it dies, and back, lagging all the time. */
class FollowerReadsIT {

    private static final int NODES = 3;
    private static final String TOPIC = "near";
    private static final TopicPartition PARTITION = new TopicPartition(TOPIC, 0);
    private static final int RECORDS = 6_000;

    /** Of one poll, and of one fetch: the consumer is behind until the end. */
    private static final int AT_ONCE = 20;

    @TempDir
    Path directory;

    private int next;

    @Test
    @Timeout(value = 2, unit = TimeUnit.MINUTES)
    void aConsumerMovesFromTheLeaderToAFollowerAndBackWithoutGapOrRepeatWhileItLags() throws Exception {
        try (ClusterProcesses cluster = new ClusterProcesses(directory, NODES, "cluster.followerReads=true")) {
            for (int node = 1; node <= NODES; node++) {
                cluster.configure(
                        node,
                        Files.writeString(directory.resolve("node-" + node + ".yaml"), "node:\n  rack: rack-" + node));
            }
            cluster.startAll();
            try (Admin admin = Admin.create(Map.of("bootstrap.servers", cluster.bootstrapServers()))) {
                admin.createTopics(List.of(new NewTopic(TOPIC, Optional.of(1), Optional.of((short) NODES))
                                .configs(Map.of("min.insync.replicas", "2"))))
                        .all()
                        .get();
                produce(cluster);
                awaitInSync(admin);
                Node leader = partition(admin).leader();
                Node follower = partition(admin).replicas().stream()
                        .filter(each -> each.id() != leader.id())
                        .findFirst()
                        .orElseThrow();
                assertThat(follower.rack()).isEqualTo("rack-" + follower.id());
                try (KafkaConsumer<Integer, Integer> consumer = consumer(cluster, follower.rack())) {
                    readUntil(consumer, follower.id());
                    ClusterView.awaitAllVoters(cluster.bootstrapServers());
                    cluster.kill(follower.id());
                    readUntil(consumer, -1);
                    cluster.start(follower.id());
                    awaitInSync(admin);
                    readUntil(consumer, follower.id());
                    assertThat(next).as("it was behind all the time").isLessThan(RECORDS);
                    while (next < RECORDS) {
                        poll(consumer);
                    }
                    assertThat(poll(consumer)).isZero();
                }
            }
        }
    }

    private static void produce(ClusterProcesses cluster) {
        try (KafkaProducer<Integer, Integer> producer = new KafkaProducer<>(
                Map.of(
                        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        cluster.bootstrapServers(),
                        ProducerConfig.BATCH_SIZE_CONFIG,
                        200),
                new IntegerSerializer(),
                new IntegerSerializer())) {
            for (int i = 0; i < RECORDS; i++) {
                producer.send(new ProducerRecord<>(TOPIC, 0, i, i));
            }
        }
    }

    /** An offset out of range would end the test: nothing is reset. */
    private static KafkaConsumer<Integer, Integer> consumer(ClusterProcesses cluster, String rack) {
        KafkaConsumer<Integer, Integer> consumer = new KafkaConsumer<>(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        cluster.bootstrapServers(),
                        ConsumerConfig.CLIENT_RACK_CONFIG,
                        rack,
                        ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                        "none",
                        ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
                        AT_ONCE,
                        ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG,
                        1_000),
                new IntegerDeserializer(),
                new IntegerDeserializer());
        consumer.assign(List.of(PARTITION));
        consumer.seek(PARTITION, 0);
        return consumer;
    }

    private void readUntil(KafkaConsumer<Integer, Integer> consumer, int replica) {
        while (preferred(consumer) != replica && next < RECORDS) {
            poll(consumer);
        }
        assertThat(preferred(consumer))
                .as("where it reads, after %d records", next)
                .isEqualTo(replica);
        int from = next;
        while (next < from + 5 * AT_ONCE && next < RECORDS) {
            poll(consumer);
        }
    }

    private int poll(KafkaConsumer<Integer, Integer> consumer) {
        int count = 0;
        for (ConsumerRecord<Integer, Integer> record : consumer.poll(Duration.ofMillis(200))) {
            assertThat(record.offset()).isEqualTo(next);
            assertThat(record.value()).isEqualTo(next);
            next++;
            count++;
        }
        return count;
    }

    private static int preferred(KafkaConsumer<Integer, Integer> consumer) {
        return consumer.metrics().entrySet().stream()
                .filter(each -> each.getKey().name().equals("preferred-read-replica"))
                .mapToInt(each -> ((Number) each.getValue().metricValue()).intValue())
                .findFirst()
                .orElse(-1);
    }

    private static void awaitInSync(Admin admin) {
        await().atMost(Duration.ofSeconds(30))
                .until(() -> partition(admin).isr().size() == NODES);
    }

    private static TopicPartitionInfo partition(Admin admin) throws Exception {
        return admin.describeTopics(List.of(TOPIC))
                .allTopicNames()
                .get()
                .get(TOPIC)
                .partitions()
                .get(0);
    }
}
