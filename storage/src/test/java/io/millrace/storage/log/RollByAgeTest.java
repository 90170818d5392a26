package io.millrace.storage.log;

import static io.millrace.storage.TestLogs.append;
import static io.millrace.storage.TestLogs.readAll;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.storage.LogConfig;
import io.millrace.storage.LogManager;
import io.millrace.storage.PartitionLog;
import io.millrace.storage.StorageMetrics;
import io.millrace.storage.TestLogs;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code segment.ms}: a segment is not appended to for ever, however little comes. */
class RollByAgeTest {

    private static final long SEGMENT_MS = 60_000;

    @TempDir
    Path directory;

    private final AtomicLong nowMs = new AtomicLong(System.currentTimeMillis());

    private final Clock clock = new Clock() {
        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return Instant.ofEpochMilli(nowMs.get());
        }
    };

    @Test
    void anOldSegmentIsLeftAtTheNextAppendAndNotBefore() throws IOException {
        try (LogManager logs = open()) {
            PartitionLog log = TestLogs.create(logs, rollingByAge());
            append(log, "a");
            nowMs.addAndGet(SEGMENT_MS - 1000);
            append(log, "b");
            assertThat(log.segmentCount()).isEqualTo(1);

            nowMs.addAndGet(2000);
            assertThat(log.segmentCount()).as("an idle log makes no files").isEqualTo(1);
            append(log, "c");
            assertThat(log.segmentCount()).isEqualTo(2);
            append(log, "d");
            assertThat(log.segmentCount()).isEqualTo(2);
            assertThat(readAll(log)).containsExactly("a", "b", "c", "d");
        }
    }

    @Test
    void theAgeOfASegmentOutlivesARestart() throws IOException {
        try (LogManager logs = open()) {
            append(TestLogs.create(logs, rollingByAge()), "a");
        }
        nowMs.addAndGet(SEGMENT_MS + 1000);
        try (LogManager logs = open()) {
            PartitionLog log = TestLogs.create(logs, rollingByAge());
            append(log, "b");
            assertThat(log.segmentCount()).isEqualTo(2);
        }
    }

    private LogManager open() throws IOException {
        return LogManager.open(TestLogs.config(directory), clock, StorageMetrics.NONE);
    }

    private static LogConfig rollingByAge() {
        return TestLogs.LogConfigs.segmentMs(LogConfig.defaults(), SEGMENT_MS);
    }
}
