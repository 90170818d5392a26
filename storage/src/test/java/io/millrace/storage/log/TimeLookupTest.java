package io.millrace.storage.log;

import static io.millrace.storage.TestLogs.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import io.millrace.storage.AppendOrigin;
import io.millrace.storage.FaultyDisk;
import io.millrace.storage.LogConfig;
import io.millrace.storage.LogManager;
import io.millrace.storage.PartitionLog;
import io.millrace.storage.TestBatch;
import io.millrace.storage.TestLogs;
import io.millrace.storage.TimestampOffset;
import io.millrace.storage.file.Disk;
import io.millrace.storage.segment.SegmentFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TimeLookupTest {

    @TempDir
    Path directory;

    @Test
    void theFirstRecordAtOrAfterATimeIsFoundToTheRecord() throws IOException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<Long> timestamps = new ArrayList<>();
        try (LogManager logs = TestLogs.open(TestLogs.config(directory), new FaultyDisk())) {
            PartitionLog log = TestLogs.create(logs, TestLogs.segmentBytes(2_000));
            while (timestamps.size() < 600) {
                TestBatch batch = new TestBatch();
                for (int i = random.nextInt(5); i >= 0; i--) {
                    // Devices send late: times go up, with jitter.
                    long timestamp = 1_000_000 + timestamps.size() * 10L + random.nextInt(300);
                    timestamps.add(timestamp);
                    batch.record(timestamp, "v");
                }
                await(log.append(batch.build(), 3, AppendOrigin.CLIENT));
            }
            for (int round = 0; round < 300; round++) {
                long time = 999_900 + random.nextInt(6_600);
                long limit = random.nextInt(timestamps.size() + 1);
                assertThat(log.findByTimestamp(time, limit)
                                .map(TimestampOffset::offset)
                                .orElse(-1L))
                        .as("seed %d time %d limit %d", seed, time, limit)
                        .isEqualTo(firstAtOrAfter(timestamps, time, limit));
            }
        }
    }

    @Test
    void whatWasWrittenSinceATimeIsFoundByTheFilesWhateverTheRecordsSay() throws Exception {
        try (LogManager logs = TestLogs.open(TestLogs.config(directory), Disk.local())) {
            PartitionLog log = TestLogs.create(logs, TestLogs.segmentBytes(150));
            for (long timestamp : new long[] {90, 90, 90, 90, 1, 1, 1, 1}) {
                await(log.append(new TestBatch().record(timestamp, "v").build(), 3, AppendOrigin.CLIENT));
            }
            List<Path> segments = segments();
            assertThat(segments).hasSizeGreaterThan(2);
            for (int i = 0; i < segments.size(); i++) {
                Files.setLastModifiedTime(segments.get(i), FileTime.fromMillis(1_000_000 + i * 1_000));
            }
            assertThat(log.writtenSince(0)).isZero();
            for (int i = 0; i < segments.size(); i++) {
                assertThat(log.writtenSince(1_000_000 + i * 1_000))
                        .isEqualTo(SegmentFiles.baseOffset(segments.get(i)).orElseThrow());
            }
            assertThat(log.writtenSince(2_000_000)).isEqualTo(8);
            await(log.advanceLogStart(1));
            assertThat(log.writtenSince(0)).isEqualTo(1);
        }
    }

    private List<Path> segments() throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            return all.filter(file -> SegmentFiles.baseOffset(file).isPresent())
                    .sorted()
                    .toList();
        }
    }

    @Test
    void theLargestTimestampBelowALimitIsFound() throws IOException {
        try (LogManager logs = TestLogs.open(TestLogs.config(directory), new FaultyDisk())) {
            PartitionLog log = TestLogs.create(logs, TestLogs.segmentBytes(300));
            for (long timestamp : new long[] {50, 90, 70, 20, 95, 10, 30}) {
                await(log.append(new TestBatch().record(timestamp, "v").build(), 3, AppendOrigin.CLIENT));
            }
            assertThat(log.findMaxTimestamp(7)).contains(new TimestampOffset(95, 4, 3));
            assertThat(log.findMaxTimestamp(4)).contains(new TimestampOffset(90, 1, 3));
            assertThat(log.findMaxTimestamp(1)).contains(new TimestampOffset(50, 0, 3));
            assertThat(log.findMaxTimestamp(0)).isEmpty();
        }
    }

    @Test
    void withLogAppendTimeTheLogsClockIsStoredAndFound() throws IOException {
        LogConfig d = LogConfig.defaults();
        LogConfig config = new LogConfig(
                d.segmentBytes(),
                d.segmentMs(),
                d.indexIntervalBytes(),
                d.retentionMs(),
                d.retentionBytes(),
                d.maxMessageBytes(),
                LogConfig.TimestampType.LOG_APPEND_TIME,
                true,
                false,
                d.flushPolicy());
        try (LogManager logs = TestLogs.open(directory)) {
            PartitionLog log = TestLogs.create(logs, config);
            long time = await(log.append(new TestBatch().record(5, "v").build(), 0, AppendOrigin.CLIENT))
                    .logAppendTimeMs();
            assertThat(time).isCloseTo(System.currentTimeMillis(), offset(60_000L));
            assertThat(log.findByTimestamp(6, 1)).contains(new TimestampOffset(time, 0, 0));
        }
        try (LogManager logs = TestLogs.open(directory)) {
            assertThat(TestLogs.readAll(logs.log(TestLogs.READINGS).orElseThrow()))
                    .as("the checksum was computed again")
                    .containsExactly("v");
        }
    }

    private static long firstAtOrAfter(List<Long> timestamps, long time, long limit) {
        for (int i = 0; i < limit; i++) {
            if (timestamps.get(i) >= time) {
                return i;
            }
        }
        return -1;
    }
}
