package io.millrace.cluster.quorum;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.cluster.peer.PeerAddress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One node that is the whole quorum. */
class LoneVoterTest {

    @TempDir
    Path directory;

    private final MemoryTransport network = new MemoryTransport();
    private TestNode node;

    @AfterEach
    void stop() {
        network.close();
        assertThat(node.fatal.get()).isNull();
    }

    @Test
    void commitsAndKeepsEverythingAcrossStopsAndKills() throws IOException {
        node = new TestNode(1, directory, new UUID(7, 1), network, 1).format().start();
        await().until(node::isLeader);
        assertThat(node.status().leaderId()).isEqualTo(OptionalInt.of(1));
        assertThat(node.status().voters())
                .containsExactly(new QuorumStatus.Voter(1, new UUID(7, 1), Optional.of(node.address)));
        for (long number = 1; number <= 100; number++) {
            node.append(number);
        }
        await().until(() -> node.committed().size() == 100);
        int epoch = node.status().epoch();
        node.stop();

        node = node.again().start();
        await().until(node::isLeader);
        assertThat(node.status().epoch()).isGreaterThan(epoch);
        await().until(() -> node.committed().equals(numbers(100)));
        node.append(101);
        await().until(() -> node.committed().equals(numbers(101)));
        node.kill();

        node = node.again().start();
        await().until(node::isLeader);
        await().until(() -> node.committed().equals(numbers(101)));
        node.stop();
    }

    @Test
    void aNodeThatMovedIsFoundWhereItIsNow() throws IOException {
        TestNode before =
                new TestNode(1, directory, new UUID(7, 1), network, 1).format().start();
        await().until(before::isLeader);
        assertThat(before.quorum().leaderAddress()).contains(before.address);
        before.stop();

        node = before.moved(new PeerAddress("elsewhere", 7_111)).start();
        await().until(node::isLeader);
        assertThat(node.quorum().leaderAddress()).contains(new PeerAddress("elsewhere", 7_111));
        node.stop();
    }

    @Test
    void aClusterWhoseFoundingCrashedIsForgottenByANodeThatJoinsAnother() throws IOException {
        node = new TestNode(1, directory, new UUID(7, 1), network, 1).format();
        assertThat(new MetadataSnapshots(directory).latest()).isPresent();

        Quorum.forgetLoneVoter(directory);

        assertThat(new MetadataSnapshots(directory).latest()).isEmpty();
    }

    @Test
    void whatANodeHasALogOfIsNotForgotten() throws IOException {
        node = new TestNode(1, directory, new UUID(7, 1), network, 1).format().start();
        await().until(node::isLeader);
        node.stop();

        Quorum.forgetLoneVoter(directory);

        assertThat(new MetadataSnapshots(directory).latest()).isPresent();
    }

    private static List<Long> numbers(int count) {
        return LongStream.rangeClosed(1, count).boxed().toList();
    }
}
