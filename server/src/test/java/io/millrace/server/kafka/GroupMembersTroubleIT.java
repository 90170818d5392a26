package io.millrace.server.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.cluster.ClusterNode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.group.GroupClient;
import io.millrace.cluster.group.member.AssignedPartition;
import io.millrace.cluster.group.member.GroupMember;
import io.millrace.cluster.group.member.GroupMemberListener;
import io.millrace.cluster.group.member.JoinRequest;
import io.millrace.storage.TopicPartition;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Members of groups for connections, of which something becomes that nobody wished for. */
@Timeout(value = 4, unit = TimeUnit.MINUTES)
class GroupMembersTroubleIT {

    private static final int PARTITIONS = 6;
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    @TempDir
    static Path directory;

    private static GroupTestNode node;

    @BeforeAll
    static void startNode() {
        node = new GroupTestNode(directory.resolve("node"));
    }

    @AfterAll
    static void stopNode() {
        node.close();
    }

    @Test
    void aMemberThatTheGroupHasThrownOutIsToldAndJoinsAgain() {
        node.node().createTopic("lost", PARTITIONS);
        Collection<String> seen = ConnectionMember.all();
        try (ConnectionMember member = join("lost", null, seen);
                ConnectionMember other = join("lost", null, seen)) {
            await().atMost(PATIENCE)
                    .until(() -> member.assignment().size() == 3
                            && other.assignment().size() == 3);
            leaveFor(member);

            await().atMost(PATIENCE).until(() -> member.losses() == 1);
            node.produce("lost", PARTITIONS, 0, 300);
            await().atMost(PATIENCE)
                    .until(() -> member.assignment().size() == 3
                            && other.assignment().size() == 3);
            await().atMost(PATIENCE).until(() -> new HashSet<>(seen).size() == 300);
            assertThat(member.failure()).isNull();
            assertThat(other.losses()).isZero();
        }
    }

    private static void leaveFor(ConnectionMember member) {
        ConsumerGroupHeartbeatRequestData leave = new ConsumerGroupHeartbeatRequestData()
                .setGroupId("lost")
                .setMemberId(member.memberId())
                .setMemberEpoch(-1);
        GroupClient client = new GroupClient(
                "", InetAddress.getLoopbackAddress(), ApiKeys.CONSUMER_GROUP_HEARTBEAT.id, (short) 1, 0);
        KafkaTestNode.await(node().groups().consumerGroupHeartbeat(client, leave));
    }

    @Test
    void oneThatDoesNotLetGoHoldsTheOthersForSoLongAndNoLonger() {
        node.node().createTopic("held", PARTITIONS);
        AtomicBoolean has = new AtomicBoolean();
        AtomicBoolean revoked = new AtomicBoolean();
        GroupMember stubborn = node().groupMembers()
                .join(
                        new JoinRequest("held", null, "", "127.0.0.1", Set.of("held"), null, 300),
                        new GroupMemberListener() {
                            @Override
                            public void assigned(int memberEpoch, List<AssignedPartition> partitions) {
                                has.compareAndSet(false, partitions.size() == PARTITIONS);
                            }

                            @Override
                            public void revoked(int memberEpoch, long deadlineMs, List<TopicPartition> partitions) {
                                revoked.set(true);
                            }

                            @Override
                            public void lost(List<TopicPartition> partitions, MillraceException why) {
                                throw new AssertionError(why);
                            }

                            @Override
                            public void failed(MillraceException why) {
                                throw new AssertionError(why);
                            }
                        });
        await().atMost(PATIENCE).untilTrue(has);

        try (ConnectionMember other = join("held", null, ConnectionMember.all())) {
            await().atMost(PATIENCE).until(() -> other.assignment().size() == 3);
            assertThat(revoked).isTrue();
            assertThat(stubborn.memberEpoch()).isPositive();
        }
        stubborn.leave();
    }

    @Test
    void aMemberWithAnInstanceIdCanLeaveForGood() throws Exception {
        node.node().createTopic("quit", 2);
        ConnectionMember member = join("quit", "i", ConnectionMember.all());
        await().atMost(PATIENCE).until(() -> member.assignment().size() == 2);
        try (Admin admin = node.node().admin()) {
            assertThat(members(admin)).isEqualTo(1);
            member.leave();

            assertThat(members(admin)).isZero();
        }
    }

    private static int members(Admin admin) throws Exception {
        return admin.describeConsumerGroups(List.of("quit"))
                .describedGroups()
                .get("quit")
                .get(10, TimeUnit.SECONDS)
                .members()
                .size();
    }

    @Test
    void howeverMembersComeAndGoEachRecordIsReadOnceAndThePositionsAreTheEnds() throws Exception {
        long seed = Long.getLong("millrace.members.seed", System.nanoTime());
        System.out.println(
                "GroupMembersTroubleIT: seed " + seed + " (again with -Dmillrace.members.seed=" + seed + ")");
        Random random = new Random(seed);
        node.node().createTopic("random", PARTITIONS);
        Collection<String> seen = ConnectionMember.all();
        List<ConnectionMember> members = new ArrayList<>(List.of(join("random", null, seen)));
        int sent = 0;
        for (int step = 0; step < 40; step++) {
            node.produce("random", PARTITIONS, sent, 60);
            sent += 60;
            int which = random.nextInt(members.size());
            switch (random.nextInt(4)) {
                case 0 -> {
                    if (members.size() > 1) {
                        members.remove(which).leave();
                    }
                }
                case 1 -> {
                    if (members.size() > 1) {
                        members.remove(which).disconnect();
                    }
                }
                case 2 -> members.add(join("random", random.nextBoolean() ? null : "i" + step, seen));
                default -> {
                    int atLeast = sent * random.nextInt(100) / 100;
                    await().atMost(PATIENCE).until(() -> seen.size() >= atLeast);
                }
            }
        }
        int all = sent;

        await().atMost(PATIENCE).until(() -> new HashSet<>(seen).size() == all);
        assertThat(seen).as("read twice, seed " + seed).hasSize(all);
        assertThat(members).allSatisfy(each -> {
            assertThat(each.failure()).isNull();
            assertThat(each.losses()).isZero();
        });
        members.forEach(ConnectionMember::close);
        try (Admin admin = node.node().admin()) {
            Map<org.apache.kafka.common.TopicPartition, OffsetAndMetadata> committed = admin.listConsumerGroupOffsets(
                            "random")
                    .partitionsToOffsetAndMetadata()
                    .get(10, TimeUnit.SECONDS);
            assertThat(committed).hasSize(PARTITIONS);
            assertThat(committed.values())
                    .allSatisfy(each -> assertThat(each.offset()).isEqualTo(all / PARTITIONS));
        }
    }

    private static ClusterNode node() {
        return node.node().node();
    }

    private static ConnectionMember join(String group, String instance, Collection<String> seen) {
        return ConnectionMember.join(node(), group, instance, group, seen);
    }
}
