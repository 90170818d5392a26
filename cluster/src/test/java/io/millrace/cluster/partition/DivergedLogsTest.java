package io.millrace.cluster.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.record.NewRecord;
import io.millrace.cluster.record.RecordBatches;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Leaders change, crashes take the ends of logs: what was acknowledged stays, and replicas become equal (design §11, T10 to T16). */
@Timeout(60)
class DivergedLogsTest {

    @TempDir
    Path directory;

    private TestCluster cluster;

    private void start(int nodes, int minInSync) {
        cluster = new TestCluster(directory, nodes, minInSync);
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    /** T10, KIP-101 case 1. */
    @Test
    void aFollowerThatRestartsWithALaggingHighWatermarkKeepsWhatWasAcknowledgedWhenItsLeaderDies() {
        start(2, 1);
        cluster.append("a");
        cluster.append("b");
        // Its high watermark is not written down, and it cannot ask for it.
        cluster.network.cut(2, 1);
        cluster.restartUnnoticed(2);
        assertThat(cluster.highWatermark(2)).isZero();

        cluster.kill(1);

        assertThat(cluster.leader()).isEqualTo(2);
        assertThat(cluster.values(2)).containsExactly("a", "b");
    }

    /** T11, KIP-101 case 2. */
    @Test
    void logsThatPartedInTwoLossyCrashesBecomeEqualAgain() {
        start(2, 1);
        cluster.append("a");
        cluster.append("b");
        cluster.stop(2);
        cluster.node(2).lose(cluster.partition, 1);
        TestCluster.get(cluster.append(1, "c", Acks.LEADER));
        cluster.stop(1);
        cluster.node(1).lose(cluster.partition, 2);
        // The one that lost more leads first, and goes on at the offset where the other has "b".
        cluster.node(2).start();
        cluster.controller.electUncleanly(2);
        cluster.publish();
        TestCluster.get(cluster.append(2, "x", Acks.LEADER));
        TestCluster.get(cluster.append(2, "y", Acks.LEADER));

        cluster.start(1);

        cluster.awaitInSync(1, 2);
        cluster.awaitEqual();
        assertThat(cluster.stored(1)).containsExactly("a", "x", "y");
    }

    /** T12, KIP-279: one answer does not tell where the histories part. */
    @Test
    void afterThreeReignsWithUnreplicatedRecordsEachTheLogsBecomeEqual() {
        start(3, 1);
        cluster.append("a");
        cluster.cutAll();
        for (int leader = 1; leader <= 3; leader++) {
            cluster.controller.electUncleanly(leader);
            cluster.publish();
            for (int i = 0; i < leader; i++) {
                TestCluster.get(cluster.append(leader, "only-" + leader + "-" + i, Acks.LEADER));
            }
        }
        // Before they hear each other: the first would copy what the third has.
        cluster.controller.electUncleanly(1);
        cluster.publish();
        cluster.network.heal();
        TestCluster.get(cluster.append(1, "z", Acks.LEADER));

        cluster.awaitInSync(1, 2, 3);
        cluster.awaitEqual();
        assertThat(cluster.stored(2)).containsExactly("a", "only-1-0", "z");
    }

    /** T13, KAFKA-7415: an epoch without a record is known to its leader before anybody asks. */
    @Test
    void aLeaderKnowsItsEpochBeforeItsFirstRecord() {
        start(3, 1);
        cluster.append("a");
        cluster.network.cut(2, 1);
        cluster.network.cut(3, 1);
        TestCluster.get(cluster.append(1, "only-1", Acks.LEADER));

        cluster.elect(2);
        assertThat(cluster.node(2).log(cluster.partition).endOffsetForEpoch(1).orElseThrow())
                .satisfies(end -> assertThat(end.leaderEpoch()).isEqualTo(1))
                .satisfies(end -> assertThat(end.endOffset()).isEqualTo(1));
        cluster.elect(3);
        cluster.network.heal();

        cluster.awaitEqual();
        assertThat(cluster.stored(1)).containsExactly("a");
    }

    /** T14, KAFKA-10706. */
    @Test
    void truncationEndsAfterReignsWithoutRecords() {
        start(3, 1);
        cluster.append("a");
        cluster.network.cut(1, 2);
        cluster.network.cut(3, 2);
        cluster.network.cut(1, 3);
        cluster.network.cut(2, 3);
        for (int i = 0; i < 3; i++) {
            cluster.elect(2);
            cluster.elect(3);
        }
        cluster.network.heal();
        cluster.elect(1);

        cluster.append("b");
        cluster.awaitEqual();
        assertThat(cluster.stored(3)).containsExactly("a", "b");
    }

    /** T15, KAFKA-14704: the high watermark of the new leader says nothing about a tail that is to be cut. */
    @Test
    void anOldLeaderNeverTakesItsOwnTailForAcknowledged() {
        start(3, 1);
        cluster.append("a");
        cluster.network.cut(2, 1);
        cluster.network.cut(3, 1);
        TestCluster.get(cluster.append(1, "tail-1", Acks.LEADER));
        TestCluster.get(cluster.append(1, "tail-2", Acks.LEADER));
        cluster.deafen(1);
        cluster.fence(1);
        cluster.append("b");
        cluster.append("c");
        cluster.append("d");
        assertThat(cluster.values(1)).containsExactly("a");

        cluster.network.heal();
        cluster.controller.register(1);
        cluster.undeafen(1);
        long seen = 0;
        while (cluster.highWatermark(1) < 4) {
            long high = cluster.highWatermark(1);
            assertThat(high).isGreaterThanOrEqualTo(seen);
            seen = high;
            if (high > 1) {
                assertThat(cluster.stored(1).subList(0, 2)).containsExactly("a", "b");
            }
        }
        cluster.awaitEqual();
    }

    @Test
    void theHighWatermarkOfAFollowerIsNeverAboveWhatItHas() {
        start(2, 1);
        cluster.network.claimHighWatermark(100);
        cluster.append("a");
        await().until(() -> cluster.highWatermark(2) == 1);
        cluster.append("b");

        await().during(Duration.ofMillis(150)).until(() -> cluster.highWatermark(2) <= 2);
    }

    /** T16, KAFKA-9491. */
    @Test
    void aFollowerThatFellBehindTheLogStartBeginsThereWithItsHighWatermark() {
        start(3, 1);
        cluster.append("a");
        cluster.stop(3);
        cluster.append("b");
        cluster.append("c");
        TestCluster.get(cluster.node(1).service().deleteRecords(cluster.partition, 2));

        cluster.network.damage(TestNetwork::flipLastBit);
        cluster.start(3);
        await().until(() -> cluster.node(3).log(cluster.partition).offsets().logStartOffset() == 2);
        // Before it has any record from there.
        await().until(() -> cluster.highWatermark(3) == 2);
        assertThat(cluster.end(3)).isEqualTo(2);
        cluster.network.damage(records -> records);
        cluster.awaitInSync(1, 2, 3);
        await().until(() -> cluster.highWatermark(3) == 3);
        cluster.fence(1);
        cluster.elect(3);

        assertThat(cluster.values(3)).containsExactly("c");
        assertThat(cluster.append("d").baseOffset()).isEqualTo(3);
    }

    /** T16: the batch there is sent whole, with what was deleted. */
    @Test
    void aFollowerAlsoBeginsAtALogStartInTheMiddleOfABatch() {
        start(3, 1);
        cluster.append("a");
        cluster.stop(3);
        List<NewRecord> three = Stream.of("b", "c", "d")
                .map(value -> new NewRecord(1, null, value.getBytes(StandardCharsets.UTF_8), List.of()))
                .toList();
        TestCluster.get(cluster.node(1)
                .service()
                .append(new AppendCommand(cluster.partition, RecordBatches.build(three, 1), Acks.ALL, 30_000)));
        TestCluster.get(cluster.node(1).service().deleteRecords(cluster.partition, 2));
        cluster.start(3);

        cluster.awaitInSync(1, 2, 3);
        await().until(() -> cluster.node(2).log(cluster.partition).offsets().logStartOffset() == 2
                && cluster.node(3).log(cluster.partition).offsets().logStartOffset() == 2);
        cluster.awaitEqual();
        cluster.elect(3);
        assertThat(cluster.append("e").baseOffset()).isEqualTo(4);
    }

    @Test
    void theLogStartOfTheLeaderMovesThatOfItsFollowers() {
        start(2, 1);
        cluster.append("a");
        cluster.append("b");
        cluster.awaitEqual();

        TestCluster.get(cluster.node(1).service().deleteRecords(cluster.partition, 1));

        await().until(() -> cluster.node(2).log(cluster.partition).offsets().logStartOffset() == 1);
    }

    @Test
    void aReplicaDoesNotThrowAwayAcknowledgedRecordsForALeaderThatLostThem() {
        start(2, 1);
        cluster.append("a");
        cluster.append("b");
        cluster.awaitEqual();
        synchronized (cluster) {
            cluster.node(1).kill();
            cluster.node(1).lose(cluster.partition, 1);
            cluster.node(1).start();
        }
        cluster.publish();

        await().until(() -> cluster.node(2).service().find(cluster.partition).isOffline());

        assertThat(cluster.stored(2)).containsExactly("a", "b");
    }

    @Test
    void afterAnUncleanElectionAReplicaFollowsAlsoBelowItsHighWatermark() {
        start(2, 1);
        cluster.append("a");
        cluster.append("b");
        cluster.awaitEqual();
        cluster.kill(1);
        cluster.node(1).lose(cluster.partition, 1);
        cluster.node(1).start();
        cluster.controller.electUncleanly(1);
        cluster.publish();
        TestCluster.get(cluster.append(1, "x", Acks.LEADER));

        cluster.awaitInSync(1, 2);
        cluster.awaitEqual();
        assertThat(cluster.stored(2)).containsExactly("a", "x");
        assertThat(cluster.controller.partition().recovering()).isFalse();
    }

    /** T24, KIP-207. */
    @Test
    void aNewLeaderTellsTheLatestOffsetOnlyWhenItKnowsWhatWasAcknowledged() {
        start(3, 2);
        cluster.append("a");
        cluster.append("b");
        cluster.cutAll();
        cluster.restartUnnoticed(2);
        cluster.elect(2);

        assertThat(cluster.highWatermark(2)).isZero();
        assertThatThrownBy(() -> cluster.latestOffset(2))
                .isInstanceOfSatisfying(
                        MillraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.OFFSET_NOT_AVAILABLE));

        cluster.network.heal();
        cluster.awaitEqual();
        assertThat(cluster.latestOffset(2)).isEqualTo(2);
    }

