package io.millrace.websocket.delivery;

import io.millrace.cluster.record.StreamRecord;
import io.millrace.websocket.protocol.Gap;
import io.millrace.websocket.protocol.WireForm;

/** Writes one record in the form of a stream. */
interface RecordWriter {

    /**
     * Writes a record of a frame.
     *
     * @param place the frame so far
     * @param merged older records that it stands for
     * @param gap what was lost before it; may be null
     */
    void write(StreamRecord record, FrameBase place, int merged, Gap gap, ByteSink out);

    /**
     * What the records of a frame have in common.
     *
     * @param offset the start of the frame
     * @param timestampMs of its first record
     */
    record FrameBase(long offset, long timestampMs) {}

    /** The writer of a stream; keeps scratch space, one caller at a time. */
    static RecordWriter of(StreamKey key) {
        if (key.form() == WireForm.BINARY) {
            RecordBinary binary = new RecordBinary(key.projection(), key.conflation() != null);
            return (record, base, merged, gap, out) -> binary.write(record, base, merged, out);
        }
        RecordJson json = new RecordJson(
                key.partition().topic(),
                key.partition().partition(),
                key.format(),
                key.envelope(),
                key.projection(),
                key.form().isLineBased(),
                key.form() != WireForm.MESSAGES);
        return (record, base, merged, gap, out) -> json.write(record, merged, gap, out);
    }
}
