package io.millrace.storage.compaction;

import io.millrace.storage.CompactionConfig;
import io.millrace.storage.index.TimeIndex;
import io.millrace.storage.segment.Segment;
import java.io.IOException;
import java.util.List;

/** When a log is compacted, and up to where. */
public final class CompactionPolicy {

    private CompactionPolicy() {}

    /**
     * @param segments all of the log, in order, with the active one
     * @param limit nothing at or above it may be touched
     */
    public static CompactionPlan plan(
            List<CleanableSegment> segments, long firstDirty, long limit, CompactionConfig config, long nowMs)
            throws IOException {
        long dirtyBytes = 0;
        long cleanBytes = 0;
        long reach = firstDirty;
        Segment oldestDirty = null;
        for (CleanableSegment each : segments) {
            if (each.endOffset() <= Math.min(firstDirty, limit)) {
                cleanBytes += each.sizeBytes();
                continue;
            }
            if (each.endOffset() > limit || isTooYoung(each.segment(), config, nowMs)) {
                break;
            }
            oldestDirty = oldestDirty == null ? each.segment() : oldestDirty;
            dirtyBytes += each.sizeBytes();
            reach = each.endOffset();
        }
        double ratio = dirtyBytes == 0 ? 0 : (double) dirtyBytes / (dirtyBytes + cleanBytes);
        boolean due = dirtyBytes > 0
                && (ratio > config.minCleanableDirtyRatio()
                        || isOverdue(oldestDirty, config.maxCompactionLagMs(), nowMs));
        return new CompactionPlan(segments, firstDirty, reach, due, ratio);
    }

    private static boolean isTooYoung(Segment segment, CompactionConfig config, long nowMs) throws IOException {
        if (config.minCompactionLagMs() == 0) {
            return false;
        }
        TimeIndex.Entry newest = segment.largestTimestamp();
        long newestMs = newest == null ? segment.lastModifiedMs() : newest.timestampMs();
        return newestMs > nowMs - config.minCompactionLagMs();
    }

    private static boolean isOverdue(Segment segment, long lagMaxMs, long nowMs) throws IOException {
        if (lagMaxMs == Long.MAX_VALUE) {
            return false;
        }
        // After a start the segment does not know it.
        segment.recallCreated(nowMs);
        return nowMs - segment.createdMs() > lagMaxMs;
    }
}
