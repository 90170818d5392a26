package io.millrace.storage.compaction;

import io.millrace.storage.batch.BatchHeader;
import io.millrace.storage.segment.SegmentReader;
import io.millrace.storage.segment.SegmentScanner;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Reads segments batch by batch, slowly enough for others, and checks every batch: damage is not written anew. */
final class BatchSource {

    /** Receives a whole batch. */
    @FunctionalInterface
    interface Sink {
        /** @param batch from position 0 to limit; valid during the call */
        void batch(ByteBuffer batch) throws IOException;
    }

    private final CompactionTarget target;
    private final CleanerThrottle throttle;

    BatchSource(CompactionTarget target, CleanerThrottle throttle) {
        this.target = target;
        this.throttle = throttle;
    }

    /**
     * Hands over the batches from the one that holds an offset to the end of the segment.
     *
     * @throws IOException when one is damaged; those before it were handed over
     */
    void read(CleanableSegment segment, long fromOffset, Sink sink) throws IOException {
        int size = segment.sizeBytes();
        SegmentReader reader = new SegmentReader(segment.segment());
        int from = fromOffset <= segment.baseOffset() ? 0 : reader.positionOf(fromOffset, size);
        if (from >= size) {
            return;
        }
        SegmentScanner scanner = new SegmentScanner(segment.segment(), from, segment.baseOffset(), -1, 0);
        scanner.scan((buffer, at, position) -> {
            target.requireGoingOn();
            int bytes = BatchHeader.sizeBytes(buffer, at);
            throttle.passed(bytes);
            sink.batch(at + bytes <= buffer.limit() ? buffer.slice(at, bytes) : reader.batchAt(position, size));
        });
        if (scanner.position() < size) {
            // Cut meanwhile, or damaged.
            target.requireGoingOn();
            throw new IOException("the record batch at byte " + scanner.position() + " of " + segment.segment()
                    + " is damaged: the log is left as it is");
        }
    }
}
