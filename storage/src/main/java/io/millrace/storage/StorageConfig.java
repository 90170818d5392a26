package io.millrace.storage;

import io.millrace.storage.scrub.ScrubConfig;
import java.nio.file.Path;
import java.util.Objects;

/**
 * The settings of all logs of one data directory.
 *
 * @param directory where the partition directories lie; created when missing
 * @param shards number of single-writer threads
 * @param journalBytes disk space for the journals of all shards together; with 0 there is none, and every group of appends forces
 *     the segments it went to
 * @param shardQueueMax how many appends may wait in one shard's queue before {@link LogException.Overloaded}
 * @param shardQueueBytesMax how many bytes may wait there
 * @param tailCacheBytes memory for recent batches, over all logs
 * @param reserveBytes free disk space below which appends are refused with {@link LogException.DiskFull}
 * @param checkpointIntervalMs how often recovery points are written
 * @param producerExpirationMs how long the sequences of a silent idempotent producer are remembered
 * @param scrub how often and how fast old segments are read again
 * @param cleaner what compaction may cost
 */
public record StorageConfig(
        Path directory,
        int shards,
        long journalBytes,
        int shardQueueMax,
        long shardQueueBytesMax,
        long tailCacheBytes,
        long reserveBytes,
        long checkpointIntervalMs,
        long producerExpirationMs,
        ScrubConfig scrub,
        CleanerConfig cleaner) {

    public StorageConfig {
        Objects.requireNonNull(directory, "directory");
        Objects.requireNonNull(scrub, "scrub");
        if (shards < 1) {
            throw new IllegalArgumentException("shards must be at least 1: " + shards);
        }
        if (journalBytes < 0) {
            throw new IllegalArgumentException("journalBytes must not be negative: " + journalBytes);
        }
    }

    /** As above, without reading old segments again, and with the defaults for compaction. */
    public StorageConfig(
            Path directory,
            int shards,
            long journalBytes,
            int shardQueueMax,
            long shardQueueBytesMax,
            long tailCacheBytes,
            long reserveBytes,
            long checkpointIntervalMs,
            long producerExpirationMs) {
        this(
                directory,
                shards,
                journalBytes,
                shardQueueMax,
                shardQueueBytesMax,
                tailCacheBytes,
                reserveBytes,
                checkpointIntervalMs,
                producerExpirationMs,
                ScrubConfig.OFF,
                CleanerConfig.defaults());
    }

    /** What the journal of one shard may take. */
    public long journalBytesPerShard() {
        return journalBytes / shards;
    }

    /** Defaults for a data directory. */
    public static StorageConfig defaults(Path directory) {
        int cores = Runtime.getRuntime().availableProcessors();
        return new StorageConfig(
                directory,
                cores,
                512L << 20,
                10_000,
                256L << 20,
                64L << 20,
                1L << 30,
                60_000,
                86_400_000,
                ScrubConfig.STANDARD,
                CleanerConfig.defaults());
    }
}
