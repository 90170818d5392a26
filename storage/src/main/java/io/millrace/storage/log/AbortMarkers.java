package io.millrace.storage.log;

import io.millrace.storage.batch.BatchHeader;
import io.millrace.storage.batch.ControlMarker;
import io.millrace.storage.producer.ProducerStateManager;
import io.millrace.storage.segment.Segment;
import io.millrace.storage.segment.SegmentReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;

/**
 * Brings what a snapshot says of aborted transactions in line with a log that was compacted since. A reader who is told of an aborted
 * transaction skips its producer until the marker: one that is gone would have him skip what the producer committed later.
 */
final class AbortMarkers {

    private AbortMarkers() {}

    /** Before the log is shared with other threads. */
    static void forgetRemoved(ProducerStateManager producers, LogState state) throws IOException {
        try {
            producers.transactions().keepBelow(state.active().baseOffset(), offset -> isThere(state, offset));
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static boolean isThere(LogState state, long offset) {
        Segment segment = state.segments().floorEntry(offset).getValue();
        try {
            SegmentReader reader = new SegmentReader(segment);
            int size = segment.sizeBytes();
            int position = reader.positionOf(offset, size);
            if (position >= size) {
                return false;
            }
            ByteBuffer batch = reader.batchAt(position, size);
            return BatchHeader.baseOffset(batch, 0) == offset
                    && BatchHeader.isControl(batch, 0)
                    && ControlMarker.typeOf(batch, 0) == ControlMarker.ABORT;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
