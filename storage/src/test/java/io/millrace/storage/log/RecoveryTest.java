package io.millrace.storage.log;

import static io.millrace.storage.TestLogs.append;
import static io.millrace.storage.TestLogs.readAll;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.storage.AppendOrigin;
import io.millrace.storage.LogException;
import io.millrace.storage.LogManager;
import io.millrace.storage.PartitionLog;
import io.millrace.storage.TestBatch;
import io.millrace.storage.TestLogs;
import io.millrace.storage.epoch.EpochStart;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecoveryTest {

    @TempDir
    Path temporary;

    private Path directory;

    @BeforeEach
    void leaveRoomForCopies() {
        directory = temporary.resolve("data");
    }

    @Test
    void aTailTornAtAnyByteOfTheLastBatchIsCut() throws IOException {
        long before = write("a", "b");
        long after = write("last");
        for (long size = after - 1; size >= before; size--) {
            Path copy = copy("torn-" + size);
            try (FileChannel file = FileChannel.open(segment(copy, 0), StandardOpenOption.WRITE)) {
                file.truncate(size);
            }
            assertThat(recovered(copy)).containsExactly("a", "b");
        }
        assertThat(recovered(copy("whole"))).containsExactly("a", "b", "last");
    }

    @Test
    void aTailOfZerosOrGarbageIsCut() throws IOException {
        write("a", "b");
        for (byte fill : new byte[] {0, (byte) 0xff, 2, 'x'}) {
            Path copy = copy("fill-" + fill);
            byte[] tail = new byte[5000];
            Arrays.fill(tail, fill);
            Files.write(segment(copy, 0), tail, StandardOpenOption.APPEND);
            assertThat(recovered(copy)).containsExactly("a", "b");
        }
    }

    @Test
    void soundRecordsBehindDamagedOnesAreNeverCutSilently() throws IOException {
        write("a");
        long middle = write("b");
        write("c");
        Path copy = copy("damaged");
        try (FileChannel file = FileChannel.open(segment(copy, 0), StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.wrap(new byte[] {'!'}), middle - 3);
        }
        long size = Files.size(segment(copy, 0));
        for (int start = 0; start < 2; start++) {
            try (LogManager logs = TestLogs.open(copy)) {
                PartitionLog log = logs.log(TestLogs.READINGS).orElseThrow();
                assertThatThrownBy(() -> log.read(0, 1, 100, true))
                        .isInstanceOf(LogException.CorruptLog.class)
                        .hasMessageContaining("readings-0")
                        .hasMessageContaining("Restore");
                assertThatThrownBy(() -> append(log, "d")).isInstanceOf(LogException.CorruptLog.class);
            }
            assertThat(Files.size(segment(copy, 0))).isEqualTo(size);
        }
    }

    @Test
    void whatIsBehindTheDamageIsGivenUpWhenTheOperatorSaysSo() throws IOException {
        write("a");
        long middle = write("b");
        write("c");
        // After a clean stop: everything is below the recovery point.
        try (FileChannel file = FileChannel.open(segment(directory, 0), StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.wrap(new byte[] {'!'}), middle - 3);
        }
        Files.delete(directory.resolve("readings-0").resolve("00000000000000000000.index"));
        Files.delete(directory.resolve("clean-shutdown"));
        Files.delete(directory.resolve("recovery-points"));
        deleteJournals(directory);
        for (int start = 0; start < 2; start++) {
            try (LogManager logs = TestLogs.open(directory)) {
                PartitionLog log = logs.log(TestLogs.READINGS).orElseThrow();
                assertThatThrownBy(() -> append(log, "d"))
                        .isInstanceOf(LogException.CorruptLog.class)
                        .hasMessageContaining("accept-loss");
            }
        }
        Path marker = Files.createFile(directory.resolve("readings-0").resolve("accept-loss"));
        assertThat(recovered(directory)).containsExactly("a");
        assertThat(marker).doesNotExist();
        try (LogManager logs = TestLogs.open(directory)) {
            assertThat(readAll(logs.log(TestLogs.READINGS).orElseThrow())).containsExactly("a", "next");
        }
    }

    /** Its checksum is right, but it does not belong there. */
    @Test
    void alsoABatchWithAWrongOffsetIsGivenUpWhenTheOperatorSaysSo() throws IOException {
        write("a");
        long first = write("b");
        write("c");
        Path copy = copy("wrong-offset");
        try (FileChannel file = FileChannel.open(segment(copy, 0), StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.allocate(8), first);
        }
        try (LogManager logs = TestLogs.open(copy)) {
            PartitionLog log = logs.log(TestLogs.READINGS).orElseThrow();
            assertThatThrownBy(log::offsets).hasMessageContaining("accept-loss");
        }
        Files.createFile(copy.resolve("readings-0").resolve("accept-loss"));
        assertThat(recovered(copy)).containsExactly("a", "b");
    }

    /** T33, KAFKA-3919: sectors of one write reach the disk in any order, and indexes say anything. */
    @Test
    void batchesThatAPowerCutMixedUpAreNeverServedOutOfOrderWhateverTheIndexesSay() throws IOException {
        List<String> values = List.of("a", "b", "c", "d", "e");
        int batchBytes = (int) (write(values.toArray(String[]::new)) / values.size());
        for (int one = 0; one < values.size(); one++) {
            for (int other = 0; other < values.size(); other++) {
                Path copy = copy("mixed-" + one + "-" + other);
                byte[] bytes = Files.readAllBytes(segment(copy, 0));
                byte[] mixed = bytes.clone();
                System.arraycopy(bytes, one * batchBytes, mixed, other * batchBytes, batchBytes);
                Files.write(segment(copy, 0), mixed);
                Files.write(copy.resolve("readings-0").resolve("00000000000000000000.index"), new byte[] {1, 2, 3});
                Files.write(copy.resolve("readings-0").resolve("00000000000000000000.timeindex"), mixed);
                try (LogManager logs = TestLogs.open(copy)) {
                    PartitionLog log = logs.log(TestLogs.READINGS).orElseThrow();
                    List<String> found = readAll(log);
                    assertThat(values.subList(0, found.size())).isEqualTo(found);
                    append(log, "next");
                } catch (LogException.CorruptLog refused) {
                    assertThat(one).isNotEqualTo(other);
                    assertThat(Files.readAllBytes(segment(copy, 0))).isEqualTo(mixed);
                }
            }
        }
    }

    /** T32, KAFKA-16541: the file of the epochs may be older than the batches, or half of a newer one. */
    @Test
    void epochsThatTheirFileDoesNotHaveAreReadFromTheBatches() throws IOException {
        Path epochs = directory.resolve("readings-0").resolve("leader-epochs");
        byte[] older;
        byte[] newer;
        try (LogManager logs = TestLogs.open(directory)) {
            PartitionLog log = TestLogs.create(logs);
            TestLogs.await(log.append(TestBatch.of("a").build(), 1, AppendOrigin.CLIENT));
            TestLogs.await(log.append(TestBatch.of("b").build(), 4, AppendOrigin.CLIENT));
            older = Files.readAllBytes(epochs);
            TestLogs.await(log.append(TestBatch.of("c").build(), 6, AppendOrigin.CLIENT));
            newer = Files.readAllBytes(epochs);
        }
        for (int cut = 0; cut <= newer.length; cut++) {
            Path torn = copy("torn-" + cut);
            Files.write(torn.resolve("readings-0").resolve("leader-epochs"), Arrays.copyOf(newer, cut));
            assertEpochs(torn);
        }
        Path stale = copy("stale");
        Files.write(stale.resolve("readings-0").resolve("leader-epochs"), older);
        Files.write(stale.resolve("readings-0").resolve("leader-epochs.tmp"), Arrays.copyOf(newer, newer.length / 2));
        assertEpochs(stale);
    }

    private static void assertEpochs(Path data) throws IOException {
        try (LogManager logs = TestLogs.open(data)) {
            PartitionLog log = logs.log(TestLogs.READINGS).orElseThrow();
            assertThat(log.history(0).epochs())
                    .containsExactly(new EpochStart(1, 0), new EpochStart(4, 1), new EpochStart(6, 2));
        }
    }

    private static void deleteJournals(Path data) throws IOException {
        try (Stream<Path> files = Files.list(data.resolve("journal"))) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
    }

    /** Appends each value as a batch of its own, in one run; returns the bytes of the segment. */
    private long write(String... values) throws IOException {
        try (LogManager logs = TestLogs.open(directory)) {
            PartitionLog log = TestLogs.create(logs);
            for (String value : values) {
                append(log, value);
            }
            return log.sizeBytes();
        }
    }

    /** As a crash would have left it, without the marker and the checkpoints; and without the journal, which could repair it. */
    private Path copy(String name) throws IOException {
        Path target = temporary.resolve(name);
        CrashCopy.copyWithoutJournal(directory, target);
        return target;
    }

    private static Path segment(Path dir, long base) {
        return dir.resolve("readings-0").resolve(String.format("%020d.log", base));
    }

    private static List<String> recovered(Path dir) throws IOException {
        try (LogManager logs = TestLogs.open(dir)) {
            PartitionLog log = logs.log(TestLogs.READINGS).orElseThrow();
            List<String> found = readAll(log);
            append(log, "next");
            List<String> expected = new ArrayList<>(found);
            expected.add("next");
            assertThat(readAll(log)).isEqualTo(expected);
            return found;
        }
    }
}
