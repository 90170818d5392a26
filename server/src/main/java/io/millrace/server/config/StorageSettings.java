package io.millrace.server.config;

import io.millrace.storage.CleanerConfig;
import io.millrace.storage.FlushPolicy;
import io.millrace.storage.scrub.ScrubConfig;

/**
 * How logs are kept on the disk.
 *
 * @param flush when a record counts as stored, for topics that do not say so themselves ({@code flush.policy})
 * @param shards number of single-writer threads; 0 for one per core
 * @param journalBytes disk space for the journals of all shards together; 0 for none
 * @param shardQueueMax how many appends may wait in the queue of a shard
 * @param shardQueueBytesMax how many bytes may wait there
 * @param tailCacheBytes memory for the newest batches of all logs
 * @param reserveBytes free disk space below which appends are refused
 * @param checkpointIntervalMs how often recovery points are written
 * @param producerExpirationMs how long the sequences of a silent idempotent producer are remembered
 * @param scrubIntervalMs how often old segments are read again and verified; 0 for never
 * @param scrubBytesPerSecond how fast
 * @param cleanerMapBytes memory for the keys of a log while it is compacted
 * @param cleanerBytesPerSecond how fast compaction reads, 0 for as fast as it can
 * @param cleanerIntervalMs how often it looks for logs that need it
 */
public record StorageSettings(
        FlushPolicy flush,
        int shards,
        long journalBytes,
        int shardQueueMax,
        long shardQueueBytesMax,
        long tailCacheBytes,
        long reserveBytes,
        long checkpointIntervalMs,
        long producerExpirationMs,
        long scrubIntervalMs,
        long scrubBytesPerSecond,
        int cleanerMapBytes,
        long cleanerBytesPerSecond,
        long cleanerIntervalMs) {

    private static final CleanerConfig CLEANER = CleanerConfig.defaults();
    private static final long MIB = 1L << 20;

    public StorageSettings {
        new Checks("storage")
                .range("shards", shards, 0, 256)
                .atLeast("journalBytes", journalBytes, 0)
                .range("shardQueueMax", shardQueueMax, 1, 10_000_000)
                .atLeast("shardQueueBytesMax", shardQueueBytesMax, MIB)
                .atLeast("tailCacheBytes", tailCacheBytes, 0)
                .atLeast("reserveBytes", reserveBytes, 0)
                .atLeast("checkpointIntervalMs", checkpointIntervalMs, 1_000)
                .atLeast("producerExpirationMs", producerExpirationMs, 1_000)
                .atLeast("scrubIntervalMs", scrubIntervalMs, 0)
                .atLeast("scrubBytesPerSecond", scrubBytesPerSecond, 65_536)
                .range("cleanerMapBytes", cleanerMapBytes, 1 << 20, Integer.MAX_VALUE)
                .atLeast("cleanerBytesPerSecond", cleanerBytesPerSecond, 0)
                .atLeast("cleanerIntervalMs", cleanerIntervalMs, 100)
                .done();
    }

    static StorageSettings standard() {
        return new StorageSettings(
                FlushPolicy.GROUP,
                0,
                512 * MIB,
                10_000,
                256 * MIB,
                64 * MIB,
                1024 * MIB,
                60_000,
                86_400_000,
                ScrubConfig.STANDARD.intervalMs(),
                ScrubConfig.STANDARD.bytesPerSecond(),
                CLEANER.mapBytes(),
                CLEANER.bytesPerSecond(),
                CLEANER.intervalMs());
    }
}
