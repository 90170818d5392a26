package io.millrace.websocket.delivery;

import io.millrace.cluster.record.StreamRecord;
import io.millrace.websocket.protocol.Gap;
import io.millrace.websocket.protocol.WireForm;

/** Writes one record in the form of a stream. */
interface RecordWriter {

    /**
     * Writes a record.
     *
     * @param baseOffset the start of the frame
     * @param baseTimestampMs of the frame's first record
     * @param gap what was lost before it; may be null
     */
    void write(StreamRecord record, long baseOffset, long baseTimestampMs, Gap gap, ByteSink out);

    /** The writer of a stream; keeps scratch space, one caller at a time. */
    static RecordWriter of(StreamKey key) {
        if (key.form() == WireForm.BINARY) {
            RecordBinary binary = new RecordBinary(key.projection());
            return (record, baseOffset, baseTimestampMs, gap, out) ->
                    binary.write(record, baseOffset, baseTimestampMs, out);
        }
        RecordJson json = new RecordJson(
                key.partition().topic(),
                key.partition().partition(),
                key.format(),
                key.envelope(),
                key.projection(),
                key.form().isLineBased(),
                key.form() != WireForm.MESSAGES);
        return (record, baseOffset, baseTimestampMs, gap, out) -> json.write(record, gap, out);
    }
}
