package io.millrace.websocket.delivery;

import io.millrace.websocket.protocol.Gap;
import java.nio.ByteBuffer;

/** Turns what was read of a log into frames. Keeps scratch space: one caller at a time. */
interface LogEncoder {

    /** What encoding costs. */
    BatchReader.Load load();

    /**
     * Encodes what is to be sent of batches from a position on, until the frame has its largest size.
     *
     * @param gapBefore told with the first record, where records tell such things; may be null
     */
    SharedFrame encode(ByteBuffer batches, long from, Gap gapBefore);

    /** The encoder of a stream that is not conflated. */
    static LogEncoder of(StreamKey key, int frameBytesMax, RecordGate gate) {
        return key.format() == ValueFormat.BATCH
                ? new BatchFrameEncoder(frameBytesMax)
                : new FrameEncoder(key, frameBytesMax, gate);
    }
}
