package io.millrace.storage.log;

import static io.millrace.storage.TestLogs.append;
import static io.millrace.storage.TestLogs.await;
import static io.millrace.storage.TestLogs.readAll;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.storage.AppendOrigin;
import io.millrace.storage.AppendResult;
import io.millrace.storage.LogException;
import io.millrace.storage.LogManager;
import io.millrace.storage.PartitionLog;
import io.millrace.storage.StorageConfig;
import io.millrace.storage.StorageMetrics;
import io.millrace.storage.TestBatch;
import io.millrace.storage.TestLogs;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A shard that the disk holds up takes what its queue has room for, and refuses the rest at once. */
class OverloadTest {

    private static final int QUEUE_MAX = 5;

    @TempDir
    Path directory;

    private final CountDownLatch busy = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);

    @Test
    void moreAppendsThanTheQueueHoldsAreRefusedAndLaterOnesTaken() throws Exception {
        try (LogManager logs = open(QUEUE_MAX, 1 << 20)) {
            PartitionLog log = TestLogs.create(logs);
            holdUp(log);
            List<CompletionStage<AppendResult>> taken = new ArrayList<>();
            for (int i = 0; i < QUEUE_MAX; i++) {
                taken.add(log.append(TestBatch.of("v" + i).build(), 0, AppendOrigin.CLIENT));
            }

            assertThatThrownBy(() -> append(log, "one too many"))
                    .isInstanceOf(LogException.Overloaded.class)
                    .hasMessageContaining("5 appends")
                    .hasMessageContaining("Nothing was stored, try again later");

            goOn.countDown();
            taken.forEach(TestLogs::await);
            append(log, "later");
            assertThat(readAll(log)).containsExactly("first", "v0", "v1", "v2", "v3", "v4", "later");
        }
    }

    @Test
    void moreBytesThanTheQueueHoldsAreRefusedButOneAppendIsAlwaysTaken() throws Exception {
        try (LogManager logs = open(1000, 2_000)) {
            PartitionLog log = TestLogs.create(logs);
            holdUp(log);
            CompletionStage<AppendResult> large =
                    log.append(TestBatch.of("x".repeat(10_000)).build(), 0, AppendOrigin.CLIENT);

            assertThatThrownBy(() -> append(log, "one too many")).isInstanceOf(LogException.Overloaded.class);

            goOn.countDown();
            await(large);
            append(log, "later");
            assertThat(readAll(log)).hasSize(3).endsWith("later");
        }
    }

    private LogManager open(int queueMax, long queueBytesMax) throws Exception {
        StorageConfig small = TestLogs.config(directory, queueMax, queueBytesMax);
        return LogManager.open(small, Clock.systemUTC(), StorageMetrics.NONE);
    }

    /** Keeps the shard's thread in a listener, as a disk would that does not answer. */
    private void holdUp(PartitionLog log) throws InterruptedException {
        log.onDurable((which, durableOffset) -> {
            busy.countDown();
            try {
                goOn.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        log.append(TestBatch.of("first").build(), 0, AppendOrigin.CLIENT);
        busy.await();
    }
}
