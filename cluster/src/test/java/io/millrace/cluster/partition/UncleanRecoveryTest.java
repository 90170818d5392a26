package io.millrace.cluster.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A leader that was elected uncleanly says when nobody has to cut anything any more. */
class UncleanRecoveryTest {

    @TempDir
    Path directory;

    private TestCluster cluster;

    @AfterEach
    void stop() {
        cluster.close();
    }

    @Test
    void aLeaderWithoutFollowersHasRecoveredAtOnce() {
        cluster = new TestCluster(directory, 1, 1);
        cluster.append("a");
        cluster.controller.electUncleanly(1);
        cluster.publish();
        assertThat(cluster.controller.partition().recovering()).isTrue();

        cluster.node(1).service().checkInSync();

        await().until(() -> !cluster.controller.partition().recovering());
        cluster.append("b");
        assertThat(cluster.values(1)).containsExactly("a", "b");
    }

    @Test
    void aLeaderWhoseFollowerIsDeadWaitsForItSinceItMayHaveToBeCut() {
        cluster = new TestCluster(directory, 2, 1);
        cluster.append("a");
        cluster.stop(2);
        cluster.controller.electUncleanly(1);
        cluster.publish();

        cluster.node(1).service().checkInSync();
        assertThat(cluster.controller.partition().recovering()).isTrue();

        cluster.start(2);
        cluster.awaitInSync(1, 2);
        assertThat(cluster.controller.partition().recovering()).isFalse();
    }

    /** The first replica that joins makes the leader a recovered one, whatever others have still to cut. */
    @Test
    void aReplicaThatIsCutOnlyAfterAnotherHasJoinedIsCutToo() {
        electUncleanlyWithoutTheOthers();
        cluster.network.heal(2, 1);
        cluster.awaitInSync(1, 2);
        assertThat(cluster.controller.partition().recovering()).isFalse();

        cluster.network.heal(3, 1);

        cluster.awaitInSync(1, 2, 3);
        cluster.awaitEqual();
        assertThat(cluster.stored(3)).containsExactly("a", "x");
    }

    @Test
    void aReplicaThatIsCutOnlyUnderTheNextLeaderIsCutToo() {
        electUncleanlyWithoutTheOthers();
        cluster.network.heal(2, 1);
        cluster.awaitInSync(1, 2);
        cluster.elect(2);

        cluster.network.heal();

        cluster.awaitInSync(1, 2, 3);
        cluster.awaitEqual();
        assertThat(cluster.stored(3)).containsExactly("a", "x");
    }

    /** Loss was accepted once, and not for ever. */
    @Test
    void aReplicaThatWasCutKeepsWhatIsAcknowledgedFromThenOn() {
        electUncleanlyWithoutTheOthers();
        cluster.network.heal();
        cluster.awaitInSync(1, 2, 3);
        // The replicas know of the end of the recovery before they copy this.
        cluster.publish();
        cluster.append("y");
        cluster.awaitEqual();
        synchronized (cluster) {
            cluster.node(1).kill();
            cluster.node(1).lose(cluster.partition, 2);
            cluster.node(1).start();
        }
        cluster.publish();

        await().until(() -> cluster.node(3).service().find(cluster.partition).isOffline());
        assertThat(cluster.stored(3)).containsExactly("a", "x", "y");
    }

    /** Node 1 leads with "a" and "x", where node 3 has "a", "b" and "c", all acknowledged; nobody reaches anybody. */
    private void electUncleanlyWithoutTheOthers() {
        cluster = new TestCluster(directory, 3, 1);
        cluster.append("a");
        cluster.awaitEqual();
        cluster.cutAll();
        cluster.controller.electUncleanly(3);
        cluster.publish();
        cluster.append("b");
        cluster.append("c");
        cluster.controller.electUncleanly(1);
        cluster.publish();
        cluster.append("x");
        assertThat(cluster.highWatermark(3)).isEqualTo(3);
    }
}
