package io.millrace.server.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.server.HttpCalls;
import io.millrace.server.JarProcess;
import io.millrace.server.config.ConfigLoader;
import io.millrace.server.config.MillraceConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The three nodes of {@code conf/examples/three-nodes} under load; a fourth one comes, gets its share, and the first one is emptied, stopped
 * and forgotten, by the commands that a user has for it. Producers notice nothing and nothing is lost.
 */
class ClusterGrowthIT {

    private static final Path EXAMPLES =
            Path.of(System.getProperty("millrace.rootDirectory", "..")).resolve("conf/examples/three-nodes");
    private static final String LOADED = "loaded";
    private static final String CARGO = "cargo";
    private static final int PARTITIONS = 6;
    private static final int CARGO_RECORDS = 300;
    private static final int CARGO_RECORD_BYTES = 100_000;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path directory;

    private final History history = new History();

    @Test
    @Timeout(value = 3, unit = TimeUnit.MINUTES)
    void aFourthNodeGetsItsShareAndTheFirstIsEmptiedUnderLoad() throws Exception {
        try (ClusterProcesses cluster = new ClusterProcesses(directory, 4)) {
            startExample(cluster);
            // Each knows of itself that it is there; of the others it hears a moment later.
            Awaitility.await()
                    .atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(upNodes(cluster, 2)).containsExactly(1, 2, 3));
            try (ClusterView view = new ClusterView(cluster.bootstrapServers(), LOADED)) {
                view.createTopic(PARTITIONS, 3, 2);
                fillCargo(cluster);
                try (Producers producers =
                        Producers.start(cluster.bootstrapServers(), history, LOADED, PARTITIONS, 3, 200)) {
                    Awaitility.await().atMost(PATIENCE).until(() -> history.isEachAcknowledged(PARTITIONS));
                    cluster.start(4);
                    assertThat(replicasOfANewTopic(cluster, "later")).contains(4);
                    moveAsKafkaToolsDo(cluster);
                    rebalance(cluster);
                    drainTheFirst(cluster);
                    cluster.stop(1);
                    removeTheFirst(cluster);
                }
                view.awaitAllInSync();
            }
            assertThat(HistoryCheck.run(cluster.bootstrapServers(), LOADED, PARTITIONS, history))
                    .isEmpty();
            System.out.printf(
                    "ClusterGrowthIT: %d records acknowledged meanwhile, %d given up by producers, none lost or moved%n",
                    history.acks(), history.failedCount());
            assertThat(history.firstFailure()).isNull();
        }
    }

    @Test
    void theFilesOfTheExampleBelongTogetherAndDoNotCollide() {
        Set<Object> taken = new HashSet<>();
        for (int node = 1; node <= 3; node++) {
            MillraceConfig config = ConfigLoader.load(file(node), Map.of(), List.of());
            assertThat(config.node().id()).isEqualTo(node);
            assertThat(config.cluster().join())
                    .contains("127.0.0.1:" + config.cluster().discoveryPort());
            assertThat(List.of(
                            config.node().dataDir(),
                            config.kafka().port(),
                            config.http().port(),
                            config.cluster().port(),
                            config.cluster().discoveryPort()))
                    .allMatch(taken::add);
        }
    }

    private static Path file(int node) {
        return EXAMPLES.resolve("node-" + node + ".yaml");
    }

    private static void startExample(ClusterProcesses cluster) throws IOException {
        for (int node = 1; node <= 3; node++) {
            cluster.configure(node, file(node));
            cluster.launch(node);
        }
        for (int node = 1; node <= 3; node++) {
            cluster.process(node).awaitLine("^Ready.*", Duration.ofSeconds(60));
        }
    }

    private static void rebalance(ClusterProcesses cluster) throws Exception {
        print("rebalance", command(cluster.httpUrl(3), "rebalance", "--execute", "--throttle", "200MB/s"));
        List<Integer> replicas = new ArrayList<>();
        status(cluster, 3)
                .path("nodes")
                .forEach(node -> replicas.add(node.path("replicas").asInt()));
        assertThat(replicas).hasSize(4);
        assertThat(replicas.stream().mapToInt(each -> each).max().orElseThrow())
                .isLessThanOrEqualTo(
                        replicas.stream().mapToInt(each -> each).min().orElseThrow() + 1);
        assertThat(status(cluster, 3).path("throttle_bytes_per_second").isNull())
                .isTrue();
    }

    private static void drainTheFirst(ClusterProcesses cluster) throws Exception {
        print("drain", command(cluster.httpUrl(3), "drain", "1", "--execute"));
        JsonNode first = status(cluster, 3).path("nodes").get(0);
        assertThat(first.path("node").asInt()).isEqualTo(1);
        assertThat(first.path("replicas").asInt()).isZero();
        assertThat(first.path("leaders").asInt()).isZero();
        assertThat(first.path("drained").asBoolean()).isTrue();
        assertThat(replicasOfANewTopic(cluster, "after-the-drain")).containsExactlyInAnyOrder(2, 3, 4);
    }

    /** The fourth node votes in its place. */
    private static void removeTheFirst(ClusterProcesses cluster) throws Exception {
        Awaitility.await()
                .atMost(PATIENCE)
                .until(() -> status(cluster, 3)
                        .path("nodes")
                        .get(0)
                        .path("state")
                        .asText()
                        .equals("down"));
        command(cluster.httpUrl(3), "remove", "1");
        assertThat(upNodes(cluster, 4)).containsExactly(2, 3, 4);
        Awaitility.await().atMost(PATIENCE).untilAsserted(() -> {
            List<Integer> voters = new ArrayList<>();
            status(cluster, 3)
                    .path("quorum")
                    .path("voters")
                    .forEach(voter -> voters.add(voter.path("node").asInt()));
            assertThat(voters).containsExactly(2, 3, 4);
        });
    }

    private static Set<Integer> replicasOfANewTopic(ClusterProcesses cluster, String topic) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", cluster.bootstrapServers()))) {
            admin.createTopics(List.of(new NewTopic(topic, PARTITIONS, (short) 3)))
                    .all()
                    .get();
            Set<Integer> nodes = new HashSet<>();
            for (TopicPartitionInfo partition : partitions(admin, topic)) {
                partition.replicas().forEach(node -> nodes.add(node.id()));
            }
            return nodes;
        }
    }

    /** The node that is asked may hear of a topic a moment later than the one that made it. */
    private static List<TopicPartitionInfo> partitions(Admin admin, String topic) {
        return Awaitility.await()
                .atMost(PATIENCE)
                .ignoreExceptionsMatching(failure -> failure.getCause() instanceof UnknownTopicOrPartitionException)
                .until(
                        () -> admin.describeTopics(List.of(topic))
                                .allTopicNames()
                                .get()
                                .get(topic)
                                .partitions(),
                        partitions -> !partitions.isEmpty());
    }

    /** Through the Kafka protocol, asked of any node. */
    private static void moveAsKafkaToolsDo(ClusterProcesses cluster) throws Exception {
        TopicPartition moved = new TopicPartition("later", 0);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", cluster.bootstrapServers()))) {
            Awaitility.await()
                    .atMost(PATIENCE)
                    .until(() -> admin.describeCluster().nodes().get().size() == 4);
            assertThat(admin.describeMetadataQuorum().quorumInfo().get().observers())
                    .singleElement()
                    .satisfies(observer -> assertThat(observer.replicaId()).isEqualTo(4));
            admin.alterPartitionReassignments(
                            Map.of(moved, Optional.of(new NewPartitionReassignment(List.of(4, 2, 3)))))
                    .all()
                    .get();
            Awaitility.await()
                    .atMost(PATIENCE)
                    .until(() -> admin.listPartitionReassignments()
                            .reassignments()
                            .get()
                            .isEmpty());
            Awaitility.await().atMost(PATIENCE).untilAsserted(() -> {
                // Says that there is nothing to do when the fourth leads already, and cannot do it while a node that
                // has not
                // heard of the move says that there is none.
                admin.electLeaders(ElectionType.PREFERRED, Set.of(moved))
                        .partitions()
                        .get();
                TopicPartitionInfo now = partitions(admin, "later").get(0);
                assertThat(now.leader().id()).isEqualTo(4);
                assertThat(now.replicas()).extracting(Node::id).containsExactly(4, 2, 3);
            });
        }
    }

    /** Bytes that take a moment to copy. */
    private static void fillCargo(ClusterProcesses cluster) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", cluster.bootstrapServers()));
                KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                        Map.of("bootstrap.servers", cluster.bootstrapServers()),
                        new ByteArraySerializer(),
                        new ByteArraySerializer())) {
            admin.createTopics(List.of(new NewTopic(CARGO, 3, (short) 3))).all().get();
            byte[] value = new byte[CARGO_RECORD_BYTES];
            for (int number = 0; number < CARGO_RECORDS; number++) {
                producer.send(new ProducerRecord<>(CARGO, number % 3, null, value));
            }
            producer.flush();
        }
    }

    /** What the command printed; it must end well. */
    private static String command(String url, String... arguments) throws Exception {
        List<String> all = new ArrayList<>(List.of("cluster"));
        all.addAll(List.of(arguments));
        all.addAll(List.of("--url", url));
        try (JarProcess process = JarProcess.run(all.toArray(String[]::new))) {
            int code = process.exitCode(Duration.ofSeconds(60));
            assertThat(code).as(process.output()).isZero();
            return process.output();
        }
    }

    private static void print(String what, String output) {
        output.lines()
                .filter(line -> line.startsWith("Done"))
                .forEach(line -> System.out.printf("ClusterGrowthIT: %s: %s%n", what, line));
        assertThat(output).containsPattern("Done: \\d+ partitions");
    }

    private static List<Integer> upNodes(ClusterProcesses cluster, int asked) throws Exception {
        List<Integer> up = new ArrayList<>();
        status(cluster, asked).path("nodes").forEach(node -> {
            if (node.path("state").asText().equals("up")) {
                up.add(node.path("node").asInt());
            }
        });
        return up;
    }

    private static JsonNode status(ClusterProcesses cluster, int asked) throws Exception {
        return JSON.readTree(HttpCalls.get(cluster.httpUrl(asked) + "/cluster").body());
    }
}
