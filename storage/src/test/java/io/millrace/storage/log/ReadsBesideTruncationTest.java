package io.millrace.storage.log;

import static io.millrace.storage.TestLogs.append;
import static io.millrace.storage.TestLogs.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.storage.LogException;
import io.millrace.storage.LogManager;
import io.millrace.storage.PartitionLog;
import io.millrace.storage.ReadResult;
import io.millrace.storage.StorageConfig;
import io.millrace.storage.StorageMetrics;
import io.millrace.storage.TestBatch;
import io.millrace.storage.TestLogs;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Readers on other threads while a log is cut and grows again. Below the cut, where the high watermark keeps consumers, they read
 * what they always read; a read that meets the cut itself may have to be made again, and says so.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class ReadsBesideTruncationTest {

    private static final int KEPT = 20;
    private static final int ROUNDS = 150;
    private static final long SEED = Long.getLong("millrace.seed", System.nanoTime());

    @TempDir
    Path directory;

    private final AtomicBoolean done = new AtomicBoolean();
    private final AtomicInteger readsBelow = new AtomicInteger();
    private final List<String> kept = new ArrayList<>();

    @Test
    void fromFiles() throws Exception {
        cutAndReadBeside(TestLogs.withoutCache(directory));
    }

    @Test
    void fromMemory() throws Exception {
        cutAndReadBeside(TestLogs.config(directory));
    }

    private void cutAndReadBeside(StorageConfig config) throws Exception {
        System.out.println("ReadsBesideTruncationTest: -Dmillrace.seed=" + SEED);
        try (LogManager logs = LogManager.open(config, Clock.systemUTC(), StorageMetrics.NONE)) {
            PartitionLog log = TestLogs.create(logs, TestLogs.segmentBytes(600));
            for (int i = 0; i < KEPT; i++) {
                append(log, "kept-" + i);
                kept.add("kept-" + i);
            }
            CompletableFuture<Void> below = CompletableFuture.runAsync(() -> readBelow(log));
            CompletableFuture<Void> above = CompletableFuture.runAsync(() -> readAbove(log));
            Random random = new Random(SEED);
            for (int round = 0; round < ROUNDS || readsBelow.get() < 10; round++) {
                for (int i = random.nextInt(10); i >= 0; i--) {
                    append(log, "round-" + round + "x".repeat(random.nextInt(60)));
                }
                await(log.truncateTo(KEPT));
            }
            done.set(true);
            below.get(20, TimeUnit.SECONDS);
            above.get(20, TimeUnit.SECONDS);
        } finally {
            done.set(true);
        }
    }

    /** Every read that succeeds says what it said before; the others say that the log was cut meanwhile. */
    private void readBelow(PartitionLog log) {
        while (!done.get()) {
            try {
                assertThat(readKept(log)).isEqualTo(kept);
                readsBelow.incrementAndGet();
            } catch (IOException e) {
                assertThat(e.getMessage()).containsAnyOf("was truncated while", "was cut while");
            }
        }
    }

    private static List<String> readKept(PartitionLog log) throws IOException {
        List<String> values = new ArrayList<>();
        for (long offset = 0; offset < KEPT; offset = values.size()) {
            try (ReadResult result = log.read(offset, KEPT, 400, true)) {
                values.addAll(TestBatch.values(result.toBuffer()));
            }
        }
        return values;
    }

    /** Succeeds or fails, but never with anything that is not made for it. */
    private void readAbove(PartitionLog log) {
        while (!done.get()) {
            long end = log.offsets().logEndOffset();
            try (ReadResult result = log.read(Math.min(KEPT + 2, end), end, 400, true)) {
                result.toBuffer();
            } catch (IOException | LogException e) {
                assertThat(e.getMessage()).isNotBlank();
            }
        }
    }
}
