package io.millrace.server.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.Timer;
import io.millrace.storage.StorageMetrics;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Counts what the storage does: {@code millrace_storage_…}. */
final class StorageMeters implements StorageMetrics {

    /** From a disk with a write cache (below 100 µs) to one that makes everybody wait. */
    private static final Duration[] FSYNC_BUCKETS = {
        Duration.ofNanos(100_000),
        Duration.ofNanos(250_000),
        Duration.ofNanos(500_000),
        Duration.ofMillis(1),
        Duration.ofNanos(2_500_000),
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(25),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofSeconds(1)
    };

    private final Timer writes;
    private final Counter batches;
    private final Counter bytes;
    private final Timer fsyncs;
    private final Counter memoryReads;
    private final Counter memoryReadBytes;
    private final Counter fileReads;
    private final Counter fileReadBytes;
    private final Timer compactions;
    private final Counter compactedBytes;
    private final Counter compactedRecords;
    private final AtomicLong lastCompactionMs = new AtomicLong();
    private final Counter failures;
    private final Counter scrubbedBytes;
    private final Counter corruptions;

    StorageMeters(MeterRegistry registry) {
        writes = Timer.builder("millrace.storage.append")
                .description("Writes of appended batches to segment files; one write may carry many batches")
                .register(registry);
        batches = Counter.builder("millrace.storage.append.batches")
                .description("Record batches appended")
                .register(registry);
        bytes = Counter.builder("millrace.storage.append.bytes")
                .description("Bytes appended")
                .register(registry);
        fsyncs = Timer.builder("millrace.storage.fsync")
                .description("fsync calls; one may acknowledge many batches")
                .serviceLevelObjectives(FSYNC_BUCKETS)
                .register(registry);
        memoryReads = reads(registry, "memory");
        memoryReadBytes = readBytes(registry, "memory");
        fileReads = reads(registry, "file");
        fileReadBytes = readBytes(registry, "file");
        compactions = Timer.builder("millrace.storage.compaction")
                .description("Compactions of a log")
                .register(registry);
        compactedBytes = Counter.builder("millrace.storage.compaction.removed.bytes")
                .description("Bytes that compaction removed")
                .register(registry);
        compactedRecords = Counter.builder("millrace.storage.compaction.removed.records")
                .description("Records that compaction removed")
                .register(registry);
        TimeGauge.builder(
                        "millrace.storage.compaction.last",
                        lastCompactionMs,
                        TimeUnit.MILLISECONDS,
                        AtomicLong::doubleValue)
                .description("When a log was last compacted, as Unix time; 0: not since the start")
                .register(registry);
        failures = Counter.builder("millrace.storage.directory.failures")
                .description("Times that a log directory failed or ran full")
                .register(registry);
        scrubbedBytes = Counter.builder("millrace.storage.scrub.bytes")
                .description("Bytes of old segments that were read again and verified")
                .register(registry);
        corruptions = Counter.builder("millrace.storage.scrub.corruptions")
                .description("Times that reading an old segment again found it damaged; each pass counts it again")
                .register(registry);
    }

    private static Counter reads(MeterRegistry registry, String source) {
        return Counter.builder("millrace.storage.reads")
                .description("Reads answered from the tail cache in memory, or from a file")
                .tag("source", source)
                .register(registry);
    }

    private static Counter readBytes(MeterRegistry registry, String source) {
        return Counter.builder("millrace.storage.read.bytes")
                .description("Bytes read from the tail cache in memory, or from a file")
                .tag("source", source)
                .register(registry);
    }

    @Override
    public void appended(int batchCount, int byteCount, long nanos) {
        writes.record(nanos, TimeUnit.NANOSECONDS);
        batches.increment(batchCount);
        bytes.increment(byteCount);
    }

    @Override
    public void fsynced(long nanos) {
        fsyncs.record(nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void read(boolean fromMemory, int byteCount) {
        (fromMemory ? memoryReads : fileReads).increment();
        (fromMemory ? memoryReadBytes : fileReadBytes).increment(byteCount);
    }

    @Override
    public void compacted(long bytesBefore, long bytesAfter, long recordsRemoved, long nanos) {
        compactions.record(nanos, TimeUnit.NANOSECONDS);
        compactedBytes.increment(Math.max(0, bytesBefore - bytesAfter));
        compactedRecords.increment(recordsRemoved);
        lastCompactionMs.set(System.currentTimeMillis());
    }

    @Override
    public void directoryFailed(String directory, Throwable cause) {
        failures.increment();
    }

    @Override
    public void scrubbed(long byteCount) {
        scrubbedBytes.increment(byteCount);
    }

    @Override
    public void corruptionFound() {
        corruptions.increment();
    }
}
