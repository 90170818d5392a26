package io.millrace.storage.retention;

import io.millrace.storage.LogConfig;
import java.util.List;

/**
 * Retention by time and size: finds how far the log start may move. Only whole closed segments below the high watermark go,
 * oldest first; a log that is not cleaned up by deletion keeps everything.
 */
public final class RetentionPolicy {

    private RetentionPolicy() {}

    /**
     * A closed segment, as far as retention is concerned.
     *
     * @param endOffset the base offset of the next one
     * @param newestMs its newest record
     */
    public record ClosedSegment(long endOffset, int sizeBytes, long newestMs) {}

    /**
     * The new log start offset.
     *
     * @param closed oldest first, without the active segment
     * @param totalBytes all segments with the active one
     */
    public static long newLogStart(
            long logStartOffset,
            List<ClosedSegment> closed,
            long totalBytes,
            long highWatermark,
            LogConfig config,
            long nowMs) {
        long start = logStartOffset;
        if (!config.delete()) {
            return start;
        }
        long left = totalBytes;
        for (ClosedSegment segment : closed) {
            boolean tooOld = config.retentionMs() >= 0 && nowMs - segment.newestMs() > config.retentionMs();
            boolean tooMuch = config.retentionBytes() >= 0 && left - segment.sizeBytes() >= config.retentionBytes();
            if (segment.endOffset() > highWatermark || !tooOld && !tooMuch) {
                return start;
            }
            left -= segment.sizeBytes();
            start = Math.max(start, segment.endOffset());
        }
        return start;
    }
}
