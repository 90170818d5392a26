package io.millrace.server.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.group.member.AssignedPartition;
import io.millrace.cluster.group.member.JoinRequest;
import io.millrace.cluster.metadata.TopicMetadata;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Members of groups for connections of the gateway, beside stock consumers, at one node. */
@Timeout(value = 4, unit = TimeUnit.MINUTES)
class GroupMembersIT {

    private static final int PARTITIONS = 6;
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    @TempDir
    static Path directory;

    private static GroupTestNode node;
    private static Admin admin;

    @BeforeAll
    static void startNode() {
        node = new GroupTestNode(directory.resolve("node"));
        admin = node.node().admin();
    }

    @AfterAll
    static void stopNode() {
        admin.close();
        node.close();
    }

    @Test
    void membersThatComeAndGoShareAllPartitionsAndReadEachRecordOnce() {
        String topic = "own";
        node.node().createTopic(topic, PARTITIONS);
        Collection<String> seen = ConnectionMember.all();
        List<ConnectionMember> members = new ArrayList<>();
        try {
            node.produce(topic, PARTITIONS, 0, 300);
            members.add(member(topic, topic, seen));
            members.add(member(topic, topic, seen));
            awaitShares(members, List.of(), 3);
            node.produce(topic, PARTITIONS, 300, 300);
            members.add(member(topic, topic, seen));
            awaitShares(members, List.of(), 2);
            members.remove(0).leave();
            awaitShares(members, List.of(), 3);
            node.produce(topic, PARTITIONS, 600, 300);

            await().atMost(PATIENCE).until(() -> new HashSet<>(seen).size() == 900);
            assertThat(seen).as("read twice").hasSize(900);
            awaitCommitted(topic, topic, 900);
        } finally {
            members.forEach(ConnectionMember::close);
        }
    }

