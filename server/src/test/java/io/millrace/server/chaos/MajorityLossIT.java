package io.millrace.server.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.server.HttpCalls;
import io.millrace.server.JarProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two of three disks are lost for good. The third node is recovered with the command line; what it had in sync it leads again, what it had
 * in part only after an unclean election, and the other nodes join it with empty disks.
 */
class MajorityLossIT {

    /** The node that keeps its disk. */
    private static final int LEFT = 3;

    private static final String IN_SYNC = "in-sync";
    private static final String BEHIND = "behind";
    private static final String ELSEWHERE = "elsewhere";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String PADDING = "x".repeat(100_000);

    @TempDir
    Path directory;

    @Test
    @Timeout(value = 3, unit = TimeUnit.MINUTES)
    void aClusterGoesOnFromTheOneDiskThatIsLeft() throws Exception {
        try (ClusterProcesses cluster = new ClusterProcesses(directory, 3)) {
            cluster.startAll();
            try (Admin admin = Admin.create(Map.of("bootstrap.servers", cluster.bootstrapServers()))) {
                write(cluster, admin);
                assertThat(recover(cluster, 1)).contains("another process uses this data directory");
                cluster.kill(1);
                cluster.kill(2);
                cluster.kill(LEFT);
                cluster.wipe(1);
                cluster.wipe(2);

                String plan = recover(cluster, 0);
                System.out.println(plan);
                assertThat(plan)
                        .contains("1 partitions are complete here", "1 partitions are here, but were not in sync")
                        .contains("1 partitions are not here", "Nothing is changed yet");
                assertThat(recover(cluster, 0, "--accept-loss")).contains("Done: node 3 is the only voter");
                cluster.startAll();
                HttpCalls.putJson(cluster.httpUrl(LEFT) + "/cluster/throttle", "{\"throttle_bytes_per_second\":null}");

                // Up to where its records may be read the node learns anew, when there are two replicas again.
                awaitInSync(cluster, IN_SYNC, 3);
                assertThat(values(cluster, IN_SYNC)).containsExactlyElementsOf(numbers(0, 10));
                assertThat(describe(cluster))
                        .contains(BEHIND + "-0: no leader", ELSEWHERE + "-0: no leader")
                        .contains("./millrace cluster elect --unclean " + BEHIND + ":0");
                assertThat(run(cluster, 0, "cluster", "elect", "--unclean", BEHIND + ":0"))
                        .contains("1 partitions have another leader");
                awaitInSync(cluster, BEHIND, 3);
                // It never had what came while it was down and caught up slowly.
                List<String> kept = values(cluster, BEHIND);
                assertThat(kept).hasSizeBetween(10, 39).containsExactlyElementsOf(numbers(0, kept.size()));

                awaitVoters(cluster);
                send(cluster, BEHIND, 100, 1);
                assertThat(values(cluster, BEHIND))
                        .hasSize(kept.size() + 1)
                        .last()
                        .isEqualTo("100");
            }
        }
    }

    private static void write(ClusterProcesses cluster, Admin admin) throws Exception {
        Map<String, String> config = Map.of("min.insync.replicas", "2");
        admin.createTopics(List.of(
                        new NewTopic(IN_SYNC, 1, (short) 3).configs(config),
                        new NewTopic(BEHIND, 1, (short) 3).configs(config),
                        new NewTopic(ELSEWHERE, Map.of(0, List.of(1)))))
                .all()
                .get(30, TimeUnit.SECONDS);
        send(cluster, IN_SYNC, 0, 10);
        send(cluster, BEHIND, 0, 10);
        awaitInSync(cluster, BEHIND, 3);
        // The third one comes back, and catches up so slowly that it knows that it is not in sync.
        ClusterView.awaitAllVoters(cluster.bootstrapServers());
        cluster.kill(LEFT);
        HttpCalls.putJson(cluster.httpUrl(1) + "/cluster/throttle", "{\"throttle_bytes_per_second\":1}");
        send(cluster, BEHIND, 10, 30);
        cluster.start(LEFT);
        awaitInSync(cluster, IN_SYNC, 3);
        awaitInSync(cluster, BEHIND, 2);
    }

    private static List<String> numbers(int from, int count) {
        List<String> numbers = new ArrayList<>();
        for (int number = from; number < from + count; number++) {
            numbers.add(String.valueOf(number));
        }
        return numbers;
    }

    private static void send(ClusterProcesses cluster, String topic, int first, int count) throws Exception {
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", cluster.bootstrapServers(), "acks", "all"),
                new StringSerializer(),
                new StringSerializer())) {
            for (String number : numbers(first, count)) {
                // One batch each, so that some are copied and others are not.
                producer.send(new ProducerRecord<>(topic, 0, number, PADDING)).get(30, TimeUnit.SECONDS);
            }
        }
    }

    private static List<String> values(ClusterProcesses cluster, String topic) {
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", cluster.bootstrapServers()),
                new StringDeserializer(),
                new StringDeserializer())) {
            TopicPartition partition = new TopicPartition(topic, 0);
            long end = consumer.endOffsets(List.of(partition), Duration.ofSeconds(30))
                    .get(partition);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            List<String> keys = new ArrayList<>();
            await().atMost(Duration.ofSeconds(30)).until(() -> {
                for (ConsumerRecord<String, String> each : consumer.poll(Duration.ofMillis(200))) {
                    keys.add(each.key());
                }
                return consumer.position(partition) >= end;
            });
            return keys;
        }
    }

    private static void awaitInSync(ClusterProcesses cluster, String topic, int count) {
        await().alias(topic + " in sync on " + count)
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(100))
                .ignoreExceptions()
                .until(() -> get(cluster, "/topics/" + topic + "/partitions")
                                .get(0)
                                .path("isr")
                                .size()
                        == count);
    }

    private static void awaitVoters(ClusterProcesses cluster) {
        await().atMost(Duration.ofSeconds(30))
                .ignoreExceptions()
                .until(() ->
                        get(cluster, "/cluster").path("quorum").path("voters").size() == 3);
    }

    /** As the node sees it that keeps its disk. */
    private static JsonNode get(ClusterProcesses cluster, String path) throws Exception {
        return JSON.readTree(HttpCalls.get(cluster.httpUrl(LEFT) + path).body());
    }

    private static String describe(ClusterProcesses cluster) throws Exception {
        String text = run(cluster, 0, "cluster", "describe");
        System.out.println(text);
        return text;
    }

    private static String run(ClusterProcesses cluster, int code, String... command) throws Exception {
        List<String> arguments = new ArrayList<>(List.of(command));
        arguments.addAll(List.of("--url", cluster.httpUrl(LEFT)));
        return output(code, arguments);
    }

    private static String recover(ClusterProcesses cluster, int code, String... options) throws Exception {
        List<String> arguments = new ArrayList<>(List.of(
                "cluster", "recover", "--data-dir", cluster.dataDirectory(LEFT).toString()));
        arguments.addAll(List.of(options));
        return output(code, arguments);
    }

    private static String output(int code, List<String> arguments) throws Exception {
        try (JarProcess process = JarProcess.run(arguments.toArray(String[]::new))) {
            assertThat(process.exitCode(Duration.ofSeconds(30)))
                    .as(process::output)
                    .isEqualTo(code);
            return process.output();
        }
    }
}
