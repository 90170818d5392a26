package io.millrace.cluster.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.storage.TopicPartition;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
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
                    () -> 0,
                    () -> 1),
            1);

    @Test
    void nothingIsAskedForAReplicaThatWasTakenOutWhileItMovedToAnotherLane() throws InterruptedException {
        for (int step = 1; step <= STEPS; step++) {
            Replica replica = new Replica();
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

    private void answerOne() {
        Asked one = asked.remove();
        one.answer()
                .complete(new ReplicaFetchResponse<>(one.request().partitions().stream()
                        .map(entry -> new ReplicaFetchResponse.Entry<ByteBuffer>(
                                entry.partition(), new ReplicaFetchResponse.Records<>(ByteBuffer.allocate(0)), 0, 0))
                        .toList()));
    }

    /** Runs another thread when it is looked up in a map for the n-th time. */
    private static final class Replica implements FollowedReplica {

        private final TopicPartition partition = new TopicPartition(new UUID(1, 2), "t", 0);
        private volatile boolean caughtUp;
        private int stepsLeft;
        private Thread mover;
        private Thread other;

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
            return Future.succeededFuture();
        }
    }
}
