package io.millrace.server.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.cluster.ClusterNode;
import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.metadata.NewTopic;
import io.millrace.server.TestCluster;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Members of one group at the three nodes of a cluster, of which one coordinates the group. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class GroupMembersClusterIT {

    private static final int PARTITIONS = 6;
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    @TempDir
    Path directory;

    private TestCluster cluster;
    private Admin admin;

    @BeforeEach
    void startCluster() throws Exception {
        cluster = TestCluster.start(
                directory,
                "groups.initialRebalanceDelayMs=0",
                "groups.consumerSessionTimeoutMs=6000",
                "groups.consumerHeartbeatIntervalMs=500",
                "groups.offsetsPartitions=6");
        admin = Admin.create(Map.of("bootstrap.servers", cluster.kafkaAddresses()));
    }

    @AfterEach
    void stopCluster() {
        admin.close(Duration.ofSeconds(1));
        cluster.close();
    }

    /** Gateway protocol §13, 15. */
    @Test
    void connectionsAtDifferentNodesAndAConsumerShareAGroup_andTheirPositionsAgree() throws Exception {
        createTopic("shared");
        Set<String> seen = GroupMember.seen();
        List<ConnectionMember> connections = new ArrayList<>();
        for (int node = 1; node <= 3; node++) {
            // The topic of offsets is created by the first of them.
            connections.add(ConnectionMember.join(node(node), "shared", "at-" + node, "shared", seen));
        }
        try (GroupMember consumer = new GroupMember(consumer("shared"), List.of("shared"), seen)) {
            produce("shared", 0, 600);
            await().atMost(PATIENCE).untilAsserted(() -> {
                assertThat(connections)
                        .allSatisfy(each -> assertThat(each.assignment()).isNotEmpty());
                assertThat(consumer.assignment()).isNotEmpty();
                assertThat(Stream.concat(
                                connections.stream().flatMap(each -> each.assignment().stream()),
                                consumer.assignment().stream().map(TopicPartition::toString)))
                        .doesNotHaveDuplicates()
                        .hasSize(PARTITIONS);
            });
            await().atMost(PATIENCE).until(() -> seen.size() == 600);
            awaitCommitted("shared", 100);
            for (int number = 1; number <= 3; number++) {
                assertThat(KafkaTestNode.await(node(number).committedOffsets().of("shared")))
                        .as("asked at node " + number)
                        .hasSize(PARTITIONS)
                        .allSatisfy(each -> assertThat(each.offset()).isEqualTo(100));
            }
            Map<String, MemberDescription> described = describe("shared");
            assertThat(connections)
                    .allSatisfy(each ->
                            assertThat(described.get(each.memberId()).host()).isEqualTo("/127.0.0.9"));

            // A client that comes back at another node.
            Set<String> before = connections.get(0).assignment();
            List<Integer> revocations =
                    connections.stream().map(ConnectionMember::revocations).toList();
            connections.get(0).disconnect();
            ConnectionMember back = ConnectionMember.join(node(2), "shared", "at-1", "shared", seen);
            await().atMost(PATIENCE).until(() -> back.assignment().equals(before));
            assertThat(connections.stream().map(ConnectionMember::revocations)).isEqualTo(revocations);
            connections.set(0, back);

            // And one that comes before its node has noticed that the old connection is dead.
            ConnectionMember again = ConnectionMember.join(node(3), "shared", "at-1", "shared", seen);
            await().atMost(PATIENCE).until(() -> again.assignment().equals(before));
            assertThat(back.failure()).isEqualTo(ErrorCode.FENCED_INSTANCE_ID);
            connections.set(0, again);
        } finally {
            connections.forEach(ConnectionMember::close);
        }
    }

    @Test
    void aGroupOutlivesTheNodeThatCoordinatesIt_andThatOfAMember() throws Exception {
        createTopic("moved");
        Collection<String> seen = ConnectionMember.all();
        List<ConnectionMember> connections = new ArrayList<>();
        ConnectionMember first = ConnectionMember.join(node(1), "moved", null, "moved", seen);
        connections.add(first);
        await().atMost(PATIENCE).until(() -> first.assignment().size() == PARTITIONS);
        int coordinator =
                KafkaTestNode.await(node(1).groups().coordinatorOf("moved")).nodeId();
        int one = coordinator % 3 + 1;
        int two = one % 3 + 1;
        first.leave();
        connections.clear();
        connections.add(ConnectionMember.join(node(one), "moved", null, "moved", seen));
        connections.add(ConnectionMember.join(node(two), "moved", null, "moved", seen));
        ConnectionMember atCoordinator = ConnectionMember.join(node(coordinator), "moved", null, "moved", seen);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(Stream.concat(connections.stream(), Stream.of(atCoordinator)))
                        .allSatisfy(each -> assertThat(each.assignment()).hasSize(2)));
        produce("moved", 0, 300);
        await().atMost(PATIENCE).until(() -> seen.size() == 300);

        // Its member does not leave: the group takes it for dead.
        cluster.stop(coordinator);

        produce("moved", 300, 300);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(connections)
                        .allSatisfy(each -> assertThat(each.assignment()).hasSize(3)));
        await().atMost(PATIENCE).until(() -> new HashSet<>(seen).size() == 600);
        awaitCommitted("moved", 100);
        assertThat(connections).allSatisfy(each -> {
            assertThat(each.losses()).isZero();
            assertThat(each.failure()).isNull();
        });
        connections.forEach(ConnectionMember::close);
    }

    private ClusterNode node(int number) {
        return cluster.node(number).node();
    }

    private void createTopic(String name) {
        KafkaTestNode.await(node(1).controller()
                .createTopic(new NewTopic(name, PARTITIONS, 3, Map.of("min.insync.replicas", "2")), false));
        for (int number = 2; number <= 3; number++) {
            ClusterNode node = node(number);
            await().atMost(PATIENCE)
                    .until(() -> node.controller().image().topic(name).isPresent());
        }
    }

    private Properties consumer(String group) {
        Properties settings = new Properties();
        settings.put("bootstrap.servers", cluster.kafkaAddresses());
        settings.put("group.id", group);
        settings.put("group.protocol", "consumer");
        settings.put("auto.offset.reset", "earliest");
        settings.put("enable.auto.commit", "false");
        return settings;
    }

    private void produce(String topic, int first, int count) throws Exception {
        Properties settings = new Properties();
        settings.put("bootstrap.servers", cluster.kafkaAddresses());
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
            List<Future<?>> sent = new ArrayList<>();
            for (int number = first; number < first + count; number++) {
                sent.add(producer.send(new ProducerRecord<>(topic, number % PARTITIONS, null, String.valueOf(number))));
            }
            for (Future<?> each : sent) {
                each.get(30, TimeUnit.SECONDS);
            }
        }
    }

    private Map<String, MemberDescription> describe(String group) throws Exception {
        return admin
                .describeConsumerGroups(List.of(group))
                .describedGroups()
                .get(group)
                .get(10, TimeUnit.SECONDS)
                .members()
                .stream()
                .collect(Collectors.toMap(MemberDescription::consumerId, each -> each));
    }

    private void awaitCommitted(String group, long offset) {
        await().atMost(PATIENCE).ignoreExceptions().untilAsserted(() -> {
            Map<TopicPartition, OffsetAndMetadata> committed = admin.listConsumerGroupOffsets(group)
                    .partitionsToOffsetAndMetadata()
                    .get(10, TimeUnit.SECONDS);
            assertThat(committed).hasSize(PARTITIONS);
            assertThat(committed.values())
                    .allSatisfy(each -> assertThat(each.offset()).isEqualTo(offset));
        });
    }
}
