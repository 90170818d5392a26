package io.millrace.storage.compaction;

import io.millrace.storage.segment.Segment;

/**
 * A segment as it was when a compaction was planned.
 *
 * @param endOffset base offset of the next one, or the log end
 * @param sizeBytes what of it may be read
 */
public record CleanableSegment(Segment segment, long endOffset, int sizeBytes) {

    public long baseOffset() {
        return segment.baseOffset();
    }
}
