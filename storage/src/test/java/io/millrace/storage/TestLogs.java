package io.millrace.storage;

import io.millrace.storage.batch.BatchHeader;
import io.millrace.storage.batch.RecordTimestamps;
import io.millrace.storage.file.Disk;
import io.millrace.storage.scrub.ScrubConfig;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/** Opens log managers over a directory, with small settings that tests change. */
public final class TestLogs {

    public static final TopicPartition READINGS = new TopicPartition(new UUID(1, 2), "readings", 0);

    private TestLogs() {}

    public static StorageConfig config(Path directory) {
        return new StorageConfig(directory, 2, 2L << 20, 10_000, 64L << 20, 8L << 20, 0, 0, 86_400_000);
    }

    /** Queues that run full. */
    public static StorageConfig config(Path directory, int queueMax, long queueBytesMax) {
        return new StorageConfig(directory, 1, 2L << 20, queueMax, queueBytesMax, 8L << 20, 0, 0, 86_400_000);
    }

    public static StorageConfig withoutCache(Path directory) {
        return new StorageConfig(directory, 2, 2L << 20, 10_000, 64L << 20, 0, 0, 0, 86_400_000);
    }

    public static StorageConfig scrubbing(Path directory, ScrubConfig scrub) {
        return new StorageConfig(
                directory, 2, 2L << 20, 10_000, 64L << 20, 8L << 20, 0, 0, 86_400_000, scrub, CleanerConfig.defaults());
    }

    public static LogManager open(Path directory) throws IOException {
        return LogManager.open(config(directory), Clock.systemUTC(), StorageMetrics.NONE);
    }

    public static LogManager open(StorageConfig config, Disk disk) throws IOException {
        return LogManager.open(config, Clock.systemUTC(), StorageMetrics.NONE, RecordTimestamps.UNCOMPRESSED, disk);
    }

    public static PartitionLog create(LogManager logs) {
        return create(logs, LogConfig.defaults());
    }

    public static PartitionLog create(LogManager logs, LogConfig config) {
        return await(logs.create(READINGS, config));
    }

    public static AppendResult append(PartitionLog log, String... values) {
        return await(log.append(TestBatch.of(values).build(), 0, AppendOrigin.CLIENT));
    }

    /** Appends a batch as its header wants: of a transaction with a ticket, a marker as coordinators do. */
    public static CompletionStage<AppendResult> appendAny(PartitionLog log, ByteBuffer batch, int leaderEpoch) {
        if (BatchHeader.isControl(batch, 0)) {
            return log.appendMarker(batch, leaderEpoch, false);
        }
        return BatchHeader.isTransactional(batch, 0)
                ? log.appendTransactional(
                        batch,
                        leaderEpoch,
                        log.tickets()
                                .issue(BatchHeader.producerId(batch, 0), BatchHeader.producerEpoch(batch, 0), false))
                : log.append(batch, leaderEpoch, AppendOrigin.CLIENT);
    }

    public static LogConfig segmentBytes(int bytes) {
        return LogConfigs.with(LogConfig.defaults(), bytes, 128);
    }

    /** All values from the log start to the log end. */
    public static List<String> readAll(PartitionLog log) throws IOException {
        return readFrom(log, log.offsets().logStartOffset(), 1 << 20);
    }

    public static List<String> readFrom(PartitionLog log, long offset, int maxBytes) throws IOException {
        List<String> values = new ArrayList<>();
        long end = log.offsets().logEndOffset();
        while (offset < end) {
            try (ReadResult result = log.read(offset, end, maxBytes, true)) {
                List<String> read = TestBatch.values(result.toBuffer());
                long base = result.toBuffer().getLong(0);
                values.addAll(read.subList((int) (offset - base), read.size()));
                offset = base + read.size();
            }
        }
        return values;
    }

    public static <T> T await(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw e;
        }
    }

    /** Changes of {@link LogConfig}, which has no withers. */
    public static final class LogConfigs {
        private LogConfigs() {}

        public static LogConfig with(LogConfig c, int segmentBytes, int indexIntervalBytes) {
            return new LogConfig(
                    segmentBytes,
                    c.segmentMs(),
                    indexIntervalBytes,
                    c.retentionMs(),
                    c.retentionBytes(),
                    c.maxMessageBytes(),
                    c.timestampType(),
                    c.delete(),
                    c.compact(),
                    c.flushPolicy());
        }

        public static LogConfig retention(LogConfig c, long retentionMs, long retentionBytes) {
            return new LogConfig(
                    c.segmentBytes(),
                    c.segmentMs(),
                    c.indexIntervalBytes(),
                    retentionMs,
                    retentionBytes,
                    c.maxMessageBytes(),
                    c.timestampType(),
                    c.delete(),
                    c.compact(),
                    c.flushPolicy());
        }

        public static LogConfig segmentMs(LogConfig c, long segmentMs) {
            return new LogConfig(
                    c.segmentBytes(),
                    segmentMs,
                    c.indexIntervalBytes(),
                    c.retentionMs(),
                    c.retentionBytes(),
                    c.maxMessageBytes(),
                    c.timestampType(),
                    c.delete(),
                    c.compact(),
                    c.flushPolicy());
        }

        public static LogConfig usingReserve(LogConfig c) {
            return new LogConfig(
                    c.segmentBytes(),
                    c.segmentMs(),
                    c.indexIntervalBytes(),
                    c.retentionMs(),
                    c.retentionBytes(),
                    c.maxMessageBytes(),
                    c.timestampType(),
                    c.delete(),
                    c.compact(),
                    c.flushPolicy(),
                    c.compaction(),
                    true);
        }

        public static LogConfig flush(LogConfig c, FlushPolicy policy) {
            return new LogConfig(
                    c.segmentBytes(),
                    c.segmentMs(),
                    c.indexIntervalBytes(),
                    c.retentionMs(),
                    c.retentionBytes(),
                    c.maxMessageBytes(),
                    c.timestampType(),
                    c.delete(),
                    c.compact(),
                    policy);
        }
    }
}
