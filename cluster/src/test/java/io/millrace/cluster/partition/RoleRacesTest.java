package io.millrace.cluster.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.metadata.PartitionMetadata;
import io.millrace.cluster.replication.ReplicaFetchRequest;
import io.millrace.cluster.replication.ReplicaFetchResponse;
import io.millrace.cluster.replication.ReplicaFetchResponse.Diverging;
import io.millrace.cluster.replication.ReplicaFetchResponse.Failed;
import io.millrace.cluster.replication.ReplicaFetchResponse.Records;
import io.millrace.cluster.replication.ReplicaFetchers;
import io.millrace.cluster.replication.Replication;
import io.millrace.cluster.replication.ReplicationConfig;
import io.millrace.storage.FaultyDisk;
import io.millrace.storage.LogManager;
import io.millrace.storage.PartitionLog;
import io.millrace.storage.TestBatch;
import io.millrace.storage.TestLogs;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What comes between two steps of a role: an answer and the moment at which the log's shard acts on it, or two looks at a log. */
class RoleRacesTest {

    @TempDir
    Path directory;

    private final Object lock = new Object();
    private final HighWatermark highWatermark = new HighWatermark(0, lock);
    private final Vertx vertx = Vertx.vertx();
    private final FaultyDisk disk = new FaultyDisk();
    private LogManager logs;
    private PartitionLog log;

    @BeforeEach
    void twoRecords() throws IOException {
        logs = TestLogs.open(TestLogs.config(directory), disk);
        log = TestLogs.create(logs);
        TestLogs.append(log, "a");
        TestLogs.append(log, "b");
        Awaitility.await().until(() -> log.offsets().durableOffset() == 2);
    }

    @AfterEach
    void close() {
        logs.close();
        TestCluster.get(vertx.close());
    }

    @Test
    void aCopyThatWasAskedForBeforeTheLogWasCutIsNotWrittenBehindAHole() {
        FollowerRole role = follower(before("append", () -> TestLogs.await(log.truncateTo(1))));
        ReplicaFetchRequest.Entry asked = role.ask(1 << 20);
        assertThat(asked.fetchOffset()).isEqualTo(2);
        // From a leader whose log is compacted: there may be holes.
        ByteBuffer copied = TestBatch.of("c").copiedFrom(2, 0).build();

        Future<Void> taken =
                role.take(asked, new ReplicaFetchResponse.Entry<>(log.topicPartition(), new Records<>(copied), 0, 0));

        assertThatThrownBy(() -> TestCluster.get(taken)).hasMessageContaining("ends at 1");
        assertThat(log.offsets().logEndOffset()).isEqualTo(1);
    }

    /** A high watermark below the log start would be one that nobody can read at. */
    @Test
    void theHighWatermarkIsNotLeftBelowALogThatBeganAgainWhenTheReignEndedMeanwhile() {
        FollowerRole[] role = new FollowerRole[1];
        MillraceException over = new MillraceException(ErrorCode.NOT_LEADER_OR_FOLLOWER, "another leads");
        role[0] = follower(before("restartAt", () -> role[0].close(over)));

        TestCluster.get(role[0].take(
                role[0].ask(1 << 20),
                new ReplicaFetchResponse.Entry<>(
                        log.topicPartition(), new Failed<>(ErrorCode.OFFSET_OUT_OF_RANGE), -1, 100)));

        assertThat(log.offsets().logStartOffset()).isEqualTo(100);
        assertThat(highWatermark.value()).isEqualTo(100);
    }

    /** What it asks from is what the leader counts on. */
    @Test
    void nothingIsAskedForWhileSomethingIsWrittenAndNotDurable() {
        FollowerRole role = follower(log);
        CountDownLatch forces = new CountDownLatch(1);
        disk.holdForces = forces;
        try {
            TestLogs.append(log, "c");
            assertThat(role.ask(1 << 20)).isNull();
        } finally {
            forces.countDown();
        }
        Awaitility.await().until(() -> role.ask(1 << 20) != null);
        assertThat(role.ask(1 << 20).fetchOffset()).isEqualTo(3);
    }

