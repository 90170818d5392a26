package io.millrace.storage.segment;

import java.io.IOException;

/** Cuts a segment at the end of a batch, and its indexes with it. Shard thread, or recovery. */
public final class SegmentCut {

    private SegmentCut() {}

    /** Durable on return. */
    public static void cut(Segment segment, int position, int indexIntervalBytes) throws IOException {
        SegmentReader reader = new SegmentReader(segment);
        int entry = segment.indexes().offsets().batchAtOrBefore(position);
        if (entry >= position) {
            entry = position == 0 ? 0 : segment.indexes().offsets().batchAtOrBefore(position - 1);
        }
        long entryOffset =
                entry < segment.sizeBytes() ? reader.baseOffsetAt(entry, segment.sizeBytes()) : segment.baseOffset();
        segment.cutIndexes(entry, entry == 0 ? segment.baseOffset() : entryOffset);
        // What lies between the last index entry and the cut is noted again.
        new SegmentReader(segment).visit(entry, position, (window, at, batchPosition) -> {
            segment.note(window, at, batchPosition, indexIntervalBytes);
            return true;
        });
        segment.truncateTo(position);
    }
}
