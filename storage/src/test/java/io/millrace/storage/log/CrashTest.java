package io.millrace.storage.log;

import static io.millrace.storage.TestLogs.await;
import static io.millrace.storage.TestLogs.readAll;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.storage.AppendOrigin;
import io.millrace.storage.AppendResult;
import io.millrace.storage.LogManager;
import io.millrace.storage.PartitionLog;
import io.millrace.storage.TestBatch;
import io.millrace.storage.TestLogs;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is on the disk at random moments, recovered as after a crash. */
class CrashTest {

    private static final int IN_FLIGHT = 20;

    @TempDir
    Path temporary;

    @Test
    void whateverWasDurableAtTheMomentOfTheCrashIsThereInOrderAndOnce() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Path directory = temporary.resolve("data");
        AtomicBoolean stop = new AtomicBoolean();
        long[] durable = new long[12];
        try (LogManager logs = TestLogs.open(directory)) {
            PartitionLog log = TestLogs.create(logs, TestLogs.segmentBytes(20_000));
            // A producer with a bounded number of records in flight.
            Semaphore inFlight = new Semaphore(IN_FLIGHT);
            AtomicLong released = new AtomicLong();
            log.onDurable((source, offset) -> inFlight.release((int) (offset - released.getAndSet(offset))));
            Thread appender = new Thread(() -> {
                for (int i = 0; !stop.get(); i++) {
                    inFlight.acquireUninterruptibly();
                    await(log.append(
                            TestBatch.of("v" + i + "x".repeat(i * 31 % 700))
                                    .producer(7, 0, i)
                                    .build(),
                            0,
                            AppendOrigin.CLIENT));
                }
            });
            appender.start();
            for (int i = 0; i < durable.length; i++) {
                long wanted = log.offsets().durableOffset() + random.nextInt(60);
                Awaitility.await().until(() -> log.offsets().durableOffset() >= wanted);
                // Nobody may roll segments while the files are listed: a directory that changes meanwhile can show a
                // new file
                // and hide an older one, which no crash does. The torn tail stands for what was in flight.
                inFlight.acquire(IN_FLIGHT);
                durable[i] = log.offsets().durableOffset();
                CrashCopy.copy(directory, temporary.resolve("crash-" + i));
                inFlight.release(IN_FLIGHT);
            }
            stop.set(true);
            inFlight.release();
            appender.join();
        }
        for (int i = 0; i < durable.length; i++) {
            Path crashed = temporary.resolve("crash-" + i);
            tearTail(crashed, random);
            try (LogManager logs = TestLogs.open(crashed)) {
                PartitionLog log = logs.log(TestLogs.READINGS).orElseThrow();
                List<String> values = readAll(log);
                assertThat(values.size()).as("seed %d", seed).isGreaterThanOrEqualTo((int) durable[i]);
                for (int j = 0; j < values.size(); j++) {
                    assertThat(values.get(j)).as("seed %d", seed).startsWith("v" + j);
                }
                AppendResult again = await(log.append(
                        TestBatch.of("v" + (values.size() - 1))
                                .producer(7, 0, values.size() - 1)
                                .build(),
                        0,
                        AppendOrigin.CLIENT));
                assertThat(again.duplicate())
                        .as("sequences are known, seed %d", seed)
                        .isTrue();
            }
        }
    }

    /** Adds half a write to the newest segment, as if the crash had come in the middle of it. */
    private static void tearTail(Path crashed, Random random) throws IOException {
        try (Stream<Path> files = Files.list(crashed.resolve("readings-0"))) {
            Path newest = files.filter(file -> file.toString().endsWith(".log"))
                    .sorted()
                    .reduce((first, second) -> second)
                    .orElseThrow();
            byte[] tail = new byte[random.nextInt(3_000)];
            if (random.nextBoolean()) {
                random.nextBytes(tail);
            }
            try (FileChannel file = FileChannel.open(newest, StandardOpenOption.APPEND)) {
                file.write(ByteBuffer.wrap(tail));
            }
        }
    }
}
