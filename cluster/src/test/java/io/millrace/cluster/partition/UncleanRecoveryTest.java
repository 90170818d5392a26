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
}
