package io.millrace.cluster.group.member;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.group.member.ScriptedCoordinator.Commit;
import io.millrace.storage.TopicPartition;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class CommitQueueTest {

    private static final TopicPartition P0 = new TopicPartition(new UUID(1, 2), "t", 0);
    private static final TopicPartition P1 = new TopicPartition(new UUID(1, 2), "t", 1);
    private static final GroupMemberLimits LIMITS = GroupMemberLimits.defaults();

    private final VirtualThread thread = new VirtualThread();
    private final ScriptedCoordinator coordinator = new ScriptedCoordinator(thread);
    private int epoch = 1;
    private int doubts;
    private final CommitQueue commits = new CommitQueue(
            thread,
            coordinator,
            new MemberIdentity("g", "m", null, "", "127.0.0.1"),
            LIMITS,
            () -> epoch,
            () -> doubts++);

    @Test
    void whatComesWhileACommitIsUnderWayGoesTogetherAfterIt_theNewestOfEachPartition() {
        Future<Void> first = commits.add(Map.of(P0, Position.at(1)));
        Future<Void> second = commits.add(Map.of(P0, Position.at(2), P1, Position.at(7)));
        Future<Void> third = commits.add(Map.of(P0, new Position(3, "note")));
        Commit sent = coordinator.commit();
        assertThat(sent.positions()).isEqualTo(Map.of(P0, Position.at(1)));
        assertThat(coordinator.unanswered()).isEmpty();
        sent.ok();

        Commit together = coordinator.commit();
        assertThat(first.succeeded()).isTrue();
        assertThat(together.positions()).isEqualTo(Map.of(P0, new Position(3, "note"), P1, Position.at(7)));
        together.ok();
        thread.settle();
        assertThat(second.succeeded()).isTrue();
        assertThat(third.succeeded()).isTrue();
    }

    @Test
    void aCommitThatIsTriedAgainIsNotOvertaken() {
        Future<Void> first = commits.add(Map.of(P0, Position.at(1)));
        commits.add(Map.of(P0, Position.at(2)));
        coordinator.commit().refuse(ErrorCode.NOT_COORDINATOR);
        thread.advance(LIMITS.retryMaxMs());

        Commit again = coordinator.commit();
        assertThat(again.positions()).isEqualTo(Map.of(P0, Position.at(1)));
        again.ok();
        assertThat(coordinator.commit().positions()).isEqualTo(Map.of(P0, Position.at(2)));
        assertThat(first.succeeded()).isTrue();
    }

    @Test
    void anOldEpochIsAskedFor_andTheCommitIsRepeatedWithTheNewOne() {
        Future<Void> commit = commits.add(Map.of(P0, Position.at(1)));
        coordinator.commit().refuseEach(ErrorCode.STALE_MEMBER_EPOCH);
        thread.settle();
        assertThat(doubts).isEqualTo(1);
        epoch = 2;
        thread.advance(LIMITS.retryMaxMs());

        Commit again = coordinator.commit();
        assertThat(again.epoch()).isEqualTo(2);
        again.ok();
        thread.settle();
        assertThat(commit.succeeded()).isTrue();
    }

    @Test
    void onlyTheCommitsOfAPartitionThatWasRefusedFail() {
        commits.add(Map.of(P0, Position.at(1)));
        Future<Void> bad = commits.add(Map.of(P0, new Position(2, "x".repeat(5_000))));
        Future<Void> good = commits.add(Map.of(P1, Position.at(2)));
        coordinator.commit().ok();

        coordinator.commit().answer().complete(Map.of(P0, ErrorCode.OFFSET_METADATA_TOO_LARGE, P1, ErrorCode.NONE));
        thread.settle();

        assertThat(codeOf(bad)).isEqualTo(ErrorCode.OFFSET_METADATA_TOO_LARGE);
        assertThat(good.succeeded()).isTrue();
    }

    @Test
    void aCommitOfAMemberThatIsNotKnownFails_andTheMemberIsToAsk() {
        Future<Void> commit = commits.add(Map.of(P0, Position.at(1)));
        coordinator.commit().refuseEach(ErrorCode.UNKNOWN_MEMBER_ID);

        assertThat(codeOf(commit)).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
        assertThat(doubts).isEqualTo(1);
    }

    @Test
    void aCoordinatorThatIsAwayForLongMakesACommitFail() {
        Future<Void> commit = commits.add(Map.of(P0, Position.at(1)));
        for (long waitedMs = 0; waitedMs <= LIMITS.commitTimeoutMs(); waitedMs += LIMITS.retryMaxMs()) {
            coordinator.commit().refuse(ErrorCode.COORDINATOR_NOT_AVAILABLE);
            thread.advance(LIMITS.retryMaxMs());
            if (commit.isComplete()) {
                break;
            }
        }

        assertThat(codeOf(commit)).isEqualTo(ErrorCode.REQUEST_TIMED_OUT);
        commits.add(Map.of(P0, Position.at(2)));
        assertThat(coordinator.commit().positions()).isEqualTo(Map.of(P0, Position.at(2)));
    }

    @Test
    void soManyWaitAndNoMore() {
        List<Future<Void>> all = new ArrayList<>();
        for (int i = 0; i <= LIMITS.pendingCommitsMax(); i++) {
            all.add(commits.add(Map.of(P0, Position.at(i))));
        }
        assertThat(codeOf(commits.add(Map.of(P0, Position.at(1_000))))).isEqualTo(ErrorCode.THROTTLING_QUOTA_EXCEEDED);
        coordinator.commit().ok();
        coordinator.commit().ok();
        thread.settle();

        assertThat(all).allMatch(Future::succeeded);
    }

    @Test
    void endedMeansAllThatWereGivenUntilThen() {
        commits.add(Map.of(P0, Position.at(1)));
        commits.add(Map.of(P0, Position.at(2)));
        Future<Void> ended = commits.ended();
        coordinator.commit().ok();
        Commit second = coordinator.commit();
        assertThat(ended.isComplete()).isFalse();
        second.refuseEach(ErrorCode.UNKNOWN_MEMBER_ID);
        thread.settle();

        assertThat(ended.succeeded()).isTrue();
        assertThat(commits.ended().succeeded()).isTrue();
    }

    private ErrorCode codeOf(Future<Void> failed) {
        thread.settle();
        return ((MillraceException) failed.cause()).code();
    }
}