    /** T31, KAFKA-7104: records were committed and deleted between the looks at one and the other. */
    @Test
    void aLogStartIsNotToldWithAHighWatermarkFromBeforeItMoved() {
        AtomicBoolean moves = new AtomicBoolean();
        PartitionLog over = before("offsets", () -> {
            if (moves.getAndSet(false)) {
                synchronized (lock) {
                    highWatermark.raise(2);
                }
                TestLogs.await(log.advanceLogStart(2));
            }
        });
        LeaderRole leader = new LeaderRole(
                over, context(), highWatermark, lock, new PartitionMetadata(0, 2, 5, 5, List.of(2), List.of(2)), 1);
        moves.set(true);

        PartitionOffsets told = leader.offsets();

        assertThat(moves).isFalse();
        assertThat(log.offsets().logStartOffset()).isEqualTo(2);
        assertThat(told.logStartOffset()).isLessThanOrEqualTo(told.highWatermark());
        assertThat(leader.offsets().logStartOffset()).isEqualTo(2);
    }

    /** Asked from where it will be cut, the leader would count records that are gone a moment later. */
    @Test
    void aReplicaThatIsBeingCutTellsTheNextLeaderWhereItsLogEndsOnlyWhenThatIsDone() {
        List<ReplicaFetchRequest> asked = new CopyOnWriteArrayList<>();
        Promise<ReplicaFetchResponse<ByteBuffer>> first = Promise.promise();
        Replication replication = Replication.of(
                vertx,
                ReplicationConfig.defaults(),
                proposal -> Future.failedFuture("not a leader"),
                (leader, lane, request) -> {
                    asked.add(request);
                    return leader == 1 ? first.future() : Future.future(never -> {});
                },
                () -> 7);
        Partition partition = new Partition(
                log, new PartitionContext(2, () -> null, replication, new ReplicaFetchers(replication, 2)), 0);
        List<Integer> nodes = List.of(1, 2, 3);
        TestLogs.await(partition.apply(new PartitionMetadata(0, 1, 5, 5, nodes, nodes), 1, true));
        Awaitility.await().until(() -> asked.size() == 1);
        CountDownLatch forces = new CountDownLatch(1);
        disk.holdForces = forces;
        CompletionStage<Void> followed;
        try {
            first.complete(new ReplicaFetchResponse<>(
                    List.of(new ReplicaFetchResponse.Entry<>(log.topicPartition(), new Diverging<>(0, 1), -1, -1))));
            followed = partition.apply(new PartitionMetadata(0, 3, 6, 6, nodes, nodes), 1, true);
        } finally {
            forces.countDown();
        }
        TestLogs.await(followed);

        Awaitility.await().until(() -> asked.size() == 2);
        assertThat(asked.get(0).partitions().get(0).fetchOffset()).isEqualTo(2);
        assertThat(asked.get(1).partitions().get(0).fetchOffset()).isEqualTo(1);
    }

    private FollowerRole follower(PartitionLog over) {
        return new FollowerRole(
                over, context(), highWatermark, lock, new PartitionMetadata(0, 1, 5, 5, List.of(1, 2), List.of(1, 2)));
    }

    private PartitionContext context() {
        Replication replication = Replication.alone(vertx);
        return new PartitionContext(2, () -> null, replication, new ReplicaFetchers(replication, 2));
    }

    /** The log, where something happens right before what a method asks for. */
    private PartitionLog before(String method, Runnable happens) {
        return (PartitionLog) Proxy.newProxyInstance(
                PartitionLog.class.getClassLoader(),
                new Class<?>[] {PartitionLog.class},
                (proxy, called, arguments) -> {
                    if (called.getName().startsWith(method)) {
                        happens.run();
                    }
                    try {
                        return called.invoke(log, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
