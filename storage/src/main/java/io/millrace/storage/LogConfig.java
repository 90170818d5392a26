package io.millrace.storage;

/**
 * The settings of one log. They carry Kafka's topic configuration names where Kafka has one, and can change while the log
 * is open.
 *
 * @param segmentBytes size at which a new segment is begun ({@code segment.bytes})
 * @param segmentMs age at which a new segment is begun ({@code segment.ms})
 * @param indexIntervalBytes distance between two offset index entries ({@code index.interval.bytes})
 * @param retentionMs age after which a closed segment may go, -1 for never ({@code retention.ms})
 * @param retentionBytes size of the log above which old segments go, -1 for no limit ({@code retention.bytes})
 * @param maxMessageBytes size of the largest batch that is accepted ({@code max.message.bytes})
 * @param timestampType who sets record timestamps ({@code message.timestamp.type})
 * @param delete whether retention deletes old segments ({@code cleanup.policy} contains {@code delete})
 * @param compact whether the log keeps the newest record of each key ({@code cleanup.policy} contains {@code compact})
 * @param flushPolicy when a byte counts as durable ({@code flush.policy}, Millrace's own)
 * @param compaction when and how it is compacted, if it is
 * @param mayUseReserve whether appends are accepted when the disk is below its reserve of free space: for a log without which
 *     the node could not do anything about that
 * @param timestampLimits which times of producers are accepted
 */
public record LogConfig(
        int segmentBytes,
        long segmentMs,
        int indexIntervalBytes,
        long retentionMs,
        long retentionBytes,
        int maxMessageBytes,
        TimestampType timestampType,
        boolean delete,
        boolean compact,
        FlushPolicy flushPolicy,
        CompactionConfig compaction,
        boolean mayUseReserve,
        TimestampLimits timestampLimits) {

    /** Who sets the timestamp of a record. */
    public enum TimestampType {
        CREATE_TIME,
        LOG_APPEND_TIME
    }

    public LogConfig {
        if (segmentBytes < 14) {
            throw new IllegalArgumentException("segmentBytes must be at least 14: " + segmentBytes);
        }
        if (indexIntervalBytes < 0) {
            throw new IllegalArgumentException("indexIntervalBytes must not be negative: " + indexIntervalBytes);
        }
        if (maxMessageBytes < 0) {
            throw new IllegalArgumentException("maxMessageBytes must not be negative: " + maxMessageBytes);
        }
    }

    /** With any times of producers. */
    public LogConfig(
            int segmentBytes,
            long segmentMs,
            int indexIntervalBytes,
            long retentionMs,
            long retentionBytes,
            int maxMessageBytes,
            TimestampType timestampType,
            boolean delete,
            boolean compact,
            FlushPolicy flushPolicy,
            CompactionConfig compaction,
            boolean mayUseReserve) {
        this(
                segmentBytes,
                segmentMs,
                indexIntervalBytes,
                retentionMs,
                retentionBytes,
                maxMessageBytes,
                timestampType,
                delete,
                compact,
                flushPolicy,
                compaction,
                mayUseReserve,
                TimestampLimits.NONE);
    }

    /** With Kafka's defaults for compaction, and any times of producers. */
    public LogConfig(
            int segmentBytes,
            long segmentMs,
            int indexIntervalBytes,
            long retentionMs,
            long retentionBytes,
            int maxMessageBytes,
            TimestampType timestampType,
            boolean delete,
            boolean compact,
            FlushPolicy flushPolicy) {
        this(
                segmentBytes,
                segmentMs,
                indexIntervalBytes,
                retentionMs,
                retentionBytes,
                maxMessageBytes,
                timestampType,
                delete,
                compact,
                flushPolicy,
                CompactionConfig.defaults(),
                false);
    }

    /** Age at which a segment that has records is closed; a compacted log closes them in time for its largest lag. */
    public long segmentAgeMaxMs() {
        long age = segmentMs > 0 ? segmentMs : Long.MAX_VALUE;
        return compact ? Math.min(age, compaction.maxCompactionLagMs()) : age;
    }

    /** Kafka's defaults, and fsync before acknowledgement. */
    public static LogConfig defaults() {
        return new LogConfig(
                1 << 30,
                7L * 24 * 3_600_000,
                4096,
                7L * 24 * 3_600_000,
                -1,
                1_048_588,
                TimestampType.CREATE_TIME,
                true,
                false,
                FlushPolicy.GROUP,
                CompactionConfig.defaults(),
                false,
                TimestampLimits.defaults());
    }
}
