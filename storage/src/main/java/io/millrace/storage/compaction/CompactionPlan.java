package io.millrace.storage.compaction;

import java.util.List;

/**
 * What could be compacted of a log.
 *
 * @param segments all of them, in order, with the active one
 * @param firstDirty what lies below was compacted before
 * @param limit only segments that end at or below it are rewritten
 * @param due whether it should be done now
 * @param dirtyRatio share of the bytes below the limit that were never compacted
 */
public record CompactionPlan(
        List<CleanableSegment> segments, long firstDirty, long limit, boolean due, double dirtyRatio) {

    public CompactionPlan {
        segments = List.copyOf(segments);
    }
}