    /** T24: "no record is that young" would make a consumer go on at the end, past records that were acknowledged. */
    @Test
    void aNewLeaderSaysThatARecordOfATimeIsNotThereOnlyWhenItKnowsWhatWasAcknowledged() {
        start(3, 2);
        cluster.append("a");
        cluster.append("b");
        cluster.cutAll();
        cluster.restartUnnoticed(2);
        cluster.elect(2);
        LocalPartitionService service = cluster.node(2).service();

        assertThat(cluster.highWatermark(2)).isZero();
        assertThat(TestCluster.errorOf(service.findByTimestamp(cluster.partition, 1, Isolation.READ_UNCOMMITTED)))
                .isEqualTo(ErrorCode.OFFSET_NOT_AVAILABLE);
        assertThat(TestCluster.errorOf(service.findMaxTimestamp(cluster.partition, Isolation.READ_UNCOMMITTED)))
                .isEqualTo(ErrorCode.OFFSET_NOT_AVAILABLE);

        cluster.network.heal();
        cluster.awaitEqual();
        assertThat(TestCluster.get(service.findByTimestamp(cluster.partition, 1, Isolation.READ_UNCOMMITTED))
                        .orElseThrow()
                        .offset())
                .isZero();
        assertThat(TestCluster.get(service.findMaxTimestamp(cluster.partition, Isolation.READ_UNCOMMITTED)))
                .isPresent();
    }
}
