package io.millrace.storage.log;

import static io.millrace.storage.TestLogs.append;
import static io.millrace.storage.TestLogs.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.storage.AppendOrigin;
import io.millrace.storage.AppendResult;
import io.millrace.storage.FaultyDisk;
import io.millrace.storage.FlushPolicy;
import io.millrace.storage.LogConfig;
import io.millrace.storage.LogManager;
import io.millrace.storage.PartitionLog;
import io.millrace.storage.StorageMetrics;
import io.millrace.storage.TestBatch;
import io.millrace.storage.TestLogs;
import io.millrace.storage.batch.RecordTimestamps;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GroupCommitTest {

    @TempDir
    Path directory;

    @Test
    void concurrentAppendersShareWritesAndFsyncs() throws Exception {
        AtomicInteger fsyncs = new AtomicInteger();
        AtomicInteger writes = new AtomicInteger();
        StorageMetrics metrics = new StorageMetrics() {
            @Override
            public void fsynced(long nanos) {
                fsyncs.incrementAndGet();
            }

            @Override
            public void appended(int batches, int bytes, long nanos) {
                writes.incrementAndGet();
            }
        };
        int threads = 4;
        int perThread = 500;
        FaultyDisk disk = new FaultyDisk();
        try (LogManager logs = LogManager.open(
                TestLogs.config(directory), Clock.systemUTC(), metrics, RecordTimestamps.UNCOMPRESSED, disk)) {
            PartitionLog log = TestLogs.create(logs);
            // Until all have appended: a disk that is quicker than they are would leave them nothing to share.
            CountDownLatch forces = new CountDownLatch(1);
            disk.holdForces = forces;
            List<Thread> appenders = new ArrayList<>();
            List<CompletableFuture<AppendResult>> results = new CopyOnWriteArrayList<>();
            for (int t = 0; t < threads; t++) {
                Thread thread = new Thread(() -> {
                    for (int i = 0; i < perThread; i++) {
                        results.add(log.append(TestBatch.of("v").build(), 0, AppendOrigin.CLIENT)
                                .toCompletableFuture());
                    }
                });
                appenders.add(thread);
                thread.start();
            }
            for (Thread thread : appenders) {
                thread.join();
            }
            forces.countDown();
            for (CompletableFuture<AppendResult> result : results) {
                await(result);
            }
            await().until(() -> log.offsets().durableOffset() == threads * perThread);
            assertThat(fsyncs.get()).isLessThan(threads * perThread / 4);
            assertThat(writes.get()).isLessThan(threads * perThread);
            assertThat(results.stream().map(r -> r.join().baseOffset()).distinct())
                    .hasSize(threads * perThread);
        }
    }

    @Test
    void theListenerSeesTheDurableOffsetGrowAndNeverOnTwoThreadsAtATime() throws IOException {
        List<Long> seen = new CopyOnWriteArrayList<>();
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger overlaps = new AtomicInteger();
        try (LogManager logs = TestLogs.open(directory)) {
            PartitionLog log = TestLogs.create(logs, TestLogs.segmentBytes(2_000));
            log.onDurable((source, durable) -> {
                if (inside.incrementAndGet() > 1) {
                    overlaps.incrementAndGet();
                }
                assertThat(source).isSameAs(log);
                seen.add(durable);
                inside.decrementAndGet();
            });
            for (int i = 0; i < 300; i++) {
                append(log, "v");
            }
            await().until(() -> log.offsets().durableOffset() == 300);
            await().until(() -> seen.get(seen.size() - 1) == 300);
            assertThat(seen).isSorted();
            assertThat(overlaps).hasValue(0);
        }
    }

    @Test
    void withFlushPolicyOsAWrittenRecordCountsAtOnce() throws IOException {
        AtomicInteger fsyncs = new AtomicInteger();
        StorageMetrics metrics = new StorageMetrics() {
            @Override
            public void fsynced(long nanos) {
                fsyncs.incrementAndGet();
            }
        };
        LogConfig os = TestLogs.LogConfigs.flush(LogConfig.defaults(), FlushPolicy.OS);
        try (LogManager logs = LogManager.open(TestLogs.config(directory), Clock.systemUTC(), metrics)) {
            PartitionLog log = TestLogs.create(logs, os);
            List<Long> seen = new CopyOnWriteArrayList<>();
            log.onDurable((source, durable) -> seen.add(durable));
            append(log, "a");
            append(log, "b");
            await().untilAsserted(() -> assertThat(seen).containsExactly(1L, 2L));
            assertThat(fsyncs).hasValue(0);
        }
        assertThat(fsyncs.get()).as("forced at the stop").isPositive();
        try (LogManager logs = TestLogs.open(directory)) {
            assertThat(TestLogs.readAll(logs.log(TestLogs.READINGS).orElseThrow()))
                    .containsExactly("a", "b");
        }
    }
}
