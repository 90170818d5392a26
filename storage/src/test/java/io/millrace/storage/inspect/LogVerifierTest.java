package io.millrace.storage.inspect;

import static io.millrace.storage.TestLogs.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.storage.AppendOrigin;
import io.millrace.storage.LogManager;
import io.millrace.storage.PartitionLog;
import io.millrace.storage.TestBatch;
import io.millrace.storage.TestLogs;
import io.millrace.storage.batch.BatchHeader;
import io.millrace.storage.checkpoint.RecoveryPoints;
import io.millrace.storage.file.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogVerifierTest {

    private static final int BATCHES = 60;

    @TempDir
    Path directory;

    private final List<Finding> findings = new ArrayList<>();

    @BeforeEach
    void writeALogOfSeveralSegments() throws IOException {
        try (LogManager logs = TestLogs.open(directory)) {
            PartitionLog log = TestLogs.create(logs, TestLogs.segmentBytes(2000));
            for (int i = 0; i < BATCHES; i++) {
                ByteBuffer batch = new TestBatch()
                        .record(1000 + i, "a")
                        .record(2000 + i, "b")
                        .producer(7, 0, 2 * i)
                        .build();
                await(log.append(batch, i / 20, AppendOrigin.CLIENT));
            }
        }
    }

    @Test
    void aHealthyDirectoryHasNoFindingsAndIsNotTouched() throws IOException {
        Map<Path, FileTime> before = files();

        VerifySummary summary = verify(directory);

        assertThat(findings).isEmpty();
        assertThat(summary.isHealthy()).isTrue();
        assertThat(summary.batches()).isEqualTo(BATCHES);
        assertThat(summary.partitions()).isEqualTo(1);
        assertThat(summary.segments()).isEqualTo(segments().size()).isGreaterThan(2);
        assertThat(summary.running()).isFalse();
        assertThat(files()).isEqualTo(before);
        assertThat(verify(partition()).isHealthy())
                .as("one partition alone, too")
                .isTrue();
    }

    @Test
    void besideARunningNodeItChecksWhatThatHasWritten() throws IOException {
        try (LogManager logs = TestLogs.open(directory)) {
            PartitionLog log = logs.log(TestLogs.READINGS).orElseThrow();
            await(log.append(TestBatch.of("more").build(), 2, AppendOrigin.CLIENT));

            VerifySummary summary = verify(directory);

            assertThat(findings).isEmpty();
            assertThat(summary.running()).isTrue();
            assertThat(summary.batches()).isEqualTo(BATCHES + 1);
            await(log.append(TestBatch.of("not disturbed").build(), 2, AppendOrigin.CLIENT));
        }
    }

    @Test
    void aFlippedBitInASealedSegmentIsFoundWithItsByte() throws IOException {
        Path segment = segments().get(1);
        int second = batchSize(segment, 0);
        flip(segment, second + 65);

        VerifySummary summary = verify(directory);

        assertThat(summary.isHealthy()).isFalse();
        assertThat(summary.batches()).as("all others").isEqualTo(BATCHES - 1);
        assertThat(findings).first().satisfies(finding -> {
            assertThat(finding.severity()).isEqualTo(Finding.Severity.DAMAGE);
            assertThat(finding.file()).isEqualTo(segment);
            assertThat(finding.position()).isEqualTo(second);
            assertThat(finding.what()).contains("CRC32C", "sound batches go on at byte");
            assertThat(finding.advice()).contains("restore this partition");
        });
    }

    @Test
    void aFlippedBitInAnOffsetWhichNoChecksumCoversIsFound() throws IOException {
        Path segment = segments().get(1);
        int second = batchSize(segment, 0);
        flip(segment, second + 5);

        verify(directory);

        assertThat(findings).isNotEmpty().allMatch(it -> it.severity() == Finding.Severity.DAMAGE);
        assertThat(findings).anyMatch(it -> it.file().equals(segment) && it.position() > 0);
    }

    @Test
    void aTornTailIsDamageAfterACleanStopAndNoneAfterACrash() throws IOException {
        Path last = segments().get(segments().size() - 1);
        try (FileChannel file = FileChannel.open(last, StandardOpenOption.WRITE)) {
            file.truncate(file.size() - 3);
        }

        verify(directory);
        assertThat(findings).anySatisfy(it -> {
            assertThat(it.severity()).isEqualTo(Finding.Severity.DAMAGE);
            assertThat(it.file()).isEqualTo(last);
            assertThat(it.what()).contains("but only");
        });

        crashWithoutCheckpoint();
        assertThat(verify(directory).isHealthy()).isTrue();
        assertThat(findings).singleElement().satisfies(it -> {
            assertThat(it.severity()).isEqualTo(Finding.Severity.NOTE);
            assertThat(it.advice()).contains("writes the records from offset 118 on again, from the journal");
        });

        removeJournals();
        assertThat(verify(directory).isHealthy()).isTrue();
        assertThat(findings)
                .singleElement()
                .satisfies(it -> assertThat(it.advice()).contains("torn tail", "next start cuts it"));
    }

    @Test
    void soundBatchesBehindABadOneAreDamageUnlessThePowerWasCut() throws IOException {
        Path last = segments().get(segments().size() - 1);
        flip(last, 70);
        crashWithoutCheckpoint();
        removeJournals();
        assertThat(verify(directory).isHealthy()).isFalse();

        new RecoveryPoints(Disk.local(), directory).write("an earlier run of the machine", Map.of());
        assertThat(verify(directory).isHealthy()).isTrue();
        assertThat(findings)
                .singleElement()
                .satisfies(it -> assertThat(it.advice()).contains("torn tail"));
    }

    @Test
    void whatTheJournalLacksIsDamage() throws IOException {
        Files.delete(segments().get(segments().size() - 1));
        Path journal = directory.resolve("journal");
        crashWithoutCheckpoint();
        assertThat(verify(directory).isHealthy()).as("the journal has it").isTrue();

        new RecoveryPoints(Disk.local(), directory)
                .write(
                        Disk.local().bootId(),
                        Map.of(RecoveryPoints.Key.of(TestLogs.READINGS), new RecoveryPoints.Point(119, 0)));
        assertThat(verify(directory).isHealthy()).as("it had been forced").isFalse();
        assertThat(journal).isNotEmptyDirectory();
    }

    private void crashWithoutCheckpoint() throws IOException {
        Files.delete(directory.resolve("clean-shutdown"));
        Files.delete(directory.resolve("recovery-points"));
    }

    private void removeJournals() throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("journal"))) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
    }

    @Test
    void aTailBelowTheRecoveryPointIsDamageEvenAfterACrash() throws IOException {
        Path last = segments().get(segments().size() - 1);
        try (FileChannel file = FileChannel.open(last, StandardOpenOption.WRITE)) {
            file.truncate(file.size() - 3);
        }
        Files.delete(directory.resolve("clean-shutdown"));

        assertThat(verify(directory).isHealthy()).isFalse();
        assertThat(findings).anySatisfy(it -> assertThat(it.advice()).contains("not by a crash"));
    }

    @Test
    void aMissingSegmentIsNamedByTheOffsetsThatAreGone() throws IOException {
        List<Path> segments = segments();
        Files.delete(segments.get(1));

        verify(directory);
        assertThat(findings).anySatisfy(it -> {
            assertThat(it.file()).isEqualTo(segments.get(2));
            assertThat(it.what())
                    .isEqualTo("the records from offset " + base(segments.get(1)) + " up to " + base(segments.get(2))
                            + " are missing before it");
        });
    }

    @Test
    void aMissingFirstAndAMissingLastSegmentAreDamage() throws IOException {
        List<Path> segments = segments();
        Files.delete(segments.get(0));
        assertThat(verify(directory).isHealthy()).isFalse();
        assertThat(findings).anySatisfy(it -> assertThat(it.what()).contains("from the log start 0 up to offset"));

        Files.delete(segments.get(segments.size() - 1));
        verify(directory);
        assertThat(findings).anySatisfy(it -> assertThat(it.what()).contains("everything below 120 was on the disk"));
    }

    @Test
    void aWrongIndexEntryIsFoundAndAMissingIndexIsOnlyNoted() throws IOException {
        Path offsets = sibling(segments().get(0), ".index");
        flip(offsets, 16 + 7);
        assertThat(verify(directory).isHealthy()).isFalse();
        assertThat(findings).singleElement().satisfies(it -> {
            assertThat(it.file()).isEqualTo(offsets);
            assertThat(it.position()).isEqualTo(16);
            assertThat(it.advice()).contains("remove this file");
        });

        Files.delete(offsets);
        assertThat(verify(directory).isHealthy()).isTrue();
        assertThat(findings)
                .singleElement()
                .satisfies(it -> assertThat(it.what()).isEqualTo("it is missing"));
    }

    @Test
    void anIndexThatNoStartWouldTakeIsOnlyNoted() throws IOException {
        // As a process leaves it that was killed after it had made the file.
        Files.write(sibling(segments().get(0), ".index"), new byte[0]);
        assertThat(verify(directory).isHealthy()).isTrue();
        assertThat(findings)
                .singleElement()
                .satisfies(it -> assertThat(it.advice()).contains("builds it again"));
    }

    @Test
    void aWrongTimeIndexEntryIsFound() throws IOException {
        Path times = sibling(segments().get(0), ".timeindex");
        flip(times, 16 + 7);
        assertThat(verify(directory).isHealthy()).isFalse();
        assertThat(findings).singleElement().satisfies(it -> {
            assertThat(it.file()).isEqualTo(times);
            assertThat(it.what()).contains("timestamp");
        });
    }

    @Test
    void everyUnreadableSmallFileIsNamedWithItsMeaning() throws IOException {
        for (String name : List.of("leader-epochs", "partition.metadata")) {
            Path file = partition().resolve(name);
            byte[] sound = Files.readAllBytes(file);
            flip(file, 18);
            assertThat(verify(directory).isHealthy()).as(name).isFalse();
            assertThat(findings).anySatisfy(it -> {
                assertThat(it.file()).isEqualTo(file);
                assertThat(it.what()).contains("checksum");
                assertThat(it.advice()).isNotBlank();
            });
            Files.write(file, sound);
        }
        assertThat(verify(directory).isHealthy()).isTrue();
    }

    @Test
    void epochsThatContradictTheBatchesAreFound() throws IOException {
        Path other = directory.resolveSibling(directory.getFileName() + "-other");
        try (LogManager logs = TestLogs.open(other)) {
            await(TestLogs.create(logs).append(TestBatch.of("a").build(), 9, AppendOrigin.CLIENT));
        }
        Files.copy(
                other.resolve("readings-0/leader-epochs"),
                partition().resolve("leader-epochs"),
                StandardCopyOption.REPLACE_EXISTING);

        assertThat(verify(directory).isHealthy()).isFalse();
        assertThat(findings)
                .anySatisfy(it -> assertThat(it.what()).contains("has leader epoch 0", "leader-epochs says 9"));
    }

    @Test
    void deletedRecordsAreNotMissed() throws IOException {
        try (LogManager logs = TestLogs.open(directory)) {
            await(logs.log(TestLogs.READINGS).orElseThrow().advanceLogStart(51));
        }
        VerifySummary summary = verify(directory);
        assertThat(findings).isEmpty();
        assertThat(summary.batches()).isLessThan(BATCHES);
    }

    @Test
    void aDirectoryThatHoldsNoLogIsRefused() throws IOException {
        Path empty = Files.createDirectory(directory.resolve("empty"));
        assertThatThrownBy(() -> verify(empty)).isInstanceOf(IOException.class).hasMessageContaining("neither");
        assertThatThrownBy(() -> verify(directory.resolve("nowhere"))).isInstanceOf(IOException.class);
    }

    private VerifySummary verify(Path path) throws IOException {
        findings.clear();
        return LogVerifier.verify(path, findings::add);
    }

    private Path partition() {
        return directory.resolve("readings-0");
    }

    private List<Path> segments() throws IOException {
        try (Stream<Path> files = Files.list(partition())) {
            return files.filter(it -> it.toString().endsWith(".log")).sorted().toList();
        }
    }

    private Map<Path, FileTime> files() throws IOException {
        Map<Path, FileTime> times = new TreeMap<>();
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : all.toList()) {
                times.put(path, Files.getLastModifiedTime(path));
            }
        }
        return times;
    }

    private static long base(Path segment) {
        return Long.parseLong(segment.getFileName().toString().substring(0, 20));
    }

    private static Path sibling(Path segment, String suffix) {
        return segment.resolveSibling(segment.getFileName().toString().replace(".log", suffix));
    }

    private static int batchSize(Path segment, int at) throws IOException {
        return BatchHeader.sizeBytes(ByteBuffer.wrap(Files.readAllBytes(segment)), at);
    }

    private static void flip(Path file, int position) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[position] ^= 1;
        Files.write(file, bytes);
    }
}
