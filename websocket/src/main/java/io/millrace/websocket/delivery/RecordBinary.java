package io.millrace.websocket.delivery;

import io.millrace.cluster.record.RecordHeader;
import io.millrace.cluster.record.StreamRecord;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Writes records in the binary form of gateway protocol §5: differences to the frame's first offset and timestamp, then key, value and
 * headers with their lengths before them. One for each partition and caller.
 */
final class RecordBinary {

    private final boolean withMerged;
    private final JsonProjector projector;
    private final ByteSink projected = new ByteSink(256);

    /** @param withMerged whether each record says for how many it stands, as the frames of conflated streams do */
    RecordBinary(Projection projection, boolean withMerged) {
        this.withMerged = withMerged;
        this.projector = projection.isWhole() ? null : new JsonProjector(projection, new JsonCheck());
    }

    void write(StreamRecord record, RecordWriter.FrameBase base, int merged, ByteSink out) {
        out.writeVarlong(record.offset() - base.offset());
        out.writeVarlong(record.timestampMs() - base.timestampMs());
        out.writeLengthAndBytes(record.key());
        out.writeLengthAndBytes(value(record.value()));
        List<RecordHeader> headers = record.headers();
        out.writeVarlong(headers.size());
        for (RecordHeader header : headers) {
            out.writeLengthAndBytes(header.name().getBytes(StandardCharsets.UTF_8));
            out.writeLengthAndBytes(header.value());
        }
        if (withMerged) {
            out.writeVarlong(merged);
        }
    }

    /** What is selected of a value; the value itself where it is not JSON. */
    private byte[] value(byte[] whole) {
        if (projector == null || whole == null) {
            return whole;
        }
        projected.truncate(0);
        return projector.write(whole, projected) ? projected.toByteArray() : whole;
    }
}
