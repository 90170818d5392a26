package io.millrace.bench;

import io.millrace.cluster.record.NewRecord;
import io.millrace.cluster.record.RecordBatches;
import io.millrace.storage.AppendOrigin;
import io.millrace.storage.AppendResult;
import io.millrace.storage.FlushPolicy;
import io.millrace.storage.LogConfig;
import io.millrace.storage.LogManager;
import io.millrace.storage.PartitionLog;
import io.millrace.storage.StorageConfig;
import io.millrace.storage.StorageMetrics;
import io.millrace.storage.TopicPartition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A batch on its way from a caller through validation, shard and file: with {@code GROUP} an operation is one batch that is
 * fsynced, with as many under way as a busy listener has.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 3, time = 3)
@Fork(1)
public class AppendBenchmark {

    private static final int IN_FLIGHT = 64;

    @Param({"GROUP", "OS"})
    private FlushPolicy flushPolicy;

    @Param({"200", "16384"})
    private int batchBytes;

    private Path directory;
    private LogManager logs;
    private PartitionLog log;
    private byte[] batch;
    private final Semaphore inFlight = new Semaphore(IN_FLIGHT);
    private final ConcurrentLinkedQueue<Long> written = new ConcurrentLinkedQueue<>();

    @Setup(Level.Trial)
    public void open() throws Exception {
        directory = Files.createTempDirectory("millrace-bench");
        logs = LogManager.open(StorageConfig.defaults(directory), Clock.systemUTC(), StorageMetrics.NONE);
        LogConfig config = LogConfig.defaults();
        config = new LogConfig(
                config.segmentBytes(),
                config.segmentMs(),
                config.indexIntervalBytes(),
                config.retentionMs(),
                4L << 30,
                config.maxMessageBytes(),
                config.timestampType(),
                true,
                false,
                flushPolicy);
        log = logs.create(new TopicPartition(UUID.randomUUID(), "bench", 0), config)
                .toCompletableFuture()
                .get();
        log.onDurable((which, durableOffset) -> release(durableOffset));
        List<NewRecord> records = new ArrayList<>();
        for (int bytes = 0; bytes < batchBytes; bytes += 200) {
            records.add(new NewRecord(1, null, new byte[180], List.of()));
        }
        ByteBuffer built = RecordBatches.build(records, 1);
        batch = new byte[built.remaining()];
        built.get(batch);
    }

    @Benchmark
    public void append() throws InterruptedException {
        inFlight.acquire();
        log.append(ByteBuffer.wrap(batch.clone()), 0, AppendOrigin.CLIENT).whenComplete(this::written);
    }

    private void written(AppendResult result, Throwable failure) {
        if (failure != null) {
            throw new IllegalStateException(failure);
        }
        written.add(result.lastOffset());
        release(log.offsets().durableOffset());
    }

    private void release(long durableOffset) {
        for (Long last = written.peek(); last != null && last < durableOffset; last = written.peek()) {
            if (written.remove(last)) {
                inFlight.release();
            }
        }
    }

    @TearDown(Level.Iteration)
    public void trim() throws Exception {
        log.advanceLogStart(log.offsets().durableOffset()).toCompletableFuture().get();
    }

    @TearDown(Level.Trial)
    public void close() throws IOException {
        logs.close();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
