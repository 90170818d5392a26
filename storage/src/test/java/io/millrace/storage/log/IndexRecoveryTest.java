package io.millrace.storage.log;

import static io.millrace.storage.TestLogs.append;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.storage.FaultyDisk;
import io.millrace.storage.LogManager;
import io.millrace.storage.PartitionLog;
import io.millrace.storage.ReadResult;
import io.millrace.storage.TestBatch;
import io.millrace.storage.TestLogs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IndexRecoveryTest {

    private static final int RECORDS = 300;

    @TempDir
    Path temporary;

    private Path directory;

    @BeforeEach
    void severalSegments() throws IOException {
        directory = temporary.resolve("data");
        try (LogManager logs = TestLogs.open(TestLogs.withoutCache(directory), new FaultyDisk())) {
            PartitionLog log = TestLogs.create(logs, TestLogs.segmentBytes(5_000));
            for (int i = 0; i < RECORDS; i++) {
                append(log, "value-" + i);
            }
            assertThat(log.segmentCount()).isGreaterThan(3);
        }
    }

    @Test
    void missingIndexesAreBuiltAgain() throws IOException {
        for (Path index : indexes()) {
            Files.delete(index);
        }
        assertEverythingIsFound(directory);
        assertThat(indexes()).isNotEmpty();
    }

    @Test
    void indexesCutAtAnyByteAreBuiltAgainOrStillRight() throws IOException {
        for (int cut : new int[] {0, 1, 15, 16, 17, 20, 24, 33, 40}) {
            for (Path index : indexes()) {
                byte[] bytes = Files.readAllBytes(index);
                Files.write(index, Arrays.copyOf(bytes, Math.min(cut, bytes.length)));
            }
            assertEverythingIsFound(directory);
        }
    }

    @Test
    void indexesOfAnotherSegmentAreNotBelieved() throws IOException {
        List<Path> all = indexes();
        byte[] foreign = Files.readAllBytes(all.get(0));
        for (Path index : all) {
            Files.write(index, foreign);
        }
        assertEverythingIsFound(directory);
    }

    @Test
    void afterACrashIndexesOfZerosOrGarbageAreBuiltAgain() throws IOException {
        for (int fill : new int[] {0, 0xff, 0x11}) {
            Path copy = temporary.resolve("crashed-" + fill);
            CrashCopy.copy(directory, copy);
            for (Path index : indexes(copy)) {
                byte[] bytes = Files.readAllBytes(index);
                Arrays.fill(bytes, Math.min(16, bytes.length), bytes.length, (byte) fill);
                Files.write(index, bytes);
            }
            assertEverythingIsFound(copy);
        }
    }

    private List<Path> indexes() throws IOException {
        return indexes(directory);
    }

    private static List<Path> indexes(Path data) throws IOException {
        try (Stream<Path> files = Files.list(data.resolve("readings-0"))) {
            return files.filter(file -> file.toString().endsWith("index"))
                    .sorted()
                    .collect(Collectors.toList());
        }
    }

    private static void assertEverythingIsFound(Path data) throws IOException {
        try (LogManager logs = TestLogs.open(TestLogs.withoutCache(data), new FaultyDisk())) {
            PartitionLog log = logs.log(TestLogs.READINGS).orElseThrow();
            assertThat(log.offsets().logEndOffset()).isEqualTo(RECORDS);
            for (int i = 0; i < RECORDS; i++) {
                try (ReadResult result = log.read(i, RECORDS, 1, true)) {
                    assertThat(TestBatch.values(result.toBuffer())).containsExactly("value-" + i);
                }
            }
            assertThat(log.findByTimestamp(0, RECORDS).orElseThrow().offset()).isZero();
            assertThat(log.findByTimestamp(Long.MAX_VALUE, RECORDS)).isEmpty();
        }
    }
}
