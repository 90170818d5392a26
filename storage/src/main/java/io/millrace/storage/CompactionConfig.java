package io.millrace.storage;

/**
 * When and how one log is compacted; Kafka's topic settings.
 *
 * @param minCleanableDirtyRatio share of the bytes that were never compacted at which it is worth it, 0 to 1 ({@code
 *     min.cleanable.dirty.ratio})
 * @param deleteRetentionMs how long a tombstone stays after the first compaction that met it ({@code delete.retention.ms})
 * @param minCompactionLagMs how long a record stays as it is at least ({@code min.compaction.lag.ms})
 * @param maxCompactionLagMs how long it waits for the dirty ratio at most ({@code max.compaction.lag.ms})
 */
public record CompactionConfig(
        double minCleanableDirtyRatio, long deleteRetentionMs, long minCompactionLagMs, long maxCompactionLagMs) {

    public CompactionConfig {
        if (!(minCleanableDirtyRatio >= 0 && minCleanableDirtyRatio <= 1)) {
            throw new IllegalArgumentException(
                    "minCleanableDirtyRatio must be between 0 and 1: " + minCleanableDirtyRatio);
        }
        if (deleteRetentionMs < 0 || minCompactionLagMs < 0 || maxCompactionLagMs < 1) {
            throw new IllegalArgumentException("deleteRetentionMs and minCompactionLagMs must not be negative,"
                    + " maxCompactionLagMs must be at least 1: " + deleteRetentionMs + ", " + minCompactionLagMs + ", "
                    + maxCompactionLagMs);
        }
    }

    /** Kafka's defaults. */
    public static CompactionConfig defaults() {
        return new CompactionConfig(0.5, 86_400_000, 0, Long.MAX_VALUE);
    }
}
