package io.millrace.cluster.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.partition.FetchCommand.FetchPartition;
import io.millrace.cluster.replication.IsrCommitter.Answer;
import io.millrace.cluster.replication.IsrCommitter.Committed;
import io.millrace.cluster.replication.IsrCommitter.Ineligible;
import io.millrace.cluster.replication.IsrCommitter.Proposal;
import io.millrace.cluster.replication.IsrCommitter.Stale;
import io.millrace.cluster.replication.ReplicaFetchRequest;
import io.millrace.cluster.replication.ReplicaFetchResponse.Failed;
import io.millrace.storage.AppendResult;
import io.millrace.storage.FaultyDisk;
import io.millrace.storage.ReadResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who counts for the high watermark while the controller decides, and who may be proposed (design §11, T17 to T20 and T23). */
@Timeout(60)
class InSyncReplicasTest {

    /** Longer than a leader needs to propose what it should not. */
    private static final Duration A_WHILE = Duration.ofMillis(150);

    /** What the leader asked for, and nobody has answered. */
    private record Held(Proposal proposal, Promise<Answer> answer) {}

    @TempDir
    Path directory;

    private final Queue<Held> held = new ConcurrentLinkedQueue<>();
    private TestCluster cluster;

    @BeforeEach
    void start() {
        cluster = new TestCluster(directory, 3, 1);
        cluster.append("a");
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    private void holdProposalsOf(int node) {
        cluster.node(node).committer(proposal -> {
            Promise<Answer> answer = Promise.promise();
            held.add(new Held(proposal, answer));
            return answer.future();
        });
    }

    private Held awaitHeld() {
        await().until(() -> !held.isEmpty());
        return held.remove();
    }

    private void removeThirdFromIsr() {
        cluster.network.cut(3, 1);
        Future<AppendResult> waiting = cluster.append(1, "gap", Acks.ALL);
        cluster.awaitHeard(2, 2);
        cluster.skip(11_000);
        cluster.node(1).service().checkInSync();
        TestCluster.get(waiting);
        cluster.awaitInSync(1, 2);
    }

    /** T17: whatever the controller decides, what was acknowledged is on all in-sync replicas. */
    @Test
    void aReplicaThatIsAskedForCountsBeforeItsAdditionIsCommitted() {
        removeThirdFromIsr();
        holdProposalsOf(1);
        cluster.network.heal();
        Held expand = awaitHeld();
        assertThat(expand.proposal().isr()).hasSize(3);
        cluster.network.cut(3, 1);

        Future<AppendResult> waiting = cluster.append(1, "b", Acks.ALL);
        await().until(() -> cluster.end(2) == 3);
        await().during(A_WHILE).until(() -> !waiting.isComplete());

        // Refused: only the committed ones count again.
        expand.answer().complete(new Ineligible("it stops"));
        TestCluster.get(waiting);
    }

    /** T17. */
    @Test
    void aReplicaThatIsToLeaveCountsUntilItsRemovalIsCommitted() {
        holdProposalsOf(1);
        cluster.network.cut(3, 1);
        Future<AppendResult> waiting = cluster.append(1, "b", Acks.ALL);
        cluster.awaitHeard(2, 2);
        cluster.skip(11_000);
        cluster.node(1).service().checkInSync();
        Held shrink = awaitHeld();
        assertThat(shrink.proposal().isr()).hasSize(2);
        await().during(A_WHILE).until(() -> !waiting.isComplete());

        shrink.answer().complete(TestCluster.get(cluster.node(1).alter(shrink.proposal())));

        TestCluster.get(waiting);
    }

    /** T17: the change was carried out, its answer got lost, and no image says so. */
    @Test
    void aChangeWhoseAnswerWasLostIsAskedForAgain() {
        cluster.deafen(1);
        cluster.node(1).committer(proposal -> {
            held.add(new Held(proposal, Promise.promise()));
            Future<Answer> carriedOut = cluster.node(1).alter(proposal);
            return held.size() == 1 ? Future.failedFuture(new IOException("lost")) : carriedOut;
        });
        cluster.network.cut(3, 1);
        Future<AppendResult> waiting = cluster.append(1, "b", Acks.ALL);
        cluster.awaitHeard(2, 2);
        cluster.skip(11_000);
        cluster.node(1).service().checkInSync();

        TestCluster.get(waiting);
        assertThat(held).hasSizeGreaterThanOrEqualTo(2);
        assertThat(held.remove().proposal()).isEqualTo(held.remove().proposal());
    }

    @Test
    void aReplicaIsAskedForOnlyWhenItHasEverythingThatWasAcknowledged() {
        removeThirdFromIsr();
        holdProposalsOf(1);
        long epoch = cluster.controller.image().brokers().get(3).epoch();

        fetchAs(3, epoch, 1);
        await().during(A_WHILE).until(held::isEmpty);

        fetchAs(3, epoch, 2);
        assertThat(awaitHeld().proposal().isr()).hasSize(3);
    }

    @Test
    void aChangeThatWasRefusedAsStaleIsAskedForAgainWhileNoImageSaysMore() {
        AtomicInteger asked = new AtomicInteger();
        cluster.node(1)
                .committer(proposal -> asked.incrementAndGet() == 1
                        ? Future.succeededFuture(new Stale("a new controller"))
                        : cluster.node(1).alter(proposal));
        removeThirdFromIsr();

        assertThat(asked).hasValue(2);
    }

    /** T18. */
    @Test
    void oneChangeIsUnderWayAtATimeAndOneOfAnEarlierReignCountsForNothing() {
        holdProposalsOf(1);
        cluster.network.cut(3, 1);
        TestCluster.get(cluster.append(1, "b", Acks.LEADER));
        cluster.skip(11_000);
        for (int i = 0; i < 5; i++) {
            cluster.node(1).service().checkInSync();
        }
        Held shrink = awaitHeld();
        assertThat(held).isEmpty();

        cluster.elect(2);
        cluster.elect(1);
        Future<AppendResult> waiting = cluster.append(1, "c", Acks.ALL);
        await().until(() -> cluster.end(2) == 3);
        shrink.answer().complete(new Committed(shrink.proposal().leaderEpoch(), 100, List.of(1, 2), false));

        await().during(A_WHILE).until(() -> !waiting.isComplete());
        cluster.network.heal();
        TestCluster.get(waiting);
        assertThat(cluster.controller.partition().isr()).containsExactly(1, 2, 3);
    }

    /** T17: an answer that was under way while an image told of a later change. */
    @Test
    void anAnswerThatIsOlderThanWhatIsKnownCountsForNothing() {
        holdProposalsOf(1);
        cluster.network.cut(3, 1);
        Future<AppendResult> waiting = cluster.append(1, "b", Acks.ALL);
        cluster.awaitHeard(2, 2);
        cluster.skip(11_000);
        cluster.node(1).service().checkInSync();
        Held shrink = awaitHeld();
        Answer late = TestCluster.get(cluster.node(1).alter(shrink.proposal()));
        TestCluster.get(waiting);
        cluster.network.heal();
        cluster.node(1).alter(awaitHeld().proposal());
        cluster.awaitInSync(1, 2, 3);
        cluster.append("c");
        cluster.network.cut(3, 1);

        shrink.answer().complete(late);

        Future<AppendResult> alone = cluster.append(1, "d", Acks.ALL);
        await().until(() -> cluster.end(2) == 4);
        await().during(A_WHILE).until(() -> !alone.isComplete());
    }

    /** T10: a new leader does not know yet how much was acknowledged before its reign. */
    @Test
    void aReplicaIsAskedForOnlyWhenItHasEverythingFromBeforeTheReign() {
        removeThirdFromIsr();
        cluster.cutAll();
        cluster.restartUnnoticed(2);
        holdProposalsOf(2);
        cluster.elect(2);
        assertThat(cluster.highWatermark(2)).isZero();
        long epoch = cluster.controller.image().brokers().get(3).epoch();

        fetchAs(3, epoch, 1);
        await().during(A_WHILE).until(held::isEmpty);

        fetchAs(3, epoch, 2);
        assertThat(awaitHeld().proposal().isr()).hasSize(3);
    }

    /** Invariant 7: all others may have it, on the leader's disk it must be, too. */
    @Test
    void whatIsNotDurableAtTheLeaderIsNotAcknowledgedWhoeverElseHasIt() {
        FaultyDisk disk = new FaultyDisk();
        cluster.stop(1);
        cluster.node(1).disk(disk);
        cluster.start(1);
        cluster.awaitInSync(1, 2, 3);
        cluster.elect(1);
        cluster.append("b");
        CountDownLatch forces = new CountDownLatch(1);
        disk.holdForces = forces;
        try {
            Future<AppendResult> waiting = cluster.append(1, "c", Acks.ALL);
            await().until(() -> cluster.end(2) == 3 && cluster.end(3) == 3);
            await().during(A_WHILE).until(() -> cluster.highWatermark(1) == 2 && !waiting.isComplete());
            forces.countDown();
            TestCluster.get(waiting);
        } finally {
            forces.countDown();
        }
    }

    /** T22, KAFKA-7837. */
    @Test
    void aLeaderWhoseDiskFailedNeitherAcknowledgesNorLeavesOthersOutNorLeadsAgain() {
        FaultyDisk disk = new FaultyDisk();
        cluster.stop(1);
        cluster.node(1).disk(disk);
        cluster.start(1);
        cluster.awaitInSync(1, 2, 3);
        cluster.elect(1);
        cluster.append("b");
        holdProposalsOf(1);
        cluster.network.cut(2, 1);
        cluster.network.cut(3, 1);
        disk.failBlockWrites = true;
        disk.failForcesOf = "";

        assertThat(TestCluster.errorOf(cluster.append(1, "c", Acks.ALL))).isEqualTo(ErrorCode.KAFKA_STORAGE_ERROR);
        cluster.skip(11_000);
        cluster.node(1).service().checkInSync();
        assertThat(held).isEmpty();

        disk.failBlockWrites = false;
        disk.failForcesOf = null;
        cluster.elect(2);
        cluster.elect(1);
        cluster.network.heal();
        assertThat(cluster.node(1).service().find(cluster.partition).leadingOrNull())
                .satisfiesAnyOf(
                        leading -> assertThat(leading).isNull(),
                        leading -> assertThat(leading.leaderEpoch())
                                .isLessThan(cluster.controller.partition().leaderEpoch()));
        assertThat(TestCluster.errorOf(cluster.append(1, "d", Acks.ALL))).isEqualTo(ErrorCode.KAFKA_STORAGE_ERROR);
        assertThat(held).isEmpty();

        // What it wrote last may be on its disk or not: the others go on without it.
        cluster.fence(1);
        assertThat(cluster.append("e").baseOffset()).isEqualTo(2);
        assertThat(cluster.values(cluster.leader())).containsExactly("a", "b", "e");
    }

    /** T19, KIP-903: what its earlier life had says nothing about a node that came back. */
    @Test
    void aRequestOfAnEarlierLifeOfANodeDoesNotBringItIn() {
        removeThirdFromIsr();
        long earlierLife = cluster.controller.image().brokers().get(3).epoch();
        cluster.kill(3);
        cluster.node(3).wipe();
        cluster.node(3).start();
        holdProposalsOf(1);
        cluster.publish();

        fetchAs(3, earlierLife, 2);

        await().during(A_WHILE).until(held::isEmpty);
        cluster.network.heal();
        Held expand = awaitHeld();
        assertThat(expand.proposal().isr())
                .anySatisfy(member -> assertThat(member.brokerEpoch()).isGreaterThan(earlierLife));
        assertThat(cluster.stored(3)).containsExactly("a", "gap");
    }

    /** T19: a request of the earlier life arrives after those of the present one. */
    @Test
    void aRequestOfAnEarlierLifeDoesNotMoveTheHighWatermark() {
        cluster.network.cut(3, 1);
        Future<AppendResult> waiting = cluster.append(1, "b", Acks.ALL);
        await().until(() -> cluster.end(2) == 2);
        long epoch = cluster.controller.image().brokers().get(3).epoch();
        fetchAs(3, epoch + 100, 1);

        fetchAs(3, epoch, 2);

        await().during(A_WHILE).until(() -> !waiting.isComplete());
    }

    /** T20, KIP-841. */
    @Test
    void aFencedOrStoppingNodeDoesNotJoinHoweverWellItKeepsUp() {
        removeThirdFromIsr();
        holdProposalsOf(1);
        cluster.controller.stopping(3);
        cluster.publish();
        cluster.network.heal();
        await().until(() -> cluster.end(3) == 2);
        TestCluster.get(cluster.append(1, "b", Acks.LEADER));
        await().until(() -> cluster.end(3) == 3);
        cluster.fence(3);
        TestCluster.get(cluster.append(1, "c", Acks.LEADER));
        await().until(() -> cluster.end(3) == 4);

        await().during(A_WHILE).until(held::isEmpty);
    }

    /** T23, KIP-320. */
    @Test
    void requestsForAnotherLeaderEpochAreRefused() {
        cluster.elect(2);
        cluster.elect(1);

        assertThat(failureOf(replicaRequest(3, 1, 1, 1))).isEqualTo(ErrorCode.FENCED_LEADER_EPOCH);
        assertThat(failureOf(replicaRequest(3, 1, 1, 3))).isEqualTo(ErrorCode.UNKNOWN_LEADER_EPOCH);
        assertThat(consumerFetch(1)).isEqualTo(ErrorCode.FENCED_LEADER_EPOCH);
        assertThat(consumerFetch(3)).isEqualTo(ErrorCode.UNKNOWN_LEADER_EPOCH);
        assertThat(consumerFetch(2)).isEqualTo(ErrorCode.NONE);
    }

    private ErrorCode consumerFetch(int epoch) {
        FetchCommand command = new FetchCommand(
                List.of(new FetchPartition(cluster.partition, 0, 1 << 20, epoch)),
                0,
                1,
                1 << 20,
                Isolation.READ_UNCOMMITTED);
        FetchedPartition fetched =
                TestCluster.get(cluster.node(1).service().fetch(command)).get(0);
        fetched.records().close();
        return fetched.error();
    }

    private void fetchAs(int replica, long brokerEpoch, long offset) {
        assertThat(failureOf(replicaRequest(
                        replica,
                        brokerEpoch,
                        offset,
                        cluster.controller.partition().leaderEpoch())))
                .isEqualTo(ErrorCode.NONE);
    }

    private ReplicaFetchRequest replicaRequest(int replica, long brokerEpoch, long offset, int leaderEpoch) {
        return new ReplicaFetchRequest(
                replica,
                brokerEpoch,
                0,
                0,
                0,
                List.of(new ReplicaFetchRequest.Entry(cluster.partition, leaderEpoch, offset, 0, 0, 1 << 20)));
    }

    private ErrorCode failureOf(ReplicaFetchRequest request) {
        return TestCluster.get(cluster.node(cluster.leader()).service().fetch(request)).partitions().stream()
                .map(each -> each.outcome() instanceof Failed<ReadResult> failed ? failed.error() : ErrorCode.NONE)
                .findFirst()
                .orElseThrow();
    }
}
