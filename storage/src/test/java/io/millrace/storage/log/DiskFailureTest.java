package io.millrace.storage.log;

import static io.millrace.storage.TestLogs.append;
import static io.millrace.storage.TestLogs.await;
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
import io.millrace.storage.checkpoint.CleanShutdownMarker;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskFailureTest {

    @TempDir
    Path directory;

    private final FaultyDisk disk = new FaultyDisk();

    @Test
    void afterAFailedFsyncNothingIsAppendedAndTheNextStartIsNotClean() throws IOException {
        AtomicReference<LogException> told = new AtomicReference<>();
        try (LogManager logs = TestLogs.open(TestLogs.config(directory), disk)) {
            PartitionLog log = TestLogs.create(logs);
            logs.onOffline(told::set);
            append(log, "a");
            await().until(() -> log.offsets().durableOffset() == 1);
            disk.failForcesOf = ".log";
            disk.failBlockWrites = true;
            log.append(TestBatch.of("b").build(), 0, AppendOrigin.CLIENT);
            await().until(() -> !logs.isOnline());
            disk.failForcesOf = null;
            assertThatThrownBy(() -> append(log, "c"))
                    .isInstanceOf(LogException.DirectoryOffline.class)
                    .hasMessageContaining(directory.toString());
            await().untilAsserted(() -> assertThat(told.get()).isInstanceOf(LogException.DirectoryOffline.class));
            assertThat(log.offsets().durableOffset()).as("never retried").isEqualTo(1);
            assertThat(readAll(log)).as("reads go on").startsWith("a");
            assertThatThrownBy(() -> await(log.truncateTo(0))).isInstanceOf(LogException.DirectoryOffline.class);
        }
        assertThat(directory.resolve(CleanShutdownMarker.NAME)).doesNotExist();
        try (LogManager logs = TestLogs.open(directory)) {
            assertThat(readAll(logs.log(TestLogs.READINGS).orElseThrow())).startsWith("a");
        }
    }

    /** The disk has forgotten that it did not write: the second force would succeed. */
    @Test
    void whoWaitsForAnFsyncThatFailsDoesNotTryAgain() throws Exception {
        StorageConfig withoutJournal =
                new StorageConfig(directory, 1, 0, 10_000, 64L << 20, 8L << 20, 0, 86_400_000, 86_400_000);
        try (LogManager logs = TestLogs.open(withoutJournal, disk)) {
            PartitionLog log = TestLogs.create(logs);
            append(log, "a");
            await().until(() -> log.offsets().durableOffset() == 1);
            CountDownLatch forces = new CountDownLatch(1);
            disk.held.set(0);
            disk.failOneForceOf.set(".log");
            disk.holdForces = forces;
            Thread waiting = new Thread(((SegmentedLog) log)::flush);
            try {
                log.append(TestBatch.of("b").build(), 0, AppendOrigin.CLIENT);
                await().until(() -> disk.held.get() == 1);
                waiting.start();
                await().until(() -> waiting.getState() == Thread.State.BLOCKED);
            } finally {
                forces.countDown();
            }
            waiting.join();
            assertThat(logs.isOnline()).isFalse();
            assertThat(log.offsets().durableOffset()).isEqualTo(1);
        }
    }

    @Test
    void aFullDiskRefusesTheAppendUndoesHalfOfItAndGoesOnWhenThereIsSpace() throws IOException {
        try (LogManager logs = TestLogs.open(TestLogs.config(directory), disk)) {
            PartitionLog log = TestLogs.create(logs);
            await(log.append(TestBatch.of("a").producer(7, 0, 0).build(), 0, AppendOrigin.CLIENT));
            disk.failAppendsTo = ".log";
            assertThatThrownBy(() ->
                            await(log.append(TestBatch.of("b").producer(7, 0, 1).build(), 0, AppendOrigin.CLIENT)))
                    .isInstanceOf(LogException.DiskFull.class);
            assertThat(logs.isOnline()).isTrue();
            assertThat(log.offsets().logEndOffset()).isEqualTo(1);
            disk.failAppendsTo = null;
            assertThat(await(log.append(TestBatch.of("b").producer(7, 0, 1).build(), 0, AppendOrigin.CLIENT))
                            .duplicate())
                    .as("the sequence was taken back")
                    .isFalse();
            assertThat(readAll(log)).containsExactly("a", "b");
        }
        try (LogManager logs = TestLogs.open(directory)) {
            assertThat(readAll(logs.log(TestLogs.READINGS).orElseThrow())).containsExactly("a", "b");
        }
    }

    @Test
    void aFailedWriteThatCannotBeUndoneTakesTheDirectoryOffline() throws IOException {
        try (LogManager logs = TestLogs.open(TestLogs.config(directory), disk)) {
            PartitionLog log = TestLogs.create(logs);
            append(log, "a");
            disk.appendFailure = "Input/output error";
            disk.failAppendsTo = ".log";
            assertThatThrownBy(() -> append(log, "b")).isInstanceOf(LogException.WriteFailed.class);
            assertThat(logs.isOnline()).isTrue();
            disk.failTruncations = true;
            assertThatThrownBy(() -> append(log, "c")).isInstanceOf(LogException.DirectoryOffline.class);
            assertThat(logs.isOnline()).isFalse();
        }
        try (LogManager logs = TestLogs.open(directory)) {
            assertThat(readAll(logs.log(TestLogs.READINGS).orElseThrow())).containsExactly("a");
        }
    }

    @Test
    void aLogThatMayUseTheReserveGoesOnBelowIt() throws IOException {
        FaultyDisk disk = new FaultyDisk();
        StorageConfig withReserve =
                new StorageConfig(directory, 1, 2L << 20, 10_000, 64L << 20, 8L << 20, Long.MAX_VALUE, 0, 86_400_000);
        try (LogManager logs = TestLogs.open(withReserve, disk)) {
            PartitionLog log = TestLogs.create(logs, TestLogs.LogConfigs.usingReserve(LogConfig.defaults()));
            append(log, "a");
            assertThat(readAll(log)).containsExactly("a");
        }
    }

    @Test
    void belowTheReserveAppendsAreRefusedAndReadsGoOn() throws IOException {
        StorageConfig c = TestLogs.config(directory);
        StorageConfig withReserve = new StorageConfig(
                c.directory(), 1, 0, c.shardQueueMax(), c.shardQueueBytesMax(), 0, 1_000_000, 0, 1_000);
        try (LogManager logs = TestLogs.open(withReserve, disk)) {
            PartitionLog log = TestLogs.create(logs, TestLogs.segmentBytes(200));
            append(log, "a");
            disk.usableBytes = 999_999;
            await().until(() -> {
                try {
                    append(log, "more");
                    return false;
                } catch (LogException.DiskFull e) {
                    return e.getMessage().contains("reserve");
                }
            });
            assertThat(readAll(log)).startsWith("a");
            disk.usableBytes = 1_000_001;
            await().ignoreExceptionsInstanceOf(LogException.DiskFull.class).until(() -> append(log, "b") != null);
        }
    }

    @Test
    void anIndexThatCannotBeWrittenCostsOnlyTheIndex() throws IOException {
        try (LogManager logs = TestLogs.open(TestLogs.withoutCache(directory), disk)) {
            PartitionLog log = TestLogs.create(logs, TestLogs.segmentBytes(2_000));
            disk.failAppendsTo = "index";
            for (int i = 0; i < 100; i++) {
                append(log, "value-" + i);
            }
            await().until(() -> log.offsets().durableOffset() == 100);
            assertThat(logs.isOnline()).isTrue();
            assertThat(readAll(log)).hasSize(100);
        }
        assertThat(directory.resolve(CleanShutdownMarker.NAME)).doesNotExist();
        try (LogManager logs = TestLogs.open(TestLogs.withoutCache(directory), new FaultyDisk())) {
            PartitionLog log = logs.log(TestLogs.READINGS).orElseThrow();
            assertThat(readAll(log)).hasSize(100).endsWith("value-99");
        }
    }
}
