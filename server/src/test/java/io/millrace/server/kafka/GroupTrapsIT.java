package io.millrace.server.kafka;

import static io.millrace.server.kafka.RawGroups.commit;
import static io.millrace.server.kafka.RawGroups.commitInTransaction;
import static io.millrace.server.kafka.RawGroups.fetch;
import static io.millrace.server.kafka.RawGroups.fetchGroup;
import static io.millrace.server.kafka.RawGroups.heartbeat;
import static io.millrace.server.kafka.RawGroups.join;
import static io.millrace.server.kafka.RawGroups.joinRequest;
import static io.millrace.server.kafka.RawGroups.syncRequest;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseGroup;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponsePartitions;
import org.apache.kafka.common.message.SyncGroupRequestData.SyncGroupRequestAssignment;
import org.apache.kafka.common.message.SyncGroupResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.JoinGroupResponse;
import org.apache.kafka.common.requests.SyncGroupResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What clients of other languages have stumbled over, request by request. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class GroupTrapsIT {

    private static final String TOPIC = RawGroups.TOPIC;

    /** In which two members that come together have joined, also on a machine that stands still between them. */
    private static final int DELAY_MS = 3_000;

    @TempDir
    static Path directory;

    private static GroupTestNode node;

    @BeforeAll
    static void startNode() {
        node = new GroupTestNode(directory.resolve("shared"));
        node.node().createTopic(TOPIC, 2);
    }

    @AfterAll
    static void stopNode() {
        node.close();
    }

    /** Trap 30. */
    @Test
    void aFirstJoinIsGivenAMemberIdToComeBackWithFromVersion4On() {
        try (RawKafkaClient client = node.node().connect()) {
            JoinGroupResponseData old = join(client, "thirty-old", "", 3);
            JoinGroupResponseData told = join(client, "thirty", "", 4);
            JoinGroupResponseData joined = join(client, "thirty", told.memberId(), 4);

            assertThat(Errors.forCode(old.errorCode())).isEqualTo(Errors.NONE);
            assertThat(old.memberId()).isNotEmpty();
            assertThat(Errors.forCode(told.errorCode())).isEqualTo(Errors.MEMBER_ID_REQUIRED);
            assertThat(told.memberId()).isNotEmpty();
            assertThat(Errors.forCode(joined.errorCode())).isEqualTo(Errors.NONE);
            assertThat(joined.memberId()).isEqualTo(told.memberId());
        }
    }

    /** Traps 31, 32 and 33. */
    @Test
    void membersWhoComeTogetherFormOneGenerationAndWaitForWhatTheLeaderAssigns() throws Exception {
        try (GroupTestNode waiting = new GroupTestNode(directory.resolve("waiting"), DELAY_MS);
                RawKafkaClient one = waiting.node().connect();
                RawKafkaClient two = waiting.node().connect();
                RawKafkaClient three = waiting.node().connect()) {
            waiting.node().createTopic(TOPIC, 1);
            one.send(joinRequest("together", "", 3));
            two.send(joinRequest("together", "", 3));
            JoinGroupResponseData first = one.receive(JoinGroupResponse.class).data();
            JoinGroupResponseData second = two.receive(JoinGroupResponse.class).data();
            assertThat(first.generationId()).isEqualTo(second.generationId()).isEqualTo(1);
            boolean isFirstLeading = first.leader().equals(first.memberId());
            RawKafkaClient leaderClient = isFirstLeading ? one : two;
            RawKafkaClient followerClient = isFirstLeading ? two : one;
            JoinGroupResponseData leader = isFirstLeading ? first : second;
            JoinGroupResponseData follower = isFirstLeading ? second : first;
            assertThat(leader.members()).hasSize(2);

            followerClient.send(syncRequest("together", follower, List.of()));
            assertThat(followerClient.isSilentFor(100)).isTrue();
            leaderClient.send(syncRequest(
                    "together",
                    leader,
                    List.of(
                            new SyncGroupRequestAssignment()
                                    .setMemberId(leader.memberId())
                                    .setAssignment(new byte[] {1}),
                            new SyncGroupRequestAssignment()
                                    .setMemberId(follower.memberId())
                                    .setAssignment(new byte[] {2}))));
            SyncGroupResponseData assigned =
                    followerClient.receive(SyncGroupResponse.class).data();
            assertThat(assigned.assignment()).containsExactly(2);
            assertThat(leaderClient.receive(SyncGroupResponse.class).data().assignment())
                    .containsExactly(1);
            assertThat(heartbeat(one, "together", first)).isEqualTo(Errors.NONE);

            assertThat(commit(one, "together", first.memberId(), 7)).isEqualTo(Errors.ILLEGAL_GENERATION);
            assertThat(commit(one, "together", "nobody", 1)).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
            assertThat(commit(one, "together", "", -1)).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
            assertThat(commit(one, "together", first.memberId(), 1)).isEqualTo(Errors.NONE);

            three.send(joinRequest("together", "", 3));
            await().until(() -> heartbeat(one, "together", first) == Errors.REBALANCE_IN_PROGRESS);
            assertThat(commit(one, "together", first.memberId(), 1))
                    .as("what it has read before it joins again may be committed")
                    .isEqualTo(Errors.NONE);
            assertThat(commit(one, "together", first.memberId(), 0)).isEqualTo(Errors.ILLEGAL_GENERATION);
        }
    }

    /** Traps 33 and 34. */
    @Test
    void withoutMembersAnybodyCommitsAndWhatWasNeverCommittedIsMinusOneWithoutAnError() {
        try (RawKafkaClient client = node.node().connect()) {
            assertThat(commit(client, "memberless", "", -1)).isEqualTo(Errors.NONE);

            OffsetFetchResponsePartitions known = fetch(client, "memberless", 0, false);
            OffsetFetchResponsePartitions unknown = fetch(client, "memberless", 1, false);
            OffsetFetchResponsePartitions unknownGroup = fetch(client, "who", 0, false);

            assertThat(known.committedOffset()).isEqualTo(5);
            assertThat(known.metadata()).isEmpty();
            assertThat(List.of(unknown, unknownGroup)).allSatisfy(each -> {
                assertThat(each.committedOffset()).isEqualTo(-1);
                assertThat(each.metadata()).isEmpty();
                assertThat(Errors.forCode(each.errorCode())).isEqualTo(Errors.NONE);
            });
        }
    }

    /** Traps 34 and 40: offsets of a transaction count when it ends, and only if it commits. */
    @Test
    void offsetsOfATransactionAreUnstableUntilItEnds() {
        try (RawKafkaClient client = node.node().connect()) {
            assertThat(commit(client, "exactly", "", -1)).isEqualTo(Errors.NONE);
            try (KafkaProducer<String, String> producer = node.node().producer(Map.of("transactional.id", "exactly"));
                    KafkaConsumer<String, String> consumer = node.node().consumer(Map.of("group.id", "exactly"))) {
                producer.initTransactions();
                writeOffset(producer, consumer, 10);
                assertThat(Errors.forCode(fetch(client, "exactly", 0, true).errorCode()))
                        .isEqualTo(Errors.UNSTABLE_OFFSET_COMMIT);
                assertThat(fetch(client, "exactly", 0, false).committedOffset()).isEqualTo(5);
                producer.abortTransaction();
                assertThat(stable(client).committedOffset()).isEqualTo(5);

                writeOffset(producer, consumer, 11);
                producer.commitTransaction();
                assertThat(stable(client).committedOffset()).isEqualTo(11);
            }
        }
    }

    private static void writeOffset(
            KafkaProducer<String, String> producer, KafkaConsumer<String, String> consumer, long offset) {
        producer.beginTransaction();
        producer.sendOffsetsToTransaction(
                Map.of(new TopicPartition(TOPIC, 0), new OffsetAndMetadata(offset)), consumer.groupMetadata());
    }

    /** The end of a transaction is answered when it is decided, and reaches its partitions a moment later. */
    private static OffsetFetchResponsePartitions stable(RawKafkaClient client) {
        await().until(() -> fetch(client, "exactly", 0, true).errorCode() != Errors.UNSTABLE_OFFSET_COMMIT.code());
        return fetch(client, "exactly", 0, true);
    }

    /** What comes late for a transaction that ended must not open one that nobody ends (KIP-890). */
    @Test
    void offsetsOfATransactionThatIsNotOpenAreRefused() {
        try (RawKafkaClient client = node.node().connect()) {
            assertThat(commit(client, "late", "", -1)).isEqualTo(Errors.NONE);
            assertThat(commitInTransaction(client, "late", 77, 10)).isNotEqualTo(Errors.NONE);
            assertThat(fetch(client, "late", 0, true).committedOffset()).isEqualTo(5);
        }
    }

    /** Trap 36: a member that asks while its group is loaded is told to wait, not that it is unknown. */
    @Test
    void aMemberSurvivesARestartAndIsNeverToldThatItIsUnknown() {
        Path own = directory.resolve("restarted");
        JoinGroupResponseData member;
        try (GroupTestNode before = new GroupTestNode(own, 0);
                RawKafkaClient client = before.node().connect()) {
            before.node().createTopic(TOPIC, 2);
            member = join(client, "patient", "", 3);
            client.send(syncRequest(
                            "patient",
                            member,
                            List.of(new SyncGroupRequestAssignment()
                                    .setMemberId(member.memberId())
                                    .setAssignment(new byte[] {1}))))
                    .receive(SyncGroupResponse.class);
            assertThat(commit(client, "patient", member.memberId(), 1)).isEqualTo(Errors.NONE);
        }
        Set<Errors> told = EnumSet.noneOf(Errors.class);
        try (KafkaTestNode after = KafkaTestNode.start(own);
                RawKafkaClient client = after.connect()) {
            awaitGood(told, () -> heartbeat(client, "patient", member));
            // It can be loaded once more right after the start; clients are told to wait then, too.
            AtomicReference<OffsetFetchResponseGroup> fetched = new AtomicReference<>();
            awaitGood(told, () -> {
                fetched.set(fetchGroup(client, "patient", 0, true));
                return Errors.forCode(fetched.get().errorCode());
            });
            assertThat(told).isSubsetOf(Errors.NONE, Errors.NOT_COORDINATOR, Errors.COORDINATOR_LOAD_IN_PROGRESS);
            assertThat(fetched.get().topics().get(0).partitions().get(0).committedOffset())
                    .isEqualTo(5);
        }
    }

    private static void awaitGood(Set<Errors> told, Supplier<Errors> request) {
        await().atMost(30, TimeUnit.SECONDS)
                .pollDelay(0, TimeUnit.MILLISECONDS)
                .pollInterval(1, TimeUnit.MILLISECONDS)
                .until(() -> {
                    Errors error = request.get();
                    told.add(error);
                    return error == Errors.NONE;
                });
    }
}
