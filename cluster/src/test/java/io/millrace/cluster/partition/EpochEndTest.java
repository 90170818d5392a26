package io.millrace.cluster.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.storage.PartitionLog.EpochEndOffset;
import java.nio.file.Path;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where leader epochs end, as consumers ask it after a change of leader (KIP-320). */
class EpochEndTest {

    private static final int NOT_SAID = -1;

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
    void anEarlierEpochEndsWhereTheNextOneBeganAndThePresentOneAtTheEndOfTheLog() {
        cluster.append("a");
        cluster.append("b");
        cluster.awaitEqual();
        int first = epoch(1);
        cluster.elect(2);
        cluster.append("c");
        int second = epoch(2);

        assertThat(second).isGreaterThan(first);
        assertThat(end(2, first, NOT_SAID)).contains(new EpochEndOffset(first, 2));
        assertThat(end(2, second, second)).contains(new EpochEndOffset(second, 3));
        assertThat(end(2, second + 1, second))
                .as("an epoch that is still to come")
                .isEmpty();
        assertThat(end(2, NOT_SAID, NOT_SAID)).isEmpty();
        assertRefused(() -> end(2, first, first), ErrorCode.FENCED_LEADER_EPOCH);
    }

    @Test
    void onlyTheLeaderSaysAndOnlyToThoseWhoKnowItsEpoch() {
        cluster.append("a");
        int epoch = epoch(1);

        assertRefused(() -> end(2, epoch, NOT_SAID), ErrorCode.NOT_LEADER_OR_FOLLOWER);
        assertRefused(() -> end(1, epoch, epoch + 1), ErrorCode.UNKNOWN_LEADER_EPOCH);
        assertThat(TestCluster.errorOf(cluster.node(2).service().deleteRecords(cluster.partition, 1)))
                .isEqualTo(ErrorCode.NOT_LEADER_OR_FOLLOWER);
    }

    private int epoch(int node) {
        return cluster.node(node).service().offsets(cluster.partition).leaderEpoch();
    }

    private Optional<EpochEndOffset> end(int node, int epoch, int current) {
        return cluster.node(node).service().endOffsetForEpoch(cluster.partition, epoch, current);
    }

    private static void assertRefused(ThrowingCallable call, ErrorCode code) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        MillraceException.class,
                        refused -> assertThat(refused.code()).isEqualTo(code));
    }
}
