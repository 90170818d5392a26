package io.millrace.cluster.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.partition.FetchCommand.FetchPartition;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Consumers at a follower (KIP-392): what they see, and what they are told of offsets that are not there yet (KAFKA-8443). */
class FollowerReadTest {

    private static final String NO_RACK = "";

    @TempDir
    Path directory;

    private TestCluster cluster;

    @BeforeEach
    void start() {
        cluster = new TestCluster(directory, 3, 1);
        cluster.awaitInSync(1, 2, 3);
        cluster.append("a");
        cluster.awaitEqual();
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    @Test
    void aFollowerAnswersOnlyThoseThatMayReadThere() {
        assertThat(fetch(2, 0, NO_RACK).error()).isEqualTo(ErrorCode.NONE);
        assertThat(sizeOf(fetch(2, 0, NO_RACK))).isPositive();
        assertThat(fetch(2, 0, null).error()).isEqualTo(ErrorCode.NOT_LEADER_OR_FOLLOWER);
    }

    @Test
    void whatIsNotAcknowledgedIsNotSeenThoughItIsInTheLog() {
        // Node 3 has nothing of it, so that nobody may see it.
        cluster.network.cut(3, 1);
        cluster.append(1, "b", Acks.LEADER);
        await().atMost(TestCluster.PATIENCE).until(() -> cluster.end(2) == 2);

        FetchedPartition between = fetch(2, 1, NO_RACK);
        assertThat(between.error()).isEqualTo(ErrorCode.NONE);
        assertThat(sizeOf(between)).isZero();
        assertThat(between.offsets().highWatermark()).isEqualTo(1);
        // In the log here, and not acknowledged: it is not there yet, and not out of range.
        assertThat(fetch(2, 2, NO_RACK).error()).isEqualTo(ErrorCode.NONE);
    }

    @Test
    void anOffsetThatOnlyTheLeaderHasIsNotOutOfRange() {
        cluster.network.cut(2, 1);
        cluster.append(1, "b", Acks.LEADER);
        cluster.append(1, "c", Acks.LEADER);
        await().atMost(TestCluster.PATIENCE).until(() -> cluster.end(1) == 3);

        assertThat(fetch(2, 2, NO_RACK).error()).isEqualTo(ErrorCode.OFFSET_NOT_AVAILABLE);
    }

    @Test
    void whatIsDeletedIsOutOfRangeAndAStaleEpochIsRefused() {
        TestCluster.get(cluster.node(1).service().deleteRecords(cluster.partition, 1));
        await().atMost(TestCluster.PATIENCE).until(() -> fetch(2, 0, NO_RACK).error() == ErrorCode.OFFSET_OUT_OF_RANGE);

        cluster.elect(3);
        cluster.publish();
        int epoch = cluster.controller.partition().leaderEpoch();
        assertThat(at(epoch - 1).error()).isEqualTo(ErrorCode.FENCED_LEADER_EPOCH);
        assertThat(at(epoch + 1).error()).isEqualTo(ErrorCode.UNKNOWN_LEADER_EPOCH);
    }

    @Test
    void whoWaitsAtAFollowerIsAnsweredWhenTheHighWatermarkComes() {
        Future<List<FetchedPartition>> waiting = fetch(2, 1, NO_RACK, -1, 20_000);
        cluster.append("b");

        await().atMost(TestCluster.PATIENCE).until(waiting::isComplete);
        assertThat(sizeOf(waiting.result().get(0))).isPositive();
    }

    @Test
    void whoWaitsAtAFollowerThatGetsAnotherLeaderIsToldOfTheEpoch() {
        int epoch = cluster.controller.partition().leaderEpoch();
        Future<List<FetchedPartition>> waiting = fetch(2, 1, NO_RACK, epoch, 20_000);
        cluster.elect(3);
        cluster.publish();

        await().atMost(TestCluster.PATIENCE).until(waiting::isComplete);
        assertThat(waiting.result().get(0).error())
                .isIn(ErrorCode.FENCED_LEADER_EPOCH, ErrorCode.NOT_LEADER_OR_FOLLOWER);
    }

    private FetchedPartition at(int epoch) {
        return TestCluster.get(fetch(2, 1, NO_RACK, epoch, 0)).get(0);
    }

    private FetchedPartition fetch(int node, long offset, String rack) {
        return TestCluster.get(fetch(node, offset, rack, -1, 0)).get(0);
    }

    private Future<List<FetchedPartition>> fetch(int node, long offset, String rack, int epoch, int maxWaitMs) {
        return cluster.node(node)
                .service()
                .fetch(new FetchCommand(
                        List.of(new FetchPartition(cluster.partition, offset, 1 << 20, epoch)),
                        maxWaitMs,
                        1,
                        1 << 20,
                        Isolation.READ_UNCOMMITTED,
                        rack))
                .onSuccess(answer -> answer.forEach(each -> each.records().close()));
    }

    private static int sizeOf(FetchedPartition fetched) {
        return fetched.records().sizeBytes();
    }
}
