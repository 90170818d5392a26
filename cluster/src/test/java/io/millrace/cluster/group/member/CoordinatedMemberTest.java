package io.millrace.cluster.group.member;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.group.member.ScriptedCoordinator.Beat;
import io.millrace.cluster.group.member.ScriptedCoordinator.Commit;
import io.millrace.storage.TopicPartition;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CoordinatedMemberTest {

    private static final UUID TOPIC = new UUID(1, 2);
    private static final TopicPartition P0 = new TopicPartition(TOPIC, "t", 0);
    private static final TopicPartition P1 = new TopicPartition(TOPIC, "t", 1);
    private static final TopicPartition P2 = new TopicPartition(TOPIC, "t", 2);
    private static final GroupMemberLimits LIMITS = GroupMemberLimits.defaults();

    private final VirtualThread thread = new VirtualThread();
    private final ScriptedCoordinator coordinator = new ScriptedCoordinator(thread);
    private final HeardCalls listener = new HeardCalls();
    private final Map<UUID, String> topics = new HashMap<>(Map.of(TOPIC, "t"));
    private final Promise<Void> released = Promise.promise();
    private int releases;
    private CoordinatedMember member = member(null);

    private CoordinatedMember member(String instanceId) {
        return new CoordinatedMember(
                thread,
                coordinator,
                JoinRequest.forTopics("g", instanceId, "client", "127.0.0.1", Set.of("t")),
                LIMITS,
                id -> Optional.ofNullable(topics.get(id)),
                () -> {
                    releases++;
                    return released.future();
                },
                listener);
    }

    @Test
    void aMemberSaysWhatItWantsOnce_andFromThenOnOnlyThatItLives() {
        member.start();

        Beat join = coordinator.beat();
        assertThat(join.request().epoch()).isZero();
        assertThat(join.request().subscription().topics()).containsExactly("t");
        assertThat(join.request().subscription().rebalanceTimeoutMs()).isGreaterThan(JoinRequest.REVOCATION_TIMEOUT_MS);
        assertThat(join.request().owned()).isEmpty();
        join.ok(3, List.of());
        thread.settle();
        assertThat(listener.calls()).containsExactly("assigned 3 []");
        assertThat(member.memberEpoch()).isEqualTo(3);

        thread.advance(ScriptedCoordinator.INTERVAL_MS - 1);
        assertThat(coordinator.unanswered()).isEmpty();
        thread.advance(1);
        Beat second = coordinator.beat();
        assertThat(second.request().epoch()).isEqualTo(3);
        assertThat(second.request().subscription()).isNull();
        assertThat(second.request().owned()).isNull();
    }

    @Test
    void partitionsComeWithTheirCommittedOffsets_andTheCoordinatorHearsThatTheyAreTaken() {
        member.start();
        coordinator.beat().ok(1, List.of(P0, P1));
        assertThat(listener.calls()).isEmpty();

        coordinator.fetch().ok(Map.of(P0, 17L, P1, AssignedPartition.NOTHING_COMMITTED));

        Beat taken = coordinator.beat();
        assertThat(listener.calls()).containsExactly("assigned 1 [t-0@17, t-1@-1]");
        assertThat(taken.request().owned()).isEqualTo(keys(P0, P1));
        taken.ok(1, null);
        thread.advance(ScriptedCoordinator.INTERVAL_MS);
        assertThat(coordinator.beat().request().owned()).isNull();
    }

    @Test
    void whatIsRevokedIsGivenBackWhenItIsReleasedAndItsCommitsHaveEnded_andOnlyThenOthersAreTaken() {
        join(1, P0, P1);
        beatAfterInterval().ok(2, List.of(P1));
        thread.settle();
        assertThat(listener.calls()).containsExactly("revoked 2 in 5000 [t-0]");

        Future<Void> committed = member.commit(Map.of(P0, Position.at(8)));
        Commit commit = coordinator.commit();
        member.released(List.of(P0));
        assertThat(coordinator.unanswered()).isEmpty();
        assertThat(codeOf(member.commit(Map.of(P0, Position.at(9))))).isEqualTo(ErrorCode.ILLEGAL_GENERATION);
        commit.ok();
        thread.settle();
        assertThat(committed.succeeded()).isTrue();

        Beat givenBack = coordinator.beat();
        assertThat(givenBack.request().owned()).isEqualTo(keys(P1));
        givenBack.ok(3, List.of(P1, P2));
        coordinator.fetch().ok(Map.of(P2, 5L));
        assertThat(coordinator.beat().request().owned()).isEqualTo(keys(P1, P2));
        assertThat(listener.calls()).containsExactly("assigned 3 [t-2@5]");
    }

    @Test
    void aListenerMayReleaseAtOnce() {
        listener.onRevoked(partitions -> member.released(partitions));
        join(1, P0, P1);

        beatAfterInterval().ok(2, List.of(P1));

        assertThat(coordinator.beat().request().owned()).isEqualTo(keys(P1));
    }

    @Test
    void whatIsNotReleasedInTimeIsGivenBackNevertheless() {
        join(1, P0, P1);
        beatAfterInterval().ok(2, List.of());
        thread.settle();
        member.released(List.of(P1));

        thread.advance(JoinRequest.REVOCATION_TIMEOUT_MS - 1);
        assertThat(coordinator.unanswered()).isEmpty();
        thread.advance(1);

        assertThat(coordinator.beat().request().owned()).isEmpty();
        assertThat(codeOf(member.commit(Map.of(P0, Position.at(9))))).isEqualTo(ErrorCode.ILLEGAL_GENERATION);
    }

    @Test
    void aPartitionThatIsRevokedAndGivenBackAgainComesWithItsNewPosition() {
        join(1, P0);
        beatAfterInterval().ok(2, List.of());
        thread.settle();
        listener.calls();
        // The coordinator changes its mind before the release.
        thread.advance(ScriptedCoordinator.INTERVAL_MS - 1);
        member.released(List.of(P0));
        coordinator.beat().ok(3, List.of(P0));
        coordinator.fetch().ok(Map.of(P0, 99L));
        thread.settle();

        assertThat(listener.calls()).containsExactly("assigned 3 [t-0@99]");
    }

    @Test
    void aTopicThatThisNodeHasNotHeardOfYetIsTakenWhenItHas() {
        topics.clear();
        member.start();
        coordinator.beat().ok(1, List.of(P0));
        thread.settle();
        assertThat(listener.calls()).containsExactly("assigned 1 []");
        thread.advance(1_000);
        assertThat(coordinator.unanswered()).isEmpty();

        topics.put(TOPIC, "t");
        thread.advance(200);
        coordinator.fetch().ok(Map.of(P0, 1L));
        thread.settle();

        assertThat(listener.calls()).containsExactly("assigned 1 [t-0@1]");
    }

    @ParameterizedTest
    @EnumSource(
            names = {
                "NOT_COORDINATOR",
                "COORDINATOR_NOT_AVAILABLE",
                "COORDINATOR_LOAD_IN_PROGRESS",
                "REQUEST_TIMED_OUT",
                "NOT_ENOUGH_REPLICAS"
            })
    void aCoordinatorThatMovesIsAskedAgain_isToldEverything_andTheListenerDoesNotNotice(ErrorCode code) {
        join(1, P0);
        Beat beat = beatAfterInterval();
        for (int attempt = 0; attempt < 50; attempt++) {
            beat.refuse(code);
            thread.advance(LIMITS.retryMaxMs());
            beat = coordinator.beat();
            assertThat(beat.request().epoch()).isEqualTo(1);
            assertThat(beat.request().subscription()).isNotNull();
            assertThat(beat.request().owned()).isEqualTo(keys(P0));
        }
        beat.ok(1, List.of(P0));
        thread.settle();

        assertThat(listener.calls()).isEmpty();
        assertThat(beatAfterInterval().request().subscription()).isNull();
    }

    @Test
    void offsetsThatCannotBeReadYetAreAskedForAgain_andRevocationsDoNotWaitForThem() {
        join(1, P0);
        beatAfterInterval().ok(2, List.of(P0, P1));
        for (ErrorCode code : List.of(
                ErrorCode.UNSTABLE_OFFSET_COMMIT, ErrorCode.COORDINATOR_LOAD_IN_PROGRESS, ErrorCode.UNKNOWN_TOPIC_ID)) {
            coordinator.fetch().refuse(code);
            thread.advance(LIMITS.retryMaxMs());
        }
        beatAfterInterval().ok(3, List.of(P1));
        thread.settle();
        assertThat(listener.calls()).isEmpty();

        coordinator.fetch().refuse(ErrorCode.UNSTABLE_OFFSET_COMMIT);
        thread.advance(LIMITS.retryMaxMs());

        assertThat(listener.calls()).containsExactly("revoked 3 in 5000 [t-0]");
    }

    @Test
    void anOldEpochWhileOffsetsAreReadIsFollowedByAHeartbeat() {
        member.start();
        coordinator.beat().ok(1, List.of(P0));
        coordinator.fetch().refuse(ErrorCode.STALE_MEMBER_EPOCH);

        coordinator.beat().ok(2, null);
        thread.advance(LIMITS.retryMaxMs());

        assertThat(coordinator.fetch().epoch()).isEqualTo(2);
    }

    @ParameterizedTest
    @EnumSource(names = {"UNKNOWN_MEMBER_ID", "FENCED_MEMBER_EPOCH", "GROUP_ID_NOT_FOUND"})
    void aMemberThatWasTakenForDeadIsToldWhatItLost_andJoinsAgain(ErrorCode code) {
        join(4, P0, P1);
        Future<Void> commit = member.commit(Map.of(P0, Position.at(3)));
        beatAfterInterval().refuse(code);
        thread.settle();

        ErrorCode told =
                code == ErrorCode.FENCED_MEMBER_EPOCH ? ErrorCode.ILLEGAL_GENERATION : ErrorCode.UNKNOWN_MEMBER_ID;
        assertThat(listener.calls()).containsExactly("lost " + told + " [t-0, t-1]");
        assertThat(codeOf(commit)).isEqualTo(told);
        assertThat(codeOf(member.commit(Map.of(P0, Position.at(3))))).isEqualTo(ErrorCode.ILLEGAL_GENERATION);
        thread.advance(LIMITS.retryMinMs());
        Beat again = coordinator.beat();
        assertThat(again.request().epoch()).isZero();
        assertThat(again.request().owned()).isEmpty();
        assertThat(again.request().subscription()).isNotNull();
        again.ok(6, List.of(P1));
        coordinator.fetch().ok(Map.of(P1, 1L));
        thread.settle();
        assertThat(listener.calls()).containsExactly("assigned 6 [t-1@1]");
    }

    @Test
    void whatComesTooLateForALostMembershipIsForgotten() {
        join(1, P0);
        beatAfterInterval().ok(2, List.of(P0, P1));
        ScriptedCoordinator.Fetch late = coordinator.fetch();
        beatAfterInterval().refuse(ErrorCode.UNKNOWN_MEMBER_ID);
        thread.settle();
        listener.calls();

        late.ok(Map.of(P1, 1L));
        thread.settle();

        assertThat(listener.calls()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(names = {"FENCED_INSTANCE_ID", "GROUP_MAX_SIZE_REACHED", "UNKNOWN_SERVER_ERROR", "INVALID_REQUEST"})
    void anErrorThatDoesNotPassEndsTheMember(ErrorCode code) {
        join(1, P0);
        Future<Void> commit = member.commit(Map.of(P0, Position.at(3)));
        beatAfterInterval().refuse(code);
        thread.settle();

        assertThat(listener.calls()).containsExactly("failed " + code);
        assertThat(codeOf(commit)).isEqualTo(code);
        assertThat(codeOf(member.commit(Map.of(P0, Position.at(3))))).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
        assertThat(member.ended().succeeded()).isTrue();
        assertThat(member.leave().succeeded()).isTrue();
        coordinator.commit();
        thread.advance(100_000);
        assertThat(coordinator.unanswered()).isEmpty();
    }

    @Test
    void anInstanceIdThatAnotherMemberHasIsWaitedFor() {
        member = member("i");
        member.start();
        for (int attempt = 0; attempt < 20; attempt++) {
            coordinator.beat().refuse(ErrorCode.UNRELEASED_INSTANCE_ID);
            thread.advance(LIMITS.retryMaxMs());
        }
        coordinator.beat().ok(2, List.of());
        thread.settle();

        assertThat(listener.calls()).containsExactly("assigned 2 []");
    }

    @Test
    void otherNodesAreAskedOnceForAnInstanceId_andTheCoordinatorAgainWhenTheyHaveAnswered() {
        member = member("i");
        member.start();
        coordinator.beat().refuse(ErrorCode.UNRELEASED_INSTANCE_ID);
        thread.advance(LIMITS.retryMaxMs());
        coordinator.beat().refuse(ErrorCode.UNRELEASED_INSTANCE_ID);
        thread.settle();
        assertThat(releases).isEqualTo(1);

        released.complete();

        coordinator.beat().ok(2, List.of());
        thread.settle();
        assertThat(listener.calls()).containsExactly("assigned 2 []");
    }

    @Test
    void ofTwoMembersAtDifferentNodesThatWaitForAnInstanceIdNeitherSendsTheOtherAway() {
        member = member("i");
        member.start();
        coordinator.beat().refuse(ErrorCode.UNRELEASED_INSTANCE_ID);

        Future<Void> asked = member.replacedElsewhere();
        thread.settle();
        assertThat(asked.succeeded()).isTrue();
        thread.advance(LIMITS.retryMaxMs());
        coordinator.beat().ok(2, List.of());
        thread.settle();
        assertThat(listener.calls()).containsExactly("assigned 2 []");

        Future<Void> askedAgain = member.replacedElsewhere();
        Beat last = coordinator.beat();
        assertThat(last.request().epoch()).isEqualTo(Heartbeat.LEAVE_FOR_A_WHILE);
        assertThat(askedAgain.isComplete()).isFalse();
        last.ok(Heartbeat.LEAVE_FOR_A_WHILE, null);
        thread.settle();
        assertThat(askedAgain.succeeded()).isTrue();
        assertThat(listener.calls()).containsExactly("failed FENCED_INSTANCE_ID");
    }

    @Test
    void aMemberThatHasItsInstanceIdWithoutKnowing_becauseTheAnswerWasLost_givesItBackAndJoinsAgain() {
        joinAndLoseTheAnswer();

        coordinator.beat().refuse(ErrorCode.COORDINATOR_NOT_AVAILABLE);
        thread.advance(LIMITS.retryMaxMs());
        coordinator.beat().refuse(ErrorCode.UNRELEASED_INSTANCE_ID);
        Beat release = coordinator.beat();
        assertThat(release.request().epoch()).isEqualTo(Heartbeat.LEAVE_FOR_A_WHILE);
        release.ok(Heartbeat.LEAVE_FOR_A_WHILE, null);
        thread.advance(LIMITS.retryMaxMs());

        assertThatItJoins();
    }

    @Test
    void aMemberThatMayHaveAnInstanceIdWaitsForIt_ifItTurnsOutThatAnotherHasIt() {
        joinAndLoseTheAnswer();
        coordinator.beat().refuse(ErrorCode.FENCED_INSTANCE_ID);
        thread.advance(LIMITS.retryMaxMs());

        coordinator.beat().refuse(ErrorCode.UNRELEASED_INSTANCE_ID);
        thread.advance(LIMITS.retryMaxMs());
        assertThatItJoins();
    }

    /** A join that may have been heard, and what a coordinator says that has heard it. */
    private void joinAndLoseTheAnswer() {
        member = member("i");
        member.start();
        coordinator.beat().refuse(ErrorCode.COORDINATOR_NOT_AVAILABLE);
        thread.advance(LIMITS.retryMaxMs());
        coordinator.beat().refuse(ErrorCode.UNRELEASED_INSTANCE_ID);
    }

    private void assertThatItJoins() {
        Beat join = coordinator.beat();
        assertThat(join.request().epoch()).isEqualTo(Heartbeat.JOIN);
        join.ok(2, List.of());
        thread.settle();
        assertThat(listener.calls()).containsExactly("assigned 2 []");
    }

    @Test
    void anInstanceIdIsNotWaitedForForEver() {
        member = member("i");
        member.start();
        for (long waitedMs = 0; waitedMs < LIMITS.releaseWaitMs(); waitedMs += LIMITS.retryMaxMs()) {
            coordinator.beat().refuse(ErrorCode.UNRELEASED_INSTANCE_ID);
            thread.advance(LIMITS.retryMaxMs());
        }
        coordinator.beat().refuse(ErrorCode.UNRELEASED_INSTANCE_ID);
        thread.settle();

        assertThat(listener.calls()).containsExactly("failed UNRELEASED_INSTANCE_ID");
    }

    @Test
    void aMemberLeavesAfterItsCommitsHaveEnded() {
        join(1, P0);
        Future<Void> committed = member.commit(Map.of(P0, Position.at(3)));
        Future<Void> left = member.leave();
        assertThat(left).isSameAs(member.disconnected());
        Commit commit = coordinator.commit();
        assertThat(coordinator.unanswered()).isEmpty();
        commit.ok();

        Beat last = coordinator.beat();
        assertThat(committed.succeeded()).isTrue();
        assertThat(last.request().epoch()).isEqualTo(Heartbeat.LEAVE);
        assertThat(left.isComplete()).isFalse();
        last.refuse(ErrorCode.NOT_COORDINATOR);
        thread.advance(LIMITS.retryMaxMs());
        coordinator.beat().ok(Heartbeat.LEAVE, null);
        thread.settle();

        assertThat(left.succeeded()).isTrue();
        thread.advance(100_000);
        assertThat(coordinator.unanswered()).isEmpty();
        assertThat(listener.calls()).isEmpty();
    }

    @Test
    void aMemberThatLeavesWhileAHeartbeatIsUnderWayWaitsForItsAnswer() {
        member.start();
        Beat join = coordinator.beat();
        Future<Void> left = member.leave();
        assertThat(coordinator.unanswered()).isEmpty();
        join.ok(1, List.of(P0));

        coordinator.beat().refuse(ErrorCode.UNKNOWN_MEMBER_ID);
        thread.settle();

        assertThat(left.succeeded()).isTrue();
        assertThat(listener.calls()).isEmpty();
    }

    @Test
    void aCoordinatorThatIsNotThereDoesNotHoldWhoLeaves() {
        join(1);
        Future<Void> left = member.leave();
        for (long waitedMs = 0; waitedMs < LIMITS.leaveTimeoutMs(); waitedMs += LIMITS.retryMaxMs()) {
            coordinator.beat().refuse(ErrorCode.COORDINATOR_NOT_AVAILABLE);
            thread.advance(LIMITS.retryMaxMs());
        }
        coordinator.beat().refuse(ErrorCode.COORDINATOR_NOT_AVAILABLE);
        thread.settle();

        assertThat(left.succeeded()).isTrue();
    }

    @Test
    void aConnectionThatBreaksKeepsThePartitionsOfAnInstanceOnly() {
        member.start();
        coordinator.beat().ok(1, List.of());
        member.disconnected();
        assertThat(coordinator.beat().request().epoch()).isEqualTo(Heartbeat.LEAVE);

        CoordinatedMember withInstance = member("i");
        withInstance.start();
        coordinator.beat().ok(1, List.of());
        withInstance.disconnected();
        Beat last = coordinator.beat();
        assertThat(last.request().epoch()).isEqualTo(Heartbeat.LEAVE_FOR_A_WHILE);
        assertThat(last.request().member().instanceId()).isEqualTo("i");
    }

    @Test
    void aMemberThatIsReplacedKeepsThePartitionsForItsSuccessor() {
        member = member("i");
        member.start();
        coordinator.beat().ok(1, List.of());
        thread.settle();
        listener.calls();

        Future<Void> parted = member.replaced();
        Beat last = coordinator.beat();
        assertThat(last.request().epoch()).isEqualTo(Heartbeat.LEAVE_FOR_A_WHILE);
        assertThat(listener.calls()).containsExactly("failed FENCED_INSTANCE_ID");
        last.ok(Heartbeat.LEAVE_FOR_A_WHILE, null);
        thread.settle();
        assertThat(parted.succeeded()).isTrue();
    }

    /** Joins and takes partitions, without positions. */
    private void join(int epoch, TopicPartition... partitions) {
        member.start();
        coordinator.beat().ok(epoch, List.of(partitions));
        if (partitions.length > 0) {
            coordinator.fetch().ok(Map.of());
            coordinator.beat().ok(epoch, null);
        }
        thread.settle();
        listener.calls();
    }

    private Beat beatAfterInterval() {
        thread.advance(ScriptedCoordinator.INTERVAL_MS);
        return coordinator.beat();
    }

    private static Set<PartitionKey> keys(TopicPartition... partitions) {
        return Stream.of(partitions).map(PartitionKey::of).collect(Collectors.toSet());
    }

    private ErrorCode codeOf(Future<Void> failed) {
        thread.settle();
        return ((MillraceException) failed.cause()).code();
    }
}
