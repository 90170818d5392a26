package io.millrace.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.cluster.peer.PeerAddress;
import io.millrace.cluster.quorum.QuorumStatus;
import io.millrace.cluster.quorum.QuorumStatus.Voter;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What a node that starts and hears of no leader says to whoever reads its log. */
class QuorumWaitTest {

    @Test
    void whoeverIsMissingForAMajorityIsNamed() {
        assertThat(QuorumWait.reason(status(OptionalInt.empty(), 1, 3), List.of(2, 3)))
                .isEqualTo(
                        "Waiting for a leader of the metadata: nothing can be decided before 2 of 2 voters run and reach each"
                                + " other: node 1 at 127.0.0.1:9191 (not found), node 3 at 127.0.0.1:9193. Start those that are missing;"
                                + " if their disks are lost, see ./millrace cluster recover");
    }

    @Test
    void aLeaderThatIsNotFoundIsNoLeader() {
        assertThat(QuorumWait.reason(status(OptionalInt.of(1), 1, 2, 3), List.of(2, 3)))
                .contains("2 of 3 voters")
                .contains("node 1 at 127.0.0.1:9191 (not found)");
    }

    @Test
    void aLeaderThatIsThereIsNamed() {
        assertThat(QuorumWait.reason(status(OptionalInt.of(1), 1, 2, 3), List.of(1, 2)))
                .startsWith("Waiting for the metadata: node 1 leads it");
    }

    private static QuorumStatus status(OptionalInt leader, int... voters) {
        return new QuorumStatus(
                2,
                QuorumStatus.Role.OBSERVER,
                leader,
                4,
                OptionalLong.empty(),
                10,
                Arrays.stream(voters)
                        .mapToObj(node -> new Voter(
                                node, new UUID(0, node), Optional.of(new PeerAddress("127.0.0.1", 9190 + node))))
                        .toList());
    }
}
