package io.millrace.storage.log;

import static io.millrace.storage.TestLogs.append;
import static io.millrace.storage.TestLogs.readAll;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.storage.LogException;
import io.millrace.storage.LogManager;
import io.millrace.storage.PartitionLog;
import io.millrace.storage.TestLogs;
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
