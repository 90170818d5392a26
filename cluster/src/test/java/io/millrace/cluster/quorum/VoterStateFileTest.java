package io.millrace.cluster.quorum;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.storage.file.Disk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.raft.ElectionState;
import org.apache.kafka.raft.ReplicaKey;
import org.apache.kafka.server.common.KRaftVersion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class VoterStateFileTest {

    private static final ReplicaKey CANDIDATE = ReplicaKey.of(3, new Uuid(5, 6));

    @TempDir
    Path directory;

    @Test
    void thereIsNoVoteInAnEmptyDirectory() {
        assertThat(file().readElectionState()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(KRaftVersion.class)
    void aVoteIsKeptWhateverTheVersionOfTheProtocol(KRaftVersion version) {
        ElectionState vote = ElectionState.withVotedCandidate(7, CANDIDATE, Set.of());
        file().writeElectionState(vote, version);
        assertThat(file().readElectionState()).contains(vote);
        ElectionState elected = ElectionState.withElectedLeader(7, 3, Optional.of(CANDIDATE), Set.of());
        file().writeElectionState(elected, version);
        assertThat(file().readElectionState()).contains(elected);
        ElectionState unknown = ElectionState.withUnknownLeader(8, Set.of());
        file().writeElectionState(unknown, version);
        assertThat(file().readElectionState()).contains(unknown);
        file().clear();
        assertThat(file().readElectionState()).isEmpty();
    }

    @Test
    void aDamagedVoteIsNotTakenForNone() throws IOException {
        file().writeElectionState(
                        ElectionState.withVotedCandidate(7, CANDIDATE, Set.of()), KRaftVersion.KRAFT_VERSION_1);
        Path path = directory.resolve(VoterStateFile.NAME);
        byte[] bytes = Files.readAllBytes(path);
        bytes[bytes.length - 1] ^= 1;
        Files.write(path, bytes);
        assertThatThrownBy(() -> file().readElectionState())
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("must not vote again");
    }

    private VoterStateFile file() {
        return new VoterStateFile(Disk.local(), directory);
    }
}
