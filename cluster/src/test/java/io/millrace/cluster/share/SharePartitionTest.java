package io.millrace.cluster.share;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.storage.TopicPartition;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class SharePartitionTest {

    private static final ShareLimits LIMITS = new ShareLimits(1_000, 5, 100);
    private static final Runnable NOBODY = () -> {};

    private record Write(StateUpdate update, Promise<Void> done) {}

    private record Task(long atMs, Runnable work) {}

    private final List<Write> writes = new ArrayList<>();
    private final List<Task> tasks = new ArrayList<>();
    private final ShareStats stats = new ShareStats();
    private long nowMs;
    private int moves;

    private final SharePartition partition = new SharePartition(
            "group",
            new TopicPartition(new UUID(1, 2), "topic", 0),
            3,
            new SavedState(1, 0, List.of()),
            () -> LIMITS,
            new ShareStateStore() {
                @Override
                public Future<SavedState> read(String groupId, TopicPartition partition, int leaderEpoch) {
                    throw new UnsupportedOperationException("it was read before");
                }

                @Override
                public Future<Void> write(
                        String groupId, TopicPartition partition, int leaderEpoch, int stateEpoch, StateUpdate update) {
                    Write write = new Write(update, Promise.promise());
                    writes.add(write);
                    return write.done().future();
                }
            },
            (delayMs, work) -> tasks.add(new Task(nowMs + delayMs, work)),
            () -> nowMs,
            stats);

    private List<AcquiredRecords> fetch(String member, long last) {
        long from = partition.beginFetch(0, NOBODY).orElseThrow();
        List<AcquiredRecords> acquired =
                partition.acquire(member, List.of(new LogBatch(from, last, true)), from, 100, false);
        partition.endFetch();
        return acquired;
    }

    private Future<Void> accept(String member, long first, long last) {
        return partition.acknowledge(member, List.of(new AckBatch(first, last, List.of(AckType.ACCEPT))));
    }

    private static ErrorCode code(Future<?> failed) {
        return ((MillraceException) failed.cause()).code();
    }

    @Test
    void anAcknowledgementIsAnsweredWhenItIsStored() {
        fetch("a", 9);
        Future<Void> answer = accept("a", 0, 4);
        assertThat(answer.isComplete()).isFalse();
        assertThat(writes.get(0).update()).isEqualTo(new StateUpdate(5, 0, List.of()));

        writes.get(0).done().complete();

        assertThat(answer.succeeded()).isTrue();
    }

    @Test
    void whatComesDuringAWriteIsStoredWithTheNext() {
        fetch("a", 9);
        Future<Void> first = accept("a", 0, 1);
        Future<Void> second = accept("a", 6, 7);
        Future<Void> third = accept("a", 2, 3);
        assertThat(writes).hasSize(1);

        writes.get(0).done().complete();

        assertThat(first.succeeded()).isTrue();
        assertThat(second.isComplete()).isFalse();
        assertThat(writes).hasSize(2);
        assertThat(writes.get(1).update())
                .isEqualTo(new StateUpdate(4, 2, List.of(new StateBatch(6, 7, DeliveryState.ACKNOWLEDGED, 1))));
        writes.get(1).done().complete();
        assertThat(second.succeeded() && third.succeeded()).isTrue();
    }

    @Test
    void whatCouldNotBeStoredCanBeAcknowledgedAgain() {
        fetch("a", 9);
        Future<Void> first = accept("a", 0, 9);
        writes.get(0).done().fail(new MillraceException(ErrorCode.COORDINATOR_NOT_AVAILABLE, "nobody there"));
        assertThat(code(first)).isEqualTo(ErrorCode.COORDINATOR_NOT_AVAILABLE);

        Future<Void> second = accept("a", 0, 9);
        writes.get(1).done().complete();

        assertThat(second.succeeded()).isTrue();
    }

    @Test
    void nothingIsGivenOutWhenAnotherLeaderHasTakenOver() {
        fetch("a", 9);
        Future<Void> answer = accept("a", 0, 9);
        writes.get(0).done().fail(new MillraceException(ErrorCode.FENCED_LEADER_EPOCH, "a newer one"));

        assertThat(code(answer)).isEqualTo(ErrorCode.FENCED_LEADER_EPOCH);
        assertThat(partition.isClosed()).isTrue();
        assertThat(partition.beginFetch(0, NOBODY)).isEmpty();
        assertThat(code(accept("a", 0, 9))).isEqualTo(ErrorCode.NOT_LEADER_OR_FOLLOWER);
    }

    @Test
    void whatIsHeldForTooLongComesBackByItself() {
        partition.listen(() -> moves++);
        fetch("a", 9);
        assertThat(tasks).hasSize(1);
        nowMs = tasks.get(0).atMs();
        assertThat(nowMs).isEqualTo(1_000);

        tasks.get(0).work().run();

        assertThat(moves).isEqualTo(1);
        assertThat(writes.get(0).update().batches()).containsExactly(new StateBatch(0, 9, DeliveryState.AVAILABLE, 1));
        assertThat(fetch("b", 9)).containsExactly(new AcquiredRecords(0, 9, 2));
        assertThat(stats.counts(0, 0, 0).lockTimeouts()).isEqualTo(10);
    }

    @Test
    void whatIsGivenUpIsCounted() {
        for (int delivery = 1; delivery <= 5; delivery++) {
            fetch("a", 9);
            partition.release("a");
            writes.get(delivery - 1).done().complete();
        }

        assertThat(stats.counts(0, 0, 0).givenUp()).isEqualTo(10);
        assertThat(partition.inFlight()).isZero();
    }

    @Test
    void aStartThatMovesPastWhatNobodyIsGivenIsStored() {
        long from = partition.beginFetch(0, NOBODY).orElseThrow();

        assertThat(partition.acquire("a", List.of(new LogBatch(0, 3, false)), from, 100, false))
                .isEmpty();

        assertThat(writes.get(0).update()).isEqualTo(new StateUpdate(4, 0, List.of()));
    }

    @Test
    void whileOneReadsOthersWaitAndAreToldWhenItHasRead() {
        assertThat(partition.beginFetch(0, NOBODY)).hasValue(0);
        assertThat(partition.beginFetch(0, () -> moves++)).isEmpty();
        assertThat(moves).isZero();

        partition.endFetch();

        assertThat(moves).isEqualTo(1);
        assertThat(partition.beginFetch(0, NOBODY)).hasValue(0);
    }

    @Test
    void closingWaitsForWhatIsBeingStored() {
        fetch("a", 9);
        accept("a", 0, 1);
        accept("a", 2, 3);

        Future<Void> settled = partition.close();

        assertThat(settled.isComplete()).isFalse();
        writes.get(0).done().complete();
        assertThat(settled.isComplete()).isFalse();
        writes.get(1).done().complete();
        assertThat(settled.succeeded()).isTrue();
        assertThat(partition.close().succeeded()).isTrue();
    }
}
