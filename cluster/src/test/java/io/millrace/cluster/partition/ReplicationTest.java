package io.millrace.cluster.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.metadata.ClusterImage;
import io.millrace.storage.AppendResult;
import io.millrace.storage.batch.BatchHeader;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Followers copy, acknowledgements wait for them, and who does not keep up is left out. */
class ReplicationTest {

    @TempDir
    Path directory;

    private TestCluster cluster;

    @BeforeEach
    void start() {
        cluster = new TestCluster(directory, 3, 2);
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    @Test
    void whatIsAcknowledgedByAllIsInEveryInSyncLog() {
        AppendResult result = cluster.append("a");

        assertThat(result.baseOffset()).isZero();
        for (int node = 1; node <= 3; node++) {
            assertThat(cluster.stored(node)).containsExactly("a");
        }
        assertThat(cluster.values(1)).containsExactly("a");
        cluster.awaitEqual();
    }

    @Test
    void anAppendForAllWaitsForTheSlowestInSyncReplicaAndOneForTheLeaderDoesNot() {
        cluster.append("a");
        cluster.network.cut(3, 1);
        Future<AppendResult> all = cluster.append(1, "b", Acks.ALL);
        TestCluster.get(cluster.append(1, "c", Acks.LEADER));
        await().until(() -> cluster.end(2) == 3);

        assertThat(all.isComplete()).isFalse();
        assertThat(cluster.highWatermark(1)).isEqualTo(1);
        assertThat(cluster.values(1)).containsExactly("a");

        cluster.network.heal();
        assertThat(TestCluster.get(all).baseOffset()).isEqualTo(1);
        cluster.awaitEqual();
    }

    @Test
    void aReplicaThatFallsBehindLeavesAndJoinsAgainWhenItHasCaughtUp() {
        cluster.append("a");
        cluster.network.cut(3, 1);
        Future<AppendResult> waiting = cluster.append(1, "b", Acks.ALL);
        cluster.awaitHeard(2, 2);
        // Together more than the ten seconds that a replica may be behind; the first alone is far from it.
        cluster.skip(3_000);
        cluster.node(1).service().checkInSync();
        assertThat(cluster.controller.partition().isr()).containsExactly(1, 2, 3);

        // Node 2 is at the end, so its silence does not count.
        cluster.skip(8_000);
        cluster.node(1).service().checkInSync();

        cluster.awaitInSync(1, 2);
        TestCluster.get(waiting);
        cluster.append("c");
        assertThat(cluster.stored(3)).containsExactly("a");

        cluster.network.heal();
        cluster.awaitInSync(1, 2, 3);
        cluster.awaitEqual();
    }

    @Test
    void withTooFewInSyncReplicasAnAppendIsRefusedBeforeAndAnsweredAfter() {
        cluster.append("a");
        cluster.network.cut(2, 1);
        cluster.network.cut(3, 1);
        Future<AppendResult> waiting = cluster.append(1, "b", Acks.ALL);
        await().until(() -> cluster.end(1) == 2);
        cluster.skip(11_000);
        cluster.node(1).service().checkInSync();
        cluster.awaitInSync(1);

        assertThat(TestCluster.errorOf(waiting)).isEqualTo(ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND);
        assertThat(TestCluster.errorOf(cluster.append(1, "c", Acks.ALL))).isEqualTo(ErrorCode.NOT_ENOUGH_REPLICAS);
        assertThat(cluster.end(1)).isEqualTo(2);
        // Alone it moves nothing that consumers see.
        assertThat(cluster.highWatermark(1)).isEqualTo(1);

        cluster.network.heal();
        cluster.awaitInSync(1, 2, 3);
        cluster.awaitEqual();
        assertThat(cluster.highWatermark(1)).isEqualTo(2);
    }

    @Test
    void anAppendThatIsNotReplicatedInTimeIsAnsweredSo() {
        cluster.network.cut(2, 1);
        Future<AppendResult> waiting = cluster.append(1, "a", Acks.ALL, 1_000);
        await().until(() -> cluster.end(1) == 1);
        cluster.node(1).service().expireDelayed();
        assertThat(waiting.isComplete()).isFalse();

        cluster.skip(1_001);
        cluster.node(1).service().expireDelayed();

        assertThat(TestCluster.errorOf(waiting)).isEqualTo(ErrorCode.REQUEST_TIMED_OUT);
    }

    @Test
    void losingTheLeadershipFailsWhatWaitsAndTheNextLeaderServes() {
        cluster.append("a");
        cluster.network.cut(2, 1);
        cluster.network.cut(3, 1);
        Future<AppendResult> waiting = cluster.append(1, "b", Acks.ALL);
        await().until(() -> cluster.end(1) == 2);

        cluster.elect(2);

        assertThat(TestCluster.errorOf(waiting)).isEqualTo(ErrorCode.NOT_LEADER_OR_FOLLOWER);
        assertThat(TestCluster.errorOf(cluster.append(1, "c", Acks.LEADER)))
                .isEqualTo(ErrorCode.NOT_LEADER_OR_FOLLOWER);
        cluster.network.heal();
        assertThat(cluster.append("d").baseOffset()).isEqualTo(1);
        cluster.awaitEqual();
        assertThat(cluster.stored(1)).containsExactly("a", "d");
    }

    @Test
    void recordsThatWereDamagedOnTheirWayAreNotWrittenButFetchedAgain() {
        cluster.append("a");
        cluster.network.damage(TestNetwork::flipLastBit);
        Future<AppendResult> waiting = cluster.append(1, "b", Acks.ALL);
        await().until(() -> cluster.end(1) == 2);
        assertThat(waiting.isComplete()).isFalse();
        assertThat(cluster.end(2)).isEqualTo(1);

        cluster.network.damage(records -> records);

        TestCluster.get(waiting);
        cluster.awaitEqual();
    }

    /** Of offset, length and leader epoch, which no checksum covers. */
    @Test
    void aHeaderThatWasDamagedOnItsWayIsNotWrittenWhicheverBitItIs() {
        cluster.append("a");
        for (int bit = 0; bit < 8 * BatchHeader.CHECKED_FROM; bit++) {
            long end = cluster.end(1);
            int flipped = bit;
            AtomicInteger damaged = new AtomicInteger();
            cluster.network.damage(records -> {
                if (records.hasRemaining()) {
                    damaged.incrementAndGet();
                    records.put(flipped / 8, (byte) (records.get(flipped / 8) ^ 1 << flipped % 8));
                }
                return records;
            });
            Future<AppendResult> waiting = cluster.append(1, "b" + bit, Acks.ALL);
            await().pollInterval(Duration.ofMillis(1)).until(() -> damaged.get() >= 2);
            assertThat(cluster.end(2)).as("with bit %d flipped", bit).isEqualTo(end);
            cluster.network.damage(records -> records);
            TestCluster.get(waiting);
        }
        cluster.awaitEqual();
    }

    /** In which the topic had not been created, for example. */
    @Test
    void anImageThatIsOlderThanTheOneInForceChangesNothing() {
        cluster.append("a");
        ClusterImage now = cluster.controller.image();
        ClusterImage older =
                new ClusterImage(now.version() - 1, now.clusterId(), -1, now.brokers(), Map.of(), Map.of());

        cluster.node(1).apply(older).join();

        assertThat(cluster.node(1).hasLog(cluster.partition)).isTrue();
        assertThat(cluster.append("b").baseOffset()).isEqualTo(1);
    }

    @Test
    void aDeletedTopicLeavesNoLogAnywhereAlsoNotOnANodeThatWasDown() {
        cluster.append("a");
        cluster.stop(3);
        cluster.controller.delete();
        cluster.publish();
        assertThat(cluster.node(1).hasLog(cluster.partition)).isFalse();
        assertThat(TestCluster.errorOf(cluster.append(1, "b", Acks.ALL)))
                .isEqualTo(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);

        cluster.start(3);

        assertThat(cluster.node(3).hasLog(cluster.partition)).isFalse();
    }

    @Test
    void anImageFromBeforeTheRestartDeletesNothing() {
        cluster.append("a");
        cluster.stop(3);
        TestNode node = cluster.node(3);
        node.start();

        node.apply(new ModelController(1).image()).join();

        assertThat(node.hasLog(cluster.partition)).isTrue();
        cluster.publish();
        cluster.awaitEqual();
    }

    @Test
    void aNodeLeadsNothingForItsEarlierLife() {
        cluster.append("a");
        TestNode first = cluster.node(1);
        synchronized (cluster) {
            first.kill();
            first.startUnregistered();
        }
        first.apply(cluster.controller.image()).join();

        assertThat(cluster.leader()).isEqualTo(1);
        assertThat(TestCluster.errorOf(cluster.append(1, "b", Acks.LEADER)))
                .isEqualTo(ErrorCode.NOT_LEADER_OR_FOLLOWER);

        cluster.fence(1);
        first.registerAgain();
        cluster.publish();
        cluster.awaitInSync(1, 2, 3);
        cluster.elect(1);
        assertThat(cluster.append("b").baseOffset()).isEqualTo(1);
    }
}
