package io.millrace.cluster.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.session.SessionStep;
import io.millrace.storage.TopicPartition;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Replicas move between lanes while others take them out. */
class ReplicaFetchersTest {

    private static final int LEADER = 2;

    /** More than a move looks the replica up. */
    private static final int STEPS = 8;

    private record Asked(ReplicaFetchRequest request, Promise<ReplicaFetchResponse<ByteBuffer>> answer) {}

    private final Queue<Asked> asked = new ArrayDeque<>();
    private long nowMs;
    private final Queue<Runnable> timers = new ArrayDeque<>();
    private final ReplicaFetchers fetchers = new ReplicaFetchers(
            new Replication(
                    new ReplicationConfig(2, 10_000, 50, 50, 1 << 20, 1 << 16, 1 << 30, 2, 20),
                    proposal -> Future.failedFuture("nobody leads here"),
                    (leader, lane, request) -> {
                        Asked each = new Asked(request, Promise.promise());
                        asked.add(each);
                        return each.answer().future();
                    },
                    (delayMs, task) -> timers.add(task),
                    () -> nowMs,
                    () -> 1),
            1);

    @Test
    void nothingIsAskedForAReplicaThatWasTakenOutWhileItMovedToAnotherLane() throws InterruptedException {
        for (int step = 1; step <= STEPS; step++) {
            Replica replica = new Replica(0);
            fetchers.follow(replica, LEADER);
            replica.caughtUp = true;
            Thread other = new Thread(() -> fetchers.unfollow(replica));
            replica.whenLookedUp(step, Thread.currentThread(), other);
            answerOne();
            if (other.getState() == Thread.State.NEW) {
                // The move looked it up less often than that.
                other.start();
            }
            other.join();

            // An answer that is under way may still come, and one more be asked for.
            for (int round = 0; round < 5 && !asked.isEmpty(); round++) {
                answerOne();
            }
            assertThat(asked)
                    .as("requests, taken out at step %d of the move", step)
                    .isEmpty();
            assertThat(timers)
                    .as("timers, taken out at step %d of the move", step)
                    .isEmpty();
        }
    }

    @Test
    void thousandsOfPartitionsInWhichNothingHappensAreNamedOnce() {
        for (int i = 0; i < 2_000; i++) {
            fetchers.follow(new Replica(i), LEADER);
        }
        // The first went out for the first of them.
        answerIn(7);
        ReplicaFetchRequest all = asked.element().request();
        assertThat(all.session()).isEqualTo(new SessionStep(7, 1));
        assertThat(all.partitions()).hasSize(1_999);
        for (int epoch = 2; epoch < 10; epoch++) {
            nothingNewIn(7);
            nowMs += 50;
            assertThat(asked.element().request().session()).isEqualTo(new SessionStep(7, epoch));
            assertThat(asked.element().request().partitions()).isEmpty();
        }

        asked.remove().answer().fail("the connection broke");
        timers.remove().run();
        assertThat(asked.element().request().session()).isEqualTo(new SessionStep(7, 0));
        assertThat(asked.element().request().partitions()).hasSize(2_000);
    }

    @Test
    void aLeaderThatForgotTheSessionIsToldEverything() {
        fetchers.follow(new Replica(0), LEADER);
        answerIn(7);
        asked.remove().answer().complete(ReplicaFetchResponse.refused(ErrorCode.FETCH_SESSION_ID_NOT_FOUND));
        timers.remove().run();

        assertThat(asked.element().request().session()).isEqualTo(new SessionStep(7, 0));
        assertThat(asked.element().request().partitions()).hasSize(1);
        answerIn(8);
        assertThat(asked.element().request().session()).isEqualTo(new SessionStep(8, 1));
    }