    /** Gateway protocol §13, 15; the classic ones by Kafka's migration of groups in both directions. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void connectionsAndConsumersOfBothProtocolsShareAGroup(boolean connectionsFirst) {
        String topic = "mixed-" + connectionsFirst;
        node.node().createTopic(topic, PARTITIONS);
        Set<String> seen = GroupMember.seen();
        List<ConnectionMember> connections = new ArrayList<>();
        List<GroupMember> consumers = new ArrayList<>();
        try {
            node.produce(topic, PARTITIONS, 0, 300);
            if (connectionsFirst) {
                connections.add(member(topic, topic, seen));
                awaitShares(connections, consumers, PARTITIONS);
            }
            consumers.add(node.member(topic, "cooperative", topic, seen, Map.of()));
            awaitShares(connections, consumers, connectionsFirst ? 3 : PARTITIONS);
            while (connections.size() < 2) {
                connections.add(member(topic, topic, seen));
            }
            awaitShares(connections, consumers, 2);
            node.produce(topic, PARTITIONS, 300, 300);
            consumers.add(node.member(topic, "consumer", topic, seen, Map.of()));
            awaitCover(connections, consumers);
            connections.remove(0).leave();
            awaitShares(connections, consumers, 2);
            consumers.remove(1).crash();
            awaitShares(connections, consumers, 3);
            node.produce(topic, PARTITIONS, 600, 300);
            await().atMost(PATIENCE).until(() -> seen.size() == 900);
            awaitCommitted(topic, topic, 900);

            connections.remove(0).leave();

            // Only classic ones are left, so it is a classic group again.
            node.produce(topic, PARTITIONS, 900, 300);
            awaitShares(connections, consumers, PARTITIONS);
            await().atMost(PATIENCE).until(() -> seen.size() == 1_200);
            awaitCommitted(topic, topic, 1_200);
        } finally {
            connections.forEach(ConnectionMember::close);
            consumers.forEach(GroupMember::close);
        }
    }

    @Test
    void administratorsSeeTheClientOfAConnection() throws Exception {
        node.node().createTopic("seen", 2);
        try (ConnectionMember member = ConnectionMember.join(node.node().node(), "seen", "i", "seen", List.of())) {
            awaitShares(List.of(member), List.of(), 2);

            MemberDescription described = admin.describeConsumerGroups(List.of("seen"))
                    .describedGroups()
                    .get("seen")
                    .get(10, TimeUnit.SECONDS)
                    .members()
                    .iterator()
                    .next();
            assertThat(described.consumerId()).isEqualTo(member.memberId());
            assertThat(described.clientId()).isEqualTo("connection");
            assertThat(described.host()).isEqualTo("/127.0.0.9");
            assertThat(described.groupInstanceId()).contains("i");
        }
    }

    @Test
    void aMemberWithAnInstanceIdThatComesBackInTimeHasItsPartitionsAndDisturbsNobody() {
        node.node().createTopic("static", 4);
        node.waitLongInGroup("static");
        Collection<String> seen = ConnectionMember.all();
        ConnectionMember other = ConnectionMember.join(node.node().node(), "static", "other", "static", seen);
        ConnectionMember first = ConnectionMember.join(node.node().node(), "static", "wanderer", "static", seen);
        awaitShares(List.of(first, other), List.of(), 2);
        int revocations = other.revocations();
        Set<String> before = first.assignment();
        first.disconnect();
        node.produce("static", 4, 0, 100);

        ConnectionMember second = ConnectionMember.join(node.node().node(), "static", "wanderer", "static", seen);
        await().atMost(PATIENCE).until(() -> second.assignment().equals(before));

        await().atMost(PATIENCE).until(() -> new HashSet<>(seen).size() == 100);
        assertThat(seen).hasSize(100);
        // A connection of the same client, while the server takes the old one for alive.
        ConnectionMember third = ConnectionMember.join(node.node().node(), "static", "wanderer", "static", seen);
        await().atMost(PATIENCE).until(() -> third.assignment().equals(before));
        assertThat(second.failure()).isEqualTo(ErrorCode.FENCED_INSTANCE_ID);
        assertThat(other.revocations()).isEqualTo(revocations);
        assertThat(other.assignment()).hasSize(2);
        third.close();
        other.close();
    }

    @Test
    void aMemberWithAnInstanceIdThatDoesNotComeBackGivesItsPartitionsAway() {
        node.node().createTopic("gone", 4);
        ConnectionMember other = ConnectionMember.join(node.node().node(), "gone", "other", "gone", List.of());
        ConnectionMember first = ConnectionMember.join(node.node().node(), "gone", "first", "gone", List.of());
        awaitShares(List.of(first, other), List.of(), 2);
        first.disconnect();

        awaitShares(List.of(other), List.of(), 4);
        other.close();
    }

    @Test
    void anInstanceIdOfAConsumerIsWaitedFor_andHadWhenItsSessionIsOver() {
        node.node().createTopic("waited", 2);
        Map<String, String> named = Map.of("group.instance.id", "i");
        try (GroupMember consumer = node.member("waited", "consumer", "waited", GroupMember.seen(), named)) {
            await().atMost(PATIENCE).until(() -> consumer.assignment().size() == 2);
            ConnectionMember connection = ConnectionMember.join(node.node().node(), "waited", "i", "waited", List.of());
            consumer.crash();

            awaitShares(List.of(connection), List.of(), 2);
            connection.close();
        }
    }

    @Test
    void whatTheGroupHasNoPositionInIsTold_andACommitIsWhereTheNextBegins() throws Exception {
        TopicMetadata topic = node.node().createTopic("positions", 2);
        node.produce("positions", 2, 0, 100);
        io.millrace.storage.TopicPartition first = new io.millrace.storage.TopicPartition(topic.id(), topic.name(), 0);
        ConnectionMember one = member("positions", "positions", ConnectionMember.all());
        awaitShares(List.of(one), List.of(), 2);
        assertThat(one.committedOffsets())
                .containsExactlyInAnyOrder(
                        "positions-0@" + AssignedPartition.NOTHING_COMMITTED,
                        "positions-1@" + AssignedPartition.NOTHING_COMMITTED);
        awaitCommitted("positions", "positions", 100);
        one.commit(first, 17);
        assertThat(committed("positions")
                        .get(new TopicPartition("positions", 0))
                        .offset())
                .isEqualTo(17);
        // The last word of the connection is its position.
        one.leave();

        ConnectionMember two = member("positions", "positions", ConnectionMember.all());
        awaitShares(List.of(two), List.of(), 2);
        assertThat(two.committedOffsets()).containsExactlyInAnyOrder("positions-0@50", "positions-1@50");
        two.close();
    }

    @Test
    void aPatternFindsTopicsThatAreCreatedLater_andDeletedOnesAreRevoked() {
        node.node().createTopic("plant-a", 2);
        TopicMetadata other = node.node().createTopic("other", 2);
        ConnectionMember member = new ConnectionMember(
                node.node().node(),
                JoinRequest.forPattern("plants", null, "", "127.0.0.1", "plant-.*"),
                ConnectionMember.all());
        await().atMost(PATIENCE).until(() -> member.assignment().equals(Set.of("plant-a-0", "plant-a-1")));
        assertThat(other.partitions()).hasSize(2);

        TopicMetadata later = node.node().createTopic("plant-b", 1);
        await().atMost(PATIENCE).until(() -> member.assignment().equals(Set.of("plant-a-0", "plant-a-1", "plant-b-0")));
        KafkaTestNode.await(node.node().node().controller().deleteTopic(later.id()));

        await().atMost(PATIENCE).until(() -> member.assignment().equals(Set.of("plant-a-0", "plant-a-1")));
        assertThat(member.losses()).isZero();
        member.close();
    }

    @Test
    void whatCannotBeJoinedIsSaid() {
        node.node().createTopic("refused", 1);
        ConnectionMember noPattern = new ConnectionMember(
                node.node().node(), JoinRequest.forPattern("refused", null, "", "127.0.0.1", "("), List.of());
        ConnectionMember noGroup = new ConnectionMember(
                node.node().node(), JoinRequest.forTopics("", null, "", "127.0.0.1", Set.of("refused")), List.of());

        await().atMost(PATIENCE).until(() -> noPattern.failure() == ErrorCode.INVALID_REGULAR_EXPRESSION);
        await().atMost(PATIENCE)
                .until(() -> noGroup.failure() == ErrorCode.INVALID_REQUEST
                        || noGroup.failure() == ErrorCode.INVALID_GROUP_ID);
    }

    private static ConnectionMember member(String group, String topic, Collection<String> seen) {
        return ConnectionMember.join(node.node().node(), group, null, topic, seen);
    }

    private static void awaitShares(List<ConnectionMember> connections, List<GroupMember> consumers, int each) {
        await().atMost(PATIENCE).untilAsserted(() -> {
            assertThat(connections)
                    .allSatisfy(member -> assertThat(member.assignment()).hasSize(each));
            assertThat(consumers)
                    .allSatisfy(member -> assertThat(member.assignment()).hasSize(each));
            assertThat(all(connections, consumers)).doesNotHaveDuplicates();
        });
    }

    private static void awaitCover(List<ConnectionMember> connections, List<GroupMember> consumers) {
        await().atMost(PATIENCE).untilAsserted(() -> {
            assertThat(connections)
                    .allSatisfy(member -> assertThat(member.assignment()).isNotEmpty());
            assertThat(consumers)
                    .allSatisfy(member -> assertThat(member.assignment()).isNotEmpty());
            assertThat(all(connections, consumers)).doesNotHaveDuplicates().hasSize(PARTITIONS);
        });
    }

    private static List<String> all(List<ConnectionMember> connections, List<GroupMember> consumers) {
        return Stream.concat(
                        connections.stream().flatMap(each -> each.assignment().stream()),
                        consumers.stream()
                                .flatMap(each -> each.assignment().stream().map(TopicPartition::toString)))
                .collect(Collectors.toList());
    }

    /** What Kafka's tools say of the positions is the end of each partition, over which the records are spread evenly. */
    private static void awaitCommitted(String group, String topic, int records) {
        await().atMost(PATIENCE).untilAsserted(() -> {
            Map<TopicPartition, OffsetAndMetadata> committed = committed(group);
            int partitions = committed.size();
            assertThat(partitions).isPositive();
            assertThat(committed).allSatisfy((partition, offset) -> {
                assertThat(partition.topic()).isEqualTo(topic);
                assertThat(offset.offset()).isEqualTo(records / partitions);
            });
        });
    }

    private static Map<TopicPartition, OffsetAndMetadata> committed(String group) throws Exception {
        return admin.listConsumerGroupOffsets(group)
                .partitionsToOffsetAndMetadata()
                .get(10, TimeUnit.SECONDS);
    }
}
