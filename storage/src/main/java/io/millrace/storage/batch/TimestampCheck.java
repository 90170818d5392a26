package io.millrace.storage.batch;

import io.millrace.storage.LogConfig;
import io.millrace.storage.LogException;
import io.millrace.storage.TimestampLimits;
import java.nio.ByteBuffer;

/**
 * The check that producers' timestamps are not too far from the log's clock. What the header says of a batch, its first and its largest
 * time, is always checked; each record only in an uncompressed batch, and only where records can be too old: nothing is decompressed
 * for this.
 */
public final class TimestampCheck {

    private static final long NO_TIMESTAMP = -1;

    private TimestampCheck() {}

    /**
     * @param batches sound ones, from position 0
     * @throws LogException.InvalidTimestamp when a record is too old, or too far in the future
     */
    public static void check(ByteBuffer batches, LogConfig config, long nowMs) {
        TimestampLimits limits = config.timestampLimits();
        if (config.timestampType() == LogConfig.TimestampType.LOG_APPEND_TIME || limits.equals(TimestampLimits.NONE)) {
            return;
        }
        for (int at = 0; at < batches.limit(); at += BatchHeader.sizeBytes(batches, at)) {
            require(BatchHeader.maxTimestamp(batches, at), limits, nowMs);
            require(BatchHeader.baseTimestamp(batches, at), limits, nowMs);
            if (limits.beforeMaxMs() != Long.MAX_VALUE && !BatchHeader.isCompressed(batches, at)) {
                RecordCursor records = new RecordCursor(batches, at);
                while (records.next()) {
                    require(records.timestampMs(), limits, nowMs);
                }
            }
        }
    }

    private static void require(long timestampMs, TimestampLimits limits, long nowMs) {
        if (timestampMs != NO_TIMESTAMP && limits.exclude(timestampMs, nowMs)) {
            throw new LogException.InvalidTimestamp(
                    "a record has the timestamp " + timestampMs + ", and it is " + nowMs + " here: this topic takes"
                            + " records that are at most " + limits.beforeMaxMs()
                            + " ms old (message.timestamp.before.max.ms) and at most " + limits.afterMaxMs()
                            + " ms ahead (message.timestamp.after.max.ms). Look at the producer's clock.");
        }
    }
}
