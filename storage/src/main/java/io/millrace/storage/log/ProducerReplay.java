package io.millrace.storage.log;

import io.millrace.storage.batch.BatchHeader;
import io.millrace.storage.producer.ProducerSnapshot;
import io.millrace.storage.producer.ProducerSnapshotFiles;
import io.millrace.storage.producer.ProducerStateManager;
import io.millrace.storage.segment.Segment;
import io.millrace.storage.segment.SegmentReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Collection;

/** Builds the state of the producers from the newest snapshot that fits, or nothing, and the batches after it. */
final class ProducerReplay {

    private ProducerReplay() {}

    /**
     * @param segments in order of offsets, cut to {@code endOffset}
     * @param producerlessOffset no producer that wrote below it is remembered, 0 when that is not known
     * @param nowMs producers that are silent for longer than they are remembered are left out
     * @return the offset from which on batches were read
     */
    static long rebuild(
            ProducerStateManager producers,
            ProducerSnapshotFiles snapshots,
            Collection<Segment> segments,
            long endOffset,
            long producerlessOffset,
            long nowMs)
            throws IOException {
        ProducerSnapshot snapshot = snapshots.newestUpTo(endOffset).orElse(ProducerSnapshot.empty(0));
        if (producerlessOffset > snapshot.offset()) {
            snapshot = ProducerSnapshot.empty(Math.min(producerlessOffset, endOffset));
        }
        producers.load(snapshot);
        Segment previous = null;
        for (Segment segment : segments) {
            if (previous != null && segment.baseOffset() > snapshot.offset()) {
                replay(producers, previous, snapshot.offset(), nowMs);
            }
            previous = segment;
        }
        if (previous != null && endOffset > snapshot.offset()) {
            replay(producers, previous, snapshot.offset(), nowMs);
        }
        producers.expire(nowMs);
        return snapshot.offset();
    }

    private static void replay(ProducerStateManager producers, Segment segment, long fromOffset, long nowMs)
            throws IOException {
        SegmentReader reader = new SegmentReader(segment);
        SegmentReader markers = new SegmentReader(segment);
        int size = segment.sizeBytes();
        reader.visit(reader.positionOf(fromOffset, size), size, (window, at, position) -> {
            if (BatchHeader.isControl(window, at)) {
                // Its record says what becomes of the transaction.
                remember(producers, markers.batchAt(position, size), 0, fromOffset, nowMs);
            } else {
                remember(producers, window, at, fromOffset, nowMs);
            }
            return true;
        });
    }

    /** Takes one batch into account, unless a snapshot at an offset does already. */
    static void remember(ProducerStateManager producers, ByteBuffer buffer, int at, long snapshotOffset, long nowMs) {
        long baseOffset = BatchHeader.baseOffset(buffer, at);
        if (baseOffset >= snapshotOffset) {
            long writtenMs = BatchHeader.maxTimestamp(buffer, at);
            // The clock of a producer may be wrong; nobody is remembered for longer because of it.
            producers.update(buffer, at, baseOffset, writtenMs > 0 && writtenMs < nowMs ? writtenMs : nowMs);
        }
    }
}
