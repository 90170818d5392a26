package io.millrace.cluster.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.cluster.replication.ReplicationStats;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The numbers that tell how replication does. */
class ReplicaHealthTest {

    @TempDir
    Path directory;

    @Test
    void aReplicaThatStaysBehindIsSeenAndCounted() {
        try (TestCluster cluster = new TestCluster(directory, 3, 3)) {
            cluster.awaitInSync(1, 2, 3);
            cluster.append("a");
            cluster.awaitEqual();
            LocalPartitionService leader = cluster.node(1).service();
            assertThat(leader.overview().health()).isEqualTo(new ReplicaHealth(1, 0, 0, 0, 0));
            assertThat(cluster.node(2).service().overview().health()).isEqualTo(new ReplicaHealth(0, 0, 0, 0, 0));
            ReplicationStats stats = leader.replicationStats();
            assertThat(stats.reigns()).isEqualTo(1);
            ReplicationStats follower = cluster.node(2).service().replicationStats();
            assertThat(follower.receivedBytes()).isPositive();
            assertThat(follower.rounds()).isPositive();
            assertThat(stats.sentBytes()).isGreaterThanOrEqualTo(2 * follower.receivedBytes());

            long shrinks = stats.shrinks();
            long errors = cluster.node(3).service().replicationStats().errors();
            cluster.network.cut(3, 1);
            cluster.append(1, "b", Acks.LEADER);
            await().atMost(TestCluster.PATIENCE).until(() -> cluster.end(2) == 2);
            cluster.skip(30_000);
            await().atMost(TestCluster.PATIENCE).until(() -> {
                leader.checkInSync();
                return leader.overview().health().underReplicated() == 1;
            });
            assertThat(leader.overview().health().underMinInSync()).isEqualTo(1);
            assertThat(leader.overview().health().lagMax()).isEqualTo(1);
            assertThat(stats.shrinks()).isGreaterThan(shrinks);
            await().atMost(TestCluster.PATIENCE)
                    .until(() -> cluster.node(3).service().replicationStats().errors() > errors);

            long expands = stats.expands();
            cluster.network.heal();
            cluster.awaitInSync(1, 2, 3);
            await().atMost(TestCluster.PATIENCE)
                    .until(() -> leader.overview().health().equals(new ReplicaHealth(1, 0, 0, 0, 0)));
            assertThat(stats.expands()).isGreaterThan(expands);
        }
    }
}
