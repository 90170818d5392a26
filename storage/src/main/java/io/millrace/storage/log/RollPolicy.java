package io.millrace.storage.log;

import io.millrace.storage.LogConfig;
import io.millrace.storage.segment.Segment;

/** When a new segment is begun. Pure functions. */
final class RollPolicy {

    private RollPolicy() {}

    /**
     * @param sizeBytes what the segment has, with what is about to be written
     * @param addedBytes the next append
     * @param lastOffset its last offset
     */
    static boolean mustRoll(
            Segment segment, long sizeBytes, int addedBytes, long lastOffset, LogConfig config, long nowMs) {
        if (sizeBytes == 0) {
            return false;
        }
        return sizeBytes + addedBytes > config.segmentBytes()
                || isTooOld(segment, config, nowMs)
                // Indexes keep offsets relative to the base in 32 bits.
                || lastOffset - segment.baseOffset() > Integer.MAX_VALUE;
    }

    static boolean isTooOld(Segment segment, LogConfig config, long nowMs) {
        return nowMs - segment.createdMs() > config.segmentAgeMaxMs();
    }
}
