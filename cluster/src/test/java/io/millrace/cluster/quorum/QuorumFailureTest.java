package io.millrace.cluster.quorum;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.millrace.storage.LogException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a crash leaves is mended; what is damaged is refused; what fails while the quorum runs ends the process. */
class QuorumFailureTest {

    @TempDir
    Path directory;

    private final MemoryTransport network = new MemoryTransport();

    @AfterEach
    void close() {
        network.close();
    }

    @Test
    void aTornBatchAtTheEndOfTheLogIsCut() throws IOException {
        TestNode node = committed(5);
        node.kill();
        byte[] segment = Files.readAllBytes(lastSegment());
        // The beginning of a batch, as a write that the power cut interrupted leaves it.
        Files.write(lastSegment(), Arrays.copyOf(segment, 80), StandardOpenOption.APPEND);

        TestNode again = node.again().start();
        await().until(again::isLeader);
        await().until(() -> again.committed().equals(List.of(1L, 2L, 3L, 4L, 5L)));
        again.append(6);
        await().until(() -> again.committed().contains(6L));
        assertThat(again.fatal.get()).isNull();
        again.stop();
    }

    @Test
    void aDamagedBatchInTheMiddleIsRefusedWithWordsAboutWhatToDo() throws IOException {
        TestNode node = committed(5);
        node.kill();
        byte[] segment = Files.readAllBytes(lastSegment());
        segment[segment.length / 2] ^= 1;
        Files.write(lastSegment(), segment);

        assertThatThrownBy(() -> node.again().start())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("the metadata log in " + directory + " cannot be used")
                .hasMessageContaining("start with an empty one");
    }

    @Test
    void aLogThatIsGoneFromAnOldDirectoryIsNotMadeAgain() throws IOException {
        TestNode node = committed(5);
        node.kill();
        removeLog();

        assertThatThrownBy(() -> node.again().start())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("__cluster_metadata-0 is gone, but the file voter-state is still there")
                .hasMessageContaining("Move the whole data directory away");
        assertThat(directory.resolve("__cluster_metadata-0")).doesNotExist();
    }

    @Test
    void aLogThatIsGoneBesideItsSnapshotIsNotMadeAgain() throws IOException {
        TestNode node = committed(5);
        node.snapshot();
        node.kill();
        removeLog();
        Files.delete(directory.resolve("voter-state"));

        assertThatThrownBy(() -> node.again().start())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("a snapshot of it is still there");
    }

    @Test
    void theEndOfTheLogCannotBeGivenUpInPlace() throws IOException {
        TestNode node = committed(5);
        node.kill();
        Quorum.refuseAcceptedLoss(directory);
        Files.createFile(directory.resolve("__cluster_metadata-0").resolve("accept-loss"));

        assertThatThrownBy(() -> Quorum.refuseAcceptedLoss(directory))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("cannot be given up in place")
                .hasMessageContaining("Move the whole data directory away");
    }

    @Test
    void aMetadataLogOfUnknownIdentityIsNotToBeMovedAwayAlone() throws IOException {
        TestNode node = committed(1);
        node.kill();
        Files.delete(directory.resolve("__cluster_metadata-0").resolve("partition.metadata"));

        assertThatThrownBy(() -> node.again().start())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("move the whole data directory away");
    }

    private void removeLog() throws IOException {
        Path log = directory.resolve("__cluster_metadata-0");
        try (Stream<Path> files = Files.list(log)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(log);
    }

    @Test
    void aLogThatFailsUnderTheQuorumEndsTheProcess() throws IOException {
        TestNode node = committed(1);
        node.loseLogs();
        node.append(2);
        await().atMost(Duration.ofSeconds(20)).until(() -> node.fatal.get() != null);
        assertThat(node.fatal.get()).isInstanceOf(LogException.class);
        assertThat(node.committed()).containsExactly(1L);
        node.kill();
    }

    private TestNode committed(int numbers) throws IOException {
        TestNode node =
                new TestNode(1, directory, new UUID(7, 1), network, 1).format().start();
        await().until(node::isLeader);
        for (int number = 1; number <= numbers; number++) {
            node.append(number);
        }
        await().until(() -> node.committed().size() == numbers);
        return node;
    }

    private Path lastSegment() throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("__cluster_metadata-0"))) {
            return files.filter(file -> file.toString().endsWith(".log"))
                    .max(Comparator.naturalOrder())
                    .orElseThrow();
        }
    }
}
