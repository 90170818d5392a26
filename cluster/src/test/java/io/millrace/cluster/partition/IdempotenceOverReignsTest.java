package io.millrace.cluster.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.storage.AppendResult;
import io.millrace.storage.TestBatch;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a producer sends again is stored once, whoever leads by then (design §11, T26 and T27). */
@Timeout(60)
class IdempotenceOverReignsTest {

    private static final long PRODUCER = 7;

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

    private static void until(Callable<Boolean> condition) {
        await().atMost(TestCluster.PATIENCE).pollInterval(Duration.ofMillis(5)).until(condition);
    }

    private Future<AppendResult> send(int node, int sequence) {
        TestBatch batch = TestBatch.of("v" + sequence).producer(PRODUCER, 0, sequence);
        return cluster.node(node)
                .service()
                .append(new AppendCommand(cluster.partition, batch.build(), Acks.ALL, 30_000));
    }

    /** T26: five under way. */
    @Test
    void whatALeaderWroteBeforeItDiedIsFoundAgainByTheNextOneAndWaitsForTheHighWatermark() {
        cluster.append("first");
        cluster.network.cut(3, 1);
        List<Future<AppendResult>> unanswered = new ArrayList<>();
        for (int sequence = 0; sequence < 5; sequence++) {
            unanswered.add(send(1, sequence));
        }
        until(() -> cluster.end(2) == 6);
        assertThat(unanswered).allSatisfy(each -> assertThat(each.succeeded()).isFalse());
        cluster.network.cut(3, 2);

        cluster.kill(1);
        assertThat(cluster.leader()).isEqualTo(2);
        List<Future<AppendResult>> again = new ArrayList<>();
        for (int sequence = 0; sequence < 5; sequence++) {
            again.add(send(2, sequence));
        }
        assertThat(again).allSatisfy(each -> assertThat(each.succeeded()).isFalse());
        cluster.network.heal();

        for (int sequence = 0; sequence < 5; sequence++) {
            AppendResult result = TestCluster.get(again.get(sequence));
            assertThat(result.duplicate()).isTrue();
            assertThat(result.baseOffset()).isEqualTo(1 + sequence);
        }
        assertThat(TestCluster.get(send(2, 5)).duplicate()).isFalse();
        assertThat(cluster.values(2)).containsExactly("first", "v0", "v1", "v2", "v3", "v4", "v5");
    }

    /** T27. */
    @Test
    void aProducerWhoseRecordsWereDeletedGoesOnWithTheNextLeader() {
        for (int sequence = 0; sequence < 3; sequence++) {
            TestCluster.get(send(1, sequence));
        }
        cluster.awaitEqual();
        TestCluster.get(cluster.node(1).service().deleteRecords(cluster.partition, 3));
        until(() -> cluster.node(2).log(cluster.partition).offsets().logStartOffset() == 3);

        cluster.kill(1);

        assertThat(TestCluster.get(send(2, 2)).duplicate()).isTrue();
        assertThat(TestCluster.get(send(2, 3)).baseOffset()).isEqualTo(3);
    }
}
