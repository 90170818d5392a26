package io.millrace.storage.compaction;

import java.util.List;

/**
 * Neighbouring segments that become one.
 *
 * @param segments in order, at least one
 */
public record SegmentGroup(List<CleanableSegment> segments) {

    public SegmentGroup {
        segments = List.copyOf(segments);
    }

    public long baseOffset() {
        return segments.get(0).baseOffset();
    }

    public long endOffset() {
        return segments.get(segments.size() - 1).endOffset();
    }

    long sizeBytes() {
        return segments.stream().mapToLong(CleanableSegment::sizeBytes).sum();
    }
}
