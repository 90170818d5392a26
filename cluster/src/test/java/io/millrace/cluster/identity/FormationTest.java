package io.millrace.cluster.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.storage.file.Disk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FormationTest {

    private static final UUID CLUSTER = UUID.randomUUID();

    @TempDir
    Path directory;

    @Test
    void anEmptyDirectoryBelongsToNobody() throws Exception {
        assertThat(node(1).identity()).isEmpty();
        assertThat(node(1).former()).isEmpty();
        assertThat(new BrokerEpochFile(Disk.local(), directory).read()).isEqualTo(BrokerEpochFile.NONE);
    }

    @Test
    void aFormattedDirectoryStaysWhatItIs() throws Exception {
        NodeIdentity made = node(7).format(CLUSTER, identity -> {});

        assertThat(made.clusterId()).isEqualTo(CLUSTER);
        assertThat(node(7).identity()).contains(made);
    }

    @Test
    void eachDirectoryHasAnIdOfItsOwn() throws Exception {
        NodeIdentity one = node(7).format(CLUSTER, identity -> {});
        Files.delete(directory.resolve("node-identity"));
        NodeIdentity other = node(7).format(CLUSTER, identity -> {});

        assertThat(other.directoryId()).isNotEqualTo(one.directoryId());
    }

    @Test
    void theDirectoryOfAnotherNodeIsRefused() throws Exception {
        node(7).format(CLUSTER, identity -> {});

        assertThatThrownBy(() -> node(8).identity())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("belongs to node 7, but node.id is 8");
    }

    @Test
    void aDamagedIdentityIsNotTakenForAnEmptyDirectory() throws Exception {
        node(7).format(CLUSTER, identity -> {});
        Path file = directory.resolve("node-identity");
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 1] ^= 1;
        Files.write(file, bytes);

        assertThatThrownBy(() -> node(7).identity())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is damaged");
    }

    @Test
    void thereIsNoIdentityBeforeItsPreparationIsDone() throws Exception {
        assertThatThrownBy(() -> node(7).format(CLUSTER, identity -> {
                    throw new IOException("the disk is full");
                }))
                .hasMessage("the disk is full");

        assertThat(node(7).identity()).isEmpty();
    }

    @Test
    void theEpochAndTheAddressOfTheLastLifeAreKept() throws Exception {
        new BrokerEpochFile(Disk.local(), directory).write(42, "node-1:19092");

        BrokerEpochFile next = new BrokerEpochFile(Disk.local(), directory);
        assertThat(next.read()).isEqualTo(42);
        assertThat(next.wasAt("node-1:19092")).isTrue();
        assertThat(next.wasAt("node-2:19092")).isFalse();
    }

    private Formation node(int nodeId) {
        return new Formation(Disk.local(), directory, nodeId);
    }
}
