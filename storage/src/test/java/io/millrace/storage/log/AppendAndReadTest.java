package io.millrace.storage.log;

import static io.millrace.storage.TestLogs.append;
import static io.millrace.storage.TestLogs.await;
import static io.millrace.storage.TestLogs.readAll;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.millrace.storage.AppendOrigin;
import io.millrace.storage.AppendResult;
import io.millrace.storage.LogException;
import io.millrace.storage.LogManager;
import io.millrace.storage.PartitionLog;
import io.millrace.storage.ReadResult;
import io.millrace.storage.StorageMetrics;
import io.millrace.storage.TestBatch;
import io.millrace.storage.TestLogs;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AppendAndReadTest {

    @TempDir
    Path directory;

    @Test
    void whatIsAppendedIsReadBackInOrder() throws IOException {
        try (LogManager logs = TestLogs.open(directory)) {
            PartitionLog log = TestLogs.create(logs);
            assertThat(append(log, "a", "b").lastOffset()).isEqualTo(1);
            AppendResult second = append(log, "c");
            assertThat(second.baseOffset()).isEqualTo(2);
            assertThat(readAll(log)).containsExactly("a", "b", "c");
            await().until(() -> log.offsets().durableOffset() == 3);
        }
    }

    @Test
    void recordsSurviveACleanStop() throws IOException {
        try (LogManager logs = TestLogs.open(directory)) {
            append(TestLogs.create(logs), "a", "b");
        }
        try (LogManager logs = TestLogs.open(directory)) {
            PartitionLog log = logs.log(TestLogs.READINGS).orElseThrow();
            assertThat(log.offsets().logEndOffset()).isEqualTo(2);
            assertThat(log.offsets().durableOffset()).isEqualTo(2);
            assertThat(readAll(log)).containsExactly("a", "b");
            assertThat(append(log, "c").baseOffset()).isEqualTo(2);
            assertThat(readAll(log)).containsExactly("a", "b", "c");
        }
    }

    @Test
    void segmentsRollAndAreReadAcross() throws IOException {
        List<String> expected = new ArrayList<>();
        try (LogManager logs =
                LogManager.open(TestLogs.withoutCache(directory), Clock.systemUTC(), StorageMetrics.NONE)) {
            PartitionLog log = TestLogs.create(logs, TestLogs.segmentBytes(1000));
            for (int i = 0; i < 100; i++) {
                append(log, "value-" + i, "second-" + i);
                expected.add("value-" + i);
                expected.add("second-" + i);
            }
            assertThat(log.segmentCount()).isGreaterThan(5);
            assertThat(readAll(log)).isEqualTo(expected);
            for (int i = 0; i < 200; i++) {
                assertThat(TestLogs.readFrom(log, i, 1)).isEqualTo(expected.subList(i, 200));
            }
        }
        try (LogManager logs = TestLogs.open(directory)) {
            assertThat(readAll(logs.log(TestLogs.READINGS).orElseThrow())).isEqualTo(expected);
        }
    }

    @Test
    void aReadStopsBelowTheHighWatermarkAndAtTheSizeWanted() throws IOException {
        for (boolean cached : new boolean[] {true, false}) {
            Path dir = directory.resolve("cached-" + cached);
            try (LogManager logs = LogManager.open(
                    cached ? TestLogs.config(dir) : TestLogs.withoutCache(dir),
                    Clock.systemUTC(),
                    StorageMetrics.NONE)) {
                PartitionLog log = TestLogs.create(logs, TestLogs.segmentBytes(100_000));
                for (int i = 0; i < 20; i++) {
                    append(log, "v" + i, "w" + i);
                }
                assertThat(log.isCached(0)).isEqualTo(cached);
                int batch = TestBatch.of("v0", "w0").build().remaining();
                for (long max = 0; max <= 40; max++) {
                    try (ReadResult result = log.read(0, max, 1 << 20, true)) {
                        assertThat(TestBatch.values(result.toBuffer())).hasSize((int) max / 2 * 2);
                    }
                }
                try (ReadResult result = log.read(3, 40, batch * 3, true)) {
                    assertThat(TestBatch.values(result.toBuffer())).containsExactly("v1", "w1", "v2", "w2", "v3", "w3");
                }
                try (ReadResult result = log.read(0, 40, 1, false)) {
                    assertThat(result.isEmpty()).isTrue();
                }
                try (ReadResult result = log.read(40, 40, 100, true)) {
                    assertThat(result.isEmpty()).isTrue();
                }
                assertThatThrownBy(() -> log.read(41, 50, 100, true)).isInstanceOf(LogException.OffsetOutOfRange.class);
            }
        }
    }

    @Test
    void brokenBatchesAreRefusedAndNothingIsStored() throws IOException {
        try (LogManager logs = TestLogs.open(directory)) {
            PartitionLog log = TestLogs.create(logs);
            ByteBuffer flipped = TestBatch.of("abc").build();
            flipped.put(flipped.limit() - 2, (byte) 'x');
            ByteBuffer cut = TestBatch.of("abc").build();
            cut.limit(cut.limit() - 1);
            ByteBuffer old = TestBatch.of("abc").build();
            old.put(16, (byte) 1);
            assertThatThrownBy(() -> await(log.append(flipped, 0, AppendOrigin.CLIENT)))
                    .isInstanceOf(LogException.CorruptBatch.class)
                    .hasMessageContaining("CRC32C");
            assertThatThrownBy(() -> await(log.append(cut, 0, AppendOrigin.CLIENT)))
                    .isInstanceOf(LogException.CorruptBatch.class);
            assertThatThrownBy(() -> await(log.append(old, 0, AppendOrigin.CLIENT)))
                    .isInstanceOf(LogException.UnsupportedFormat.class);
            assertThatThrownBy(() -> await(log.append(ByteBuffer.allocate(0), 0, AppendOrigin.CLIENT)))
                    .isInstanceOf(LogException.CorruptBatch.class);
            assertThat(log.offsets().logEndOffset()).isZero();
            assertThat(log.sizeBytes()).isZero();
        }
    }
}
