package io.millrace.storage.log;

import static io.millrace.storage.TestLogs.append;
import static io.millrace.storage.TestLogs.await;
import static io.millrace.storage.TestLogs.readAll;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.storage.AppendOrigin;
import io.millrace.storage.LogConfig;
import io.millrace.storage.LogException;
import io.millrace.storage.LogManager;
import io.millrace.storage.LogSlice;
import io.millrace.storage.PartitionLog;
import io.millrace.storage.ReadResult;
import io.millrace.storage.StorageMetrics;
import io.millrace.storage.TestBatch;
import io.millrace.storage.TestLogs;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RetentionTest {

    private static final long HOUR_MS = 3_600_000;

    @TempDir
    Path directory;

    @Test
    void oldSegmentsGoAndTheLogStartSurvivesARestart() throws IOException {
        long start;
        try (LogManager logs = TestLogs.open(directory)) {
            PartitionLog log = TestLogs.create(logs, keeping(HOUR_MS, -1));
            long now = System.currentTimeMillis();
            for (int i = 0; i < 20; i++) {
                await(log.append(
                        new TestBatch()
                                .record(now - (20 - i) * HOUR_MS / 5, "v" + i)
                                .build(),
                        0,
                        AppendOrigin.CLIENT));
            }
            start = await(log.applyRetention(20));
            assertThat(start).isBetween(14L, 16L);
            assertThat(readAll(log).get(0)).isEqualTo("v" + start);
            assertThatThrownBy(() -> log.read(start - 1, 20, 100, true))
                    .isInstanceOf(LogException.OffsetOutOfRange.class);
        }
        try (LogManager logs = TestLogs.open(directory)) {
            PartitionLog log = logs.log(TestLogs.READINGS).orElseThrow();
            assertThat(log.offsets().logStartOffset()).isEqualTo(start);
            assertThat(readAll(log).get(0)).isEqualTo("v" + start);
        }
    }

    @Test
    void aLogOverItsSizeLosesItsOldestSegmentsButNothingAtOrAboveTheHighWatermark() throws IOException {
        try (LogManager logs = TestLogs.open(directory)) {
            PartitionLog log = TestLogs.create(logs, keeping(-1, 1_000));
            for (int i = 0; i < 50; i++) {
                append(log, "v" + i);
            }
            assertThat(await(log.applyRetention(0))).isZero();
            assertThat(await(log.applyRetention(7))).isLessThanOrEqualTo(7);
            await(log.applyRetention(50));
            assertThat(log.sizeBytes()).isBetween(1_000L, 1_300L);
            assertThat(readAll(log)).endsWith("v49");
        }
    }

    @Test
    void theLastRecordsOfASilentTopicExpireToo() throws IOException {
        try (LogManager logs = TestLogs.open(directory)) {
            PartitionLog log = TestLogs.create(logs, keeping(HOUR_MS, -1));
            await(log.append(
                    new TestBatch()
                            .record(System.currentTimeMillis() - 2 * HOUR_MS, "old")
                            .build(),
                    0,
                    AppendOrigin.CLIENT));
            assertThat(await(log.applyRetention(1))).isEqualTo(1);
            assertThat(log.offsets().logEndOffset()).isEqualTo(1);
            assertThat(append(log, "new").baseOffset()).isEqualTo(1);
        }
    }

    @Test
    void recordsBelowAnAdvancedLogStartAreGoneAtOnceAlsoInsideASegment() throws IOException {
        try (LogManager logs = TestLogs.open(directory)) {
            PartitionLog log = TestLogs.create(logs);
            append(log, "a");
            append(log, "b");
            assertThat(await(log.advanceLogStart(1))).isEqualTo(1);
            assertThat(await(log.advanceLogStart(0))).as("never goes back").isEqualTo(1);
            assertThatThrownBy(() -> log.read(0, 2, 100, true)).isInstanceOf(LogException.OffsetOutOfRange.class);
            assertThatThrownBy(() -> await(log.advanceLogStart(3))).isInstanceOf(LogException.OffsetOutOfRange.class);
            assertThat(log.findByTimestamp(0, 2).orElseThrow().offset()).isEqualTo(1);
        }
    }

    @Test
    void aReaderKeepsItsRegionWhenTheSegmentIsDeleted() throws IOException {
        try (LogManager logs =
                LogManager.open(TestLogs.withoutCache(directory), Clock.systemUTC(), StorageMetrics.NONE)) {
            PartitionLog log = TestLogs.create(logs, keeping(-1, 0));
            for (int i = 0; i < 20; i++) {
                append(log, "v" + i);
            }
            try (ReadResult result = log.read(0, 20, 1, true)) {
                LogSlice.File slice = (LogSlice.File) result.slices().get(0);
                await(log.applyRetention(20));
                assertThat(log.offsets().logStartOffset()).isPositive();
                try (ReadResult second =
                        new ReadResult(List.of(new LogSlice.File(slice.region().retain())))) {
                    assertThat(TestBatch.values(second.toBuffer())).containsExactly("v0");
                }
                assertThat(TestBatch.values(result.toBuffer())).containsExactly("v0");
            }
        }
    }

    private static LogConfig keeping(long retentionMs, long retentionBytes) {
        return TestLogs.LogConfigs.retention(TestLogs.segmentBytes(200), retentionMs, retentionBytes);
    }
}
