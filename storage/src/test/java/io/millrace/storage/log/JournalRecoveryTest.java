package io.millrace.storage.log;

import static io.millrace.storage.TestLogs.append;
import static io.millrace.storage.TestLogs.readAll;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.millrace.storage.AppendOrigin;
import io.millrace.storage.FaultyDisk;
import io.millrace.storage.LogConfig;
import io.millrace.storage.LogException;
import io.millrace.storage.LogManager;
import io.millrace.storage.PartitionLog;
import io.millrace.storage.StorageConfig;
import io.millrace.storage.TestBatch;
import io.millrace.storage.TestLogs;
import io.millrace.storage.TopicPartition;
import io.millrace.storage.batch.BatchHeader;
import io.millrace.storage.checkpoint.RecoveryPoints;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The journal brings back what was acknowledged, whatever a power cut left of the segments. */
class JournalRecoveryTest {

    @TempDir
    Path temporary;

    private Path directory;
    private final FaultyDisk disk = new FaultyDisk();

    @BeforeEach
    void leaveRoomForCopies() {
        directory = temporary.resolve("data");
    }

    @Test
    void whateverIsLeftOfTheSegmentsEverythingDurableComesBack() throws IOException {
        List<String> written = write(60, 2_000);
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 20; i++) {
            Path crashed = powerCut("crash-" + i);
            for (Path segment : segments(crashed)) {
                ruin(segment, random);
            }
            assertThat(recovered(crashed)).as("seed %d, round %d", seed, i).isEqualTo(written);
        }
    }

    @Test
    void anOffsetThatAPowerCutMixedUpIsWrittenAgain() throws IOException {
        List<String> written = write(20, 1 << 20);
        Path crashed = powerCut("mixed-up");
        Path segment = segments(crashed).get(0);
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(segment));
        int last = 0;
        while (last + BatchHeader.sizeBytes(bytes, last) < bytes.limit()) {
            last += BatchHeader.sizeBytes(bytes, last);
        }
        // No checksum covers it.
        bytes.putLong(last, 1_234_567_890_123L);
        Files.write(segment, bytes.array());

        assertThat(recovered(crashed)).isEqualTo(written);
    }

    @Test
    void segmentsThatAreGoneAreWrittenAgain() throws IOException {
        List<String> written = write(60, 1_000);
        Path crashed = powerCut("gone");
        List<Path> segments = segments(crashed);
        assertThat(segments).hasSizeGreaterThan(3);
        Files.delete(segments.get(1));
        Files.delete(segments.get(segments.size() - 1));
        assertThat(recovered(crashed)).isEqualTo(written);
    }

    @Test
    void whatWasCutOffStaysAway() throws IOException {
        List<String> expected = new ArrayList<>();
        try (LogManager logs = open(directory)) {
            PartitionLog log = TestLogs.create(logs);
            fill(logs);
            for (int i = 0; i < 10; i++) {
                append(log, "old-" + i);
            }
            TestLogs.await(log.truncateTo(4));
            expected.addAll(List.of("old-0", "old-1", "old-2", "old-3"));
            TestLogs.await(log.append(TestBatch.of("new-4").build(), 1, AppendOrigin.CLIENT));
            expected.add("new-4");
            awaitDurable(log);
            CrashCopy.copy(directory, temporary.resolve("crash"));
        }
        Path crashed = temporary.resolve("crash");
        try (FileChannel file = FileChannel.open(segments(crashed).get(0), StandardOpenOption.WRITE)) {
            file.truncate(10);
        }
        assertThat(recovered(crashed)).isEqualTo(expected);
    }

    @Test
    void aRecoveryPointAboveACutIsLowered() throws IOException {
        StorageConfig checkpointing = withCheckpoints(directory);
        Path crashed = temporary.resolve("crash");
        try (LogManager logs = TestLogs.open(checkpointing, disk)) {
            PartitionLog log = TestLogs.create(logs);
            fill(logs);
            for (int i = 0; i < 10; i++) {
                append(log, "v" + i);
            }
            RecoveryPoints points = new RecoveryPoints(disk, directory);
            await().until(() -> points.read().of(TestLogs.READINGS).offset() == 10);
            byte[] before = Files.readAllBytes(directory.resolve(RecoveryPoints.NAME));
            TestLogs.await(log.truncateTo(4));
            CrashCopy.copy(directory, crashed);
            Files.write(crashed.resolve(RecoveryPoints.NAME), before);
        }
        assertThat(recovered(crashed)).containsExactly("v0", "v1", "v2", "v3");
    }

    @Test
    void afterAPowerCutWhatWasNeverDurableMayBeThereInAnyParts() throws IOException {
        write(3, 1 << 20);
        Path crashed = powerCut("parts");
        Path segment = segments(crashed).get(0);
        try (LogManager logs = open(crashed)) {
            // Brings the journal to an end: what follows is only in the segment.
            assertThat(readAll(logs.log(TestLogs.READINGS).orElseThrow())).hasSize(3);
        }
        Files.delete(crashed.resolve("clean-shutdown"));
        ByteBuffer late = TestBatch.of("late").build();
        late.putLong(0, 5);
        byte[] tail = new byte[100 + late.limit()];
        late.get(0, tail, 100, late.limit());
        Files.write(segment, tail, StandardOpenOption.APPEND);
        Path killed = temporary.resolve("killed");
        copyAll(crashed, killed);
        try (LogManager logs = open(killed)) {
            assertThatThrownBy(() -> readAll(logs.log(TestLogs.READINGS).orElseThrow()))
                    .as("after the end of a process only, a hole is damage")
                    .isInstanceOf(LogException.CorruptLog.class);
        }
        disk.bootId = "second";
        assertThat(recovered(crashed)).containsExactly("v0", "v1", "v2");
    }

    @Test
    void filesAreUsedAgainAfterCheckpointsAndNothingIsLost() throws IOException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<String> written = new ArrayList<>();
        Path crashed = temporary.resolve("crash");
        StorageConfig small = new StorageConfig(directory, 1, 256 << 10, 10_000, 64L << 20, 0, 0, 0, 86_400_000);
        try (LogManager logs = TestLogs.open(small, disk)) {
            PartitionLog log = TestLogs.create(logs, TestLogs.segmentBytes(100_000));
            for (int i = 0; i < 400; i++) {
                String value = "v" + i + "x".repeat(random.nextInt(9_000));
                append(log, value);
                written.add(value);
            }
            awaitDurable(log);
            CrashCopy.copy(directory, crashed);
            if (Files.exists(directory.resolve(RecoveryPoints.NAME))) {
                Files.copy(directory.resolve(RecoveryPoints.NAME), crashed.resolve(RecoveryPoints.NAME));
            }
        }
        assertThat(sizeOf(crashed.resolve("journal"))).isLessThanOrEqualTo(256 << 10);
        disk.bootId = "second";
        assertThat(recovered(crashed)).as("seed %d", seed).isEqualTo(written);
    }

    @Test
    void aCheckpointForcesWhatTheJournalWillForget() throws IOException {
        try (LogManager logs = open(directory)) {
            PartitionLog log = TestLogs.create(logs);
            fill(logs);
            append(log, "v");
            awaitDurable(log);
            Path segment = segments(directory).get(0);
            assertThat(disk.forced).as("the journal is enough").doesNotContain(segment);
            TestLogs.await(logs.checkpoint());
            assertThat(disk.forced).contains(segment);
        }
    }

    @Test
    void aGroupThatIsNotWholeIsNotTaken() throws IOException {
        write(1, 1 << 20);
        Path crashed = powerCut("torn-group");
        Path journal = crashed.resolve("journal").resolve("00-000.journal");
        byte[] bytes = Files.readAllBytes(journal);
        // A group ends with the value of its last record; behind it are zeros.
        int valueAt = bytes.length - 1;
        while (bytes[valueAt] == 0) {
            valueAt--;
        }
        assertThat((char) bytes[valueAt]).isEqualTo('0');
        bytes[valueAt] ^= 1;
        Files.write(journal, bytes);
        try (FileChannel file = FileChannel.open(segments(crashed).get(0), StandardOpenOption.WRITE)) {
            file.truncate(0);
        }
        assertThat(recovered(crashed)).isEmpty();
    }

    @Test
    void whatDoesNotFitTheJournalIsForcedBeforeWhatFollowsItIsSaidToBeDurable() throws Exception {
        try (LogManager logs = open(directory)) {
            PartitionLog log = TestLogs.create(logs);
            TestLogs.await(log.updateConfig(maxMessageBytes(4 << 20)));
            PartitionLog other = fill(logs);
            CountDownLatch busy = new CountDownLatch(1);
            CountDownLatch goOn = new CountDownLatch(1);
            other.onDurable((source, durable) -> {
                busy.countDown();
                awaitLatch(goOn);
            });
            other.append(TestBatch.of("keeps the shard busy").build(), 0, AppendOrigin.CLIENT);
            awaitLatch(busy);
            Path segment = segments(directory).get(0);
            List<Boolean> forcedWhenTold = new CopyOnWriteArrayList<>();
            log.onDurable((source, durable) -> forcedWhenTold.add(disk.forced.contains(segment)));
            // Taken in one turn: too large for the journal, and one that is not; the new epoch parts them.
            log.append(TestBatch.of("x".repeat(3 << 20)).build(), 0, AppendOrigin.CLIENT);
            log.append(TestBatch.of("small").build(), 1, AppendOrigin.CLIENT);
            goOn.countDown();
            await().until(() -> log.offsets().durableOffset() == 2);
            assertThat(forcedWhenTold).isNotEmpty().doesNotContain(false);
        }
    }

    @Test
    void withoutRoomForAJournalAppendsAreForcedWhereTheyAreWritten() throws IOException {
        disk.failOpeningBlocks = true;
        List<String> written = write(5, 1 << 20);
        disk.failOpeningBlocks = false;
        assertThat(recovered(powerCut("no-journal"))).isEqualTo(written);
    }

    @Test
    void anAppendThatIsLargerThanTheJournalTakesIsForcedWhereItIsWritten() throws IOException {
        String large = "x".repeat(3 << 20);
        Path crashed = temporary.resolve("crash");
        try (LogManager logs = open(directory)) {
            PartitionLog log = TestLogs.create(logs);
            TestLogs.await(log.updateConfig(maxMessageBytes(4 << 20)));
            append(log, "before");
            append(log, large);
            append(log, "after");
            awaitDurable(log);
            CrashCopy.copy(directory, crashed);
        }
        assertThat(recovered(crashed)).containsExactly("before", large, "after");
    }

    private static LogConfig maxMessageBytes(int bytes) {
        LogConfig c = LogConfig.defaults();
        return new LogConfig(
                c.segmentBytes(),
                c.segmentMs(),
                c.indexIntervalBytes(),
                c.retentionMs(),
                c.retentionBytes(),
                bytes,
                c.timestampType(),
                c.delete(),
                c.compact(),
                c.flushPolicy());
    }

    /** Appends records, one batch each, and waits until they are durable; leaves a copy of that moment. */
    private List<String> write(int records, int segmentBytes) throws IOException {
        List<String> written = new ArrayList<>();
        try (LogManager logs = open(directory)) {
            PartitionLog log = TestLogs.create(logs, TestLogs.segmentBytes(segmentBytes));
            fill(logs);
            for (int i = 0; i < records; i++) {
                written.add("v" + i);
                append(log, "v" + i);
            }
            awaitDurable(log);
            CrashCopy.copy(directory, temporary.resolve("at-the-end"));
        }
        return written;
    }

    private static void awaitLatch(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The journal file is made in the background; the tests are about what goes through it. */
    private PartitionLog fill(LogManager logs) {
        if (disk.failOpeningBlocks) {
            return null;
        }
        PartitionLog other =
                TestLogs.await(logs.create(new TopicPartition(new UUID(9, 9), "other", 0), LogConfig.defaults()));
        await().until(() -> {
            int before = disk.blockWrites.get();
            append(other, "w");
            awaitDurable(other);
            return disk.blockWrites.get() > before;
        });
        return other;
    }

    private Path powerCut(String name) throws IOException {
        Path copy = temporary.resolve(name);
        copyAll(temporary.resolve("at-the-end"), copy);
        return copy;
    }

    private static void awaitDurable(PartitionLog log) {
        await().until(() -> log.offsets().durableOffset() == log.offsets().logEndOffset());
    }

    /** Cuts the file, or fills a part of it with zeros or garbage. */
    private static void ruin(Path segment, Random random) throws IOException {
        try (FileChannel file = FileChannel.open(segment, StandardOpenOption.WRITE)) {
            int size = (int) file.size();
            if (size == 0 || random.nextInt(4) == 0) {
                return;
            }
            int from = random.nextInt(size);
            if (random.nextBoolean()) {
                file.truncate(from);
                return;
            }
            byte[] bytes = new byte[1 + random.nextInt(size - from)];
            if (random.nextBoolean()) {
                random.nextBytes(bytes);
            }
            file.write(ByteBuffer.wrap(bytes), from);
        }
    }

    private List<String> recovered(Path dir) throws IOException {
        try (LogManager logs = open(dir)) {
            PartitionLog log = logs.log(TestLogs.READINGS).orElseThrow();
            List<String> found = readAll(log);
            TestLogs.await(log.append(TestBatch.of("next").build(), 9, AppendOrigin.CLIENT));
            List<String> expected = new ArrayList<>(found);
            expected.add("next");
            assertThat(readAll(log)).isEqualTo(expected);
            return found;
        }
    }

    private LogManager open(Path dir) throws IOException {
        return TestLogs.open(new StorageConfig(dir, 1, 64L << 20, 10_000, 64L << 20, 0, 0, 0, 86_400_000), disk);
    }

    private static StorageConfig withCheckpoints(Path dir) {
        return new StorageConfig(dir, 1, 64L << 20, 10_000, 64L << 20, 0, 0, 20, 86_400_000);
    }

    private static List<Path> segments(Path dir) throws IOException {
        try (Stream<Path> files = Files.list(dir.resolve("readings-0"))) {
            return files.filter(file -> file.toString().endsWith(".log"))
                    .sorted()
                    .toList();
        }
    }

    private static long sizeOf(Path dir) throws IOException {
        long sum = 0;
        try (Stream<Path> files = Files.list(dir)) {
            for (Path file : files.toList()) {
                sum += Files.size(file);
            }
        }
        return sum;
    }

    private static void copyAll(Path from, Path to) throws IOException {
        try (Stream<Path> walk = Files.walk(from)) {
            for (Path path : walk.sorted(Comparator.naturalOrder()).toList()) {
                Files.copy(path, to.resolve(from.relativize(path).toString()));
            }
        }
    }
}
