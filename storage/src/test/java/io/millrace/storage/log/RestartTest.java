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
import io.millrace.storage.LogOffsets;
import io.millrace.storage.PartitionLog;
import io.millrace.storage.TestBatch;
import io.millrace.storage.TestLogs;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RestartTest {

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(longs = {1_000, 40, 17, 10, 3, 0})
    void aLogGoesOnEmptyAtAnyOffset(long offset) throws IOException {
        try (LogManager logs = TestLogs.open(directory)) {
            PartitionLog log = TestLogs.create(logs, TestLogs.segmentBytes(500));
            for (int i = 0; i < 40; i++) {
                append(log, "v" + i);
            }
            await(log.advanceLogStart(10));
            await(log.restartAt(offset));
            assertThat(log.offsets()).isEqualTo(new LogOffsets(offset, offset, offset));
            assertThat(log.segmentCount()).isEqualTo(1);
            assertThat(log.sizeBytes()).isZero();
            assertThat(log.latestEpoch()).isEmpty();
            assertThat(append(log, "after").baseOffset()).isEqualTo(offset);
            assertThatThrownBy(() -> log.read(offset + 2, offset + 3, 100, true))
                    .isInstanceOf(LogException.OffsetOutOfRange.class);
            await().until(() -> log.offsets().durableOffset() == offset + 1);
        }
        try (LogManager logs = TestLogs.open(directory)) {
            PartitionLog log = logs.log(TestLogs.READINGS).orElseThrow();
            assertThat(log.offsets().logStartOffset()).isEqualTo(offset);
            assertThat(readAll(log)).containsExactly("after");
        }
    }

    @Test
    void epochsAndProducersAreForgotten() throws IOException {
        try (LogManager logs = TestLogs.open(directory)) {
            PartitionLog log = TestLogs.create(logs);
            await(log.append(first(), 7, AppendOrigin.CLIENT));
            await(log.restartAt(20));
            AppendResult again = await(log.append(first(), 2, AppendOrigin.CLIENT));
            assertThat(again.duplicate()).isFalse();
            assertThat(again.baseOffset()).isEqualTo(20);
            assertThat(log.latestEpoch()).hasValue(2);
            assertThat(log.endOffsetForEpoch(7)).contains(new PartitionLog.EpochEndOffset(2, 21));
        }
    }

    @Test
    void copiesOfALeaderGoOnThere() throws IOException {
        try (LogManager logs = TestLogs.open(directory)) {
            PartitionLog log = TestLogs.create(logs);
            append(log, "a", "b");
            await(log.restartAt(500));
            await(log.append(TestBatch.of("c").copiedFrom(500, 3).build(), 4, AppendOrigin.REPLICATION));
            assertThat(log.offsets().logEndOffset()).isEqualTo(501);
            assertThat(log.latestEpoch()).hasValue(3);
        }
    }

    @Test
    void anOffsetBelowZeroIsRefused() throws IOException {
        try (LogManager logs = TestLogs.open(directory)) {
            PartitionLog log = TestLogs.create(logs);
            append(log, "a");
            assertThatThrownBy(() -> await(log.restartAt(-1))).isInstanceOf(IllegalArgumentException.class);
            assertThat(readAll(log)).containsExactly("a");
        }
    }

    private static ByteBuffer first() {
        return TestBatch.of("a").producer(7, 0, 0).build();
    }
}