    @Test
    void aReplicaThatCouldNotTakeItsPartIsForgottenAndAsksAgainLater() {
        Replica replica = new Replica(0);
        fetchers.follow(replica, LEADER);
        fetchers.follow(new Replica(1), LEADER);
        nothingNewIn(7);
        nothingNewIn(7);
        replica.broken = true;
        answer(7, asked.element(), List.of(replica.partition));
        assertThat(asked.element().request().partitions()).isEmpty();
        assertThat(asked.element().request().forgotten()).containsExactly(replica.partition);

        nowMs += 20;
        nothingNewIn(7);
        assertThat(asked.element().request().partitions())
                .extracting(ReplicaFetchRequest.Entry::partition)
                .containsExactly(replica.partition);
    }

    @Test
    void aReplicaThatCouldNotTakeItsPartIsNamedAgainThoughItWantsTheSame() {
        Replica broken = new Replica(0);
        Replica slow = new Replica(1);
        fetchers.follow(broken, LEADER);
        fetchers.follow(slow, LEADER);
        nothingNewIn(7);
        nothingNewIn(7);
        broken.broken = true;
        slow.taking = Promise.promise();
        answer(7, asked.element(), List.of(broken.partition, slow.partition));
        // When the other one is done, it has waited long enough.
        nowMs += 40;
        slow.taking.complete();

        assertThat(asked.element().request().partitions())
                .extracting(ReplicaFetchRequest.Entry::partition)
                .containsExactly(broken.partition);
    }

    /** Something about each partition that the request names, in a session. */
    private void answerIn(int session) {
        Asked one = asked.element();
        answer(
                session,
                one,
                one.request().partitions().stream()
                        .map(ReplicaFetchRequest.Entry::partition)
                        .toList());
    }

    private void nothingNewIn(int session) {
        answer(session, asked.element(), List.of());
    }

    private void answer(int session, Asked one, List<TopicPartition> partitions) {
        asked.remove();
        one.answer()
                .complete(new ReplicaFetchResponse<>(
                        ErrorCode.NONE,
                        session,
                        partitions.stream().map(ReplicaFetchersTest::empty).toList()));
    }

    private static ReplicaFetchResponse.Entry<ByteBuffer> empty(TopicPartition partition) {
        return new ReplicaFetchResponse.Entry<>(
                partition, new ReplicaFetchResponse.Records<>(ByteBuffer.allocate(0)), 0, 0);
    }

    private void answerOne() {
        Asked one = asked.remove();
        one.answer()
                .complete(new ReplicaFetchResponse<>(one.request().partitions().stream()
                        .map(entry -> empty(entry.partition()))
                        .toList()));
    }

    /** Runs another thread when it is looked up in a map for the n-th time. */
    private static final class Replica implements FollowedReplica {

        private final TopicPartition partition;
        private boolean broken;
        private Promise<Void> taking;
        private volatile boolean caughtUp;
        private int stepsLeft;
        private Thread mover;
        private Thread other;

        Replica(int partition) {
            this.partition = new TopicPartition(new UUID(1, 2), "t", partition);
        }

        void whenLookedUp(int step, Thread by, Thread then) {
            stepsLeft = step;
            mover = by;
            other = then;
        }

        @Override
        public int hashCode() {
            if (Thread.currentThread() == mover && --stepsLeft == 0) {
                other.start();
                try {
                    // It cannot end while this thread holds the lock that it needs.
                    other.join(50);
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            }
            return 1;
        }

        @Override
        public boolean equals(Object o) {
            return this == o;
        }

        @Override
        public TopicPartition topicPartition() {
            return partition;
        }

        @Override
        public boolean isCaughtUp() {
            return caughtUp;
        }

        @Override
        public ReplicaFetchRequest.Entry ask(int maxBytes) {
            return new ReplicaFetchRequest.Entry(
                    partition, 0, 0, -1, 0, maxBytes, ReplicaFetchRequest.Entry.NOBODY_WAITS);
        }

        @Override
        public Future<Void> take(ReplicaFetchRequest.Entry request, ReplicaFetchResponse.Entry<ByteBuffer> answer) {
            if (taking != null) {
                return taking.future();
            }
            return broken ? Future.failedFuture("broken") : Future.succeededFuture();
        }
    }
}
