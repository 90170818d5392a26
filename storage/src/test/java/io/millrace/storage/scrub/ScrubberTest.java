package io.millrace.storage.scrub;

import static io.millrace.storage.TestLogs.append;
import static io.millrace.storage.TestLogs.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.storage.LogManager;
import io.millrace.storage.PartitionLog;
import io.millrace.storage.StorageMetrics;
import io.millrace.storage.TestLogs;
import io.millrace.storage.batch.RecordTimestamps;
import io.millrace.storage.file.Disk;
import io.millrace.storage.log.ScrubTargets;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScrubberTest {

    private static final long BYTES_PER_SECOND = 1000;

    @TempDir
    Path directory;

    private final AtomicLong scrubbedBytes = new AtomicLong();
    private final AtomicInteger corruptions = new AtomicInteger();
    private final List<Long> pausesMs = new ArrayList<>();
    private final List<Runnable> duringNextPause = new ArrayList<>();
    private LogManager logs;
    private PartitionLog log;

    private final StorageMetrics metrics = new StorageMetrics() {
        @Override
        public void scrubbed(long bytes) {
            scrubbedBytes.addAndGet(bytes);
        }

        @Override
        public void corruptionFound() {
            corruptions.incrementAndGet();
        }
    };

    @BeforeEach
    void writeSegments() throws IOException {
        logs = TestLogs.open(directory);
        log = TestLogs.create(logs, TestLogs.segmentBytes(1000));
        for (int i = 0; i < 100; i++) {
            append(log, "a value of some length " + i);
        }
    }

    @AfterEach
    void closeLogs() {
        logs.close();
    }

    @Test
    void aPassReadsEverySealedByteOnceAndNotFasterThanAllowed() throws IOException {
        Scrubber scrubber = scrubber();

        scrubber.pass();

        List<Path> segments = segments();
        long sealed = log.sizeBytes() - Files.size(segments.get(segments.size() - 1));
        assertThat(scrubbedBytes).hasValue(sealed);
        assertThat(pausesMs.stream().mapToLong(it -> it).sum())
                .as("ms, at %d bytes in a second", BYTES_PER_SECOND)
                .isBetween(sealed * 1000 / BYTES_PER_SECOND - 50, sealed * 1000 / BYTES_PER_SECOND);
        assertThat(scrubber.report()).isEqualTo(new ScrubReport(1, List.of()));
        assertThat(corruptions).hasValue(0);
    }

    @Test
    void aFlippedBitIsFoundToldAndCountedWhileOtherSegmentsAreReadOn() throws IOException {
        Path damaged = segments().get(2);
        flip(damaged, 70);
        Scrubber scrubber = scrubber();

        scrubber.pass();

        assertThat(scrubber.report().damages()).singleElement().satisfies(it -> {
            assertThat(it.file()).isEqualTo(damaged);
            assertThat(it.position()).isZero();
            assertThat(it.what()).contains("CRC32C");
        });
        assertThat(corruptions).hasValue(1);
        assertThat(scrubbedBytes).as("the segments after it, too").hasValueGreaterThan(log.sizeBytes() / 2);

        flip(damaged, 70);
        scrubber.pass();
        assertThat(scrubber.report()).as("mended").isEqualTo(new ScrubReport(2, List.of()));
    }

    @Test
    void theActiveSegmentIsNotRead() throws IOException {
        List<Path> segments = segments();
        flip(segments.get(segments.size() - 1), 70);
        Scrubber scrubber = scrubber();

        scrubber.pass();

        assertThat(scrubber.report().damages()).isEmpty();
    }

    @Test
    void segmentsThatAreDeletedWhileTheyAreReadAreNoDamage() {
        duringNextPause.add(() -> await(log.advanceLogStart(log.offsets().logEndOffset() - 1)));
        Scrubber scrubber = scrubber();

        scrubber.pass();

        assertThat(scrubber.report()).isEqualTo(new ScrubReport(1, List.of()));
    }

    @Test
    void aSegmentThatIsCutWhileItIsReadIsNoDamage() {
        duringNextPause.add(() -> await(log.truncateTo(3)));
        duringNextPause.add(() -> append(log, "something else at the same place"));
        Scrubber scrubber = scrubber();

        scrubber.pass();

        assertThat(scrubber.report()).isEqualTo(new ScrubReport(1, List.of()));
    }

    @Test
    void aPassStopsWhenTheScrubberIsClosed() {
        AtomicInteger pauses = new AtomicInteger();
        Scrubber scrubber = new Scrubber(
                new ScrubConfig(1, BYTES_PER_SECOND), metrics, this::targets, ms -> pauses.incrementAndGet() < 3);

        scrubber.pass();

        assertThat(pauses).hasValue(3);
        assertThat(scrubber.report().passes()).as("whole passes").isZero();
    }

    @Test
    void aNodeScrubsByItselfOnItsOwnThread() throws IOException {
        Path damaged = segments().get(1);
        logs.close();
        logs = LogManager.open(
                TestLogs.scrubbing(directory, new ScrubConfig(20, 100 << 20)),
                Clock.systemUTC(),
                metrics,
                RecordTimestamps.UNCOMPRESSED,
                Disk.local());
        flip(damaged, 70);

        await().untilAsserted(() -> assertThat(logs.scrubReport().damages())
                .extracting(ScrubReport.Damage::file)
                .containsExactly(damaged));
        assertThat(Thread.getAllStackTraces().keySet())
                .anyMatch(it -> it.getName().equals("millrace-scrubber")
                        && it.isDaemon()
                        && it.getPriority() == Thread.MIN_PRIORITY);
    }

    private Scrubber scrubber() {
        return new Scrubber(new ScrubConfig(1, BYTES_PER_SECOND), metrics, this::targets, ms -> {
            pausesMs.add(ms);
            List<Runnable> now = List.copyOf(duringNextPause);
            duringNextPause.clear();
            now.forEach(Runnable::run);
            return true;
        });
    }

    private List<ScrubTarget> targets() {
        return ScrubTargets.of(log);
    }

    private List<Path> segments() throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("readings-0"))) {
            return files.filter(it -> it.toString().endsWith(".log")).sorted().toList();
        }
    }

    private static void flip(Path file, int position) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer one = ByteBuffer.allocate(1);
            channel.read(one, position);
            channel.write(ByteBuffer.wrap(new byte[] {(byte) (one.get(0) ^ 1)}), position);
        }
    }
}
