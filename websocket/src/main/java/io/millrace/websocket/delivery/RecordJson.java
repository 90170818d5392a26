package io.millrace.websocket.delivery;

import io.millrace.cluster.record.RecordHeader;
import io.millrace.cluster.record.StreamRecord;
import io.millrace.websocket.protocol.Gap;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Objects;

/**
 * Writes the records of one partition as JSON (gateway protocol §3), straight into bytes: a value that is valid JSON is copied,
 * not parsed into a tree. A value that is not is shown in base64, so no value can stop a stream.
 *
 * <p>Keeps scratch space: not thread-safe.
 */
public final class RecordJson {

    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private final ValueFormat format;
    private final Envelope envelope;
    private final boolean singleLine;
    private final byte[] upToOffset;
    private final CloudEventJson cloudEvents;
    private final JsonCheck check = new JsonCheck();
    private final JsonProjector projector;

    /** A writer for one partition that shows values whole. */
    public RecordJson(String topic, int partition, ValueFormat format, Envelope envelope, boolean singleLine) {
        this(topic, partition, format, envelope, Projection.WHOLE, singleLine);
    }

    /**
     * A writer for one partition.
     *
     * @param projection what is shown of values that are JSON
     * @param singleLine whether line breaks between the tokens of an embedded JSON value become spaces, for transports that end
     *     a record at a line break (SSE, NDJSON). There are none inside its strings: JSON escapes them.
     */
    public RecordJson(
            String topic,
            int partition,
            ValueFormat format,
            Envelope envelope,
            Projection projection,
            boolean singleLine) {
        this(topic, partition, format, envelope, projection, singleLine, true);
    }

    /**
     * A writer for one partition.
     *
     * @param named whether each record says its topic and partition; not where the message around them does
     */
    RecordJson(
            String topic,
            int partition,
            ValueFormat format,
            Envelope envelope,
            Projection projection,
            boolean singleLine,
            boolean named) {
        this.projector = projection.isWhole() ? null : new JsonProjector(projection, check);
        this.format = Objects.requireNonNull(format, "format");
        this.envelope = Objects.requireNonNull(envelope, "envelope");
        this.singleLine = singleLine;
        ByteSink start = new ByteSink(64);
        start.write('{');
        if (named) {
            start.writeAscii("\"topic\":");
            writeString(start, topic.getBytes(StandardCharsets.UTF_8));
            start.writeAscii(",\"partition\":");
            start.writeDecimal(partition);
            start.write(',');
        }
        start.writeAscii("\"offset\":");
        this.upToOffset = start.toByteArray();
        this.cloudEvents = envelope == Envelope.CLOUDEVENTS ? new CloudEventJson(topic, partition, this) : null;
    }

    /** Writes one record. */
    public void write(StreamRecord record, ByteSink out) {
        write(record, 0, null, out);
    }

    /**
     * Writes one record, with what was left out for it and what was lost before it.
     *
     * @param merged becomes the member {@code merged} when it is above 0
     * @param gap becomes the member {@code gap}; may be null. Neither has a place when the envelope is not the record
     */
    public void write(StreamRecord record, int merged, Gap gap, ByteSink out) {
        write(record, merged, false, gap, out);
    }

    /** Writes of a record that its key has left the table (gateway protocol §6.5). */
    void writeLeft(StreamRecord record, int merged, Gap gap, ByteSink out) {
        StreamRecord nothing = new StreamRecord(record.offset(), record.timestampMs(), record.key(), null, List.of());
        write(nothing, merged, true, gap, out);
    }

    private void write(StreamRecord record, int merged, boolean left, Gap gap, ByteSink out) {
        if (envelope == Envelope.VALUE) {
            writeBareValue(record.value(), out);
            return;
        }
        if (cloudEvents != null) {
            cloudEvents.write(record, out);
            return;
        }
        out.write(upToOffset);
        out.writeDecimal(record.offset());
        out.writeAscii(",\"timestamp\":");
        out.writeDecimal(record.timestampMs());
        writeTextMember(",\"key", record.key(), out);
        writeValueMember(record.value(), out);
        writeHeaders(record.headers(), out);
        if (merged > 0) {
            out.writeAscii(",\"merged\":");
            out.writeDecimal(merged);
        }
        if (left) {
            out.writeAscii(",\"left\":true");
        }
        if (gap != null) {
            out.writeAscii(",\"gap\":");
            out.writeAscii(gap.toJson());
        }
        out.write('}');
    }

    private void writeValueMember(byte[] value, ByteSink out) {
        switch (format) {
            case TEXT -> writeTextMember(",\"value", value, out);
            case BASE64 -> writeBase64Member(",\"value", value, out);
            case BATCH -> throw new IllegalStateException("batches are not taken apart");
            case JSON -> {
                int start = out.size();
                out.writeAscii(",\"value\":");
                if (!writeJson(value, out)) {
                    out.truncate(start);
                    writeBase64Member(",\"value", value, out);
                }
            }
        }
    }

    /** A value without a record around it: what cannot be shown as it is becomes an object that says so. */
    private void writeBareValue(byte[] value, ByteSink out) {
        if (value == null) {
            out.writeAscii("null");
        } else if (format == ValueFormat.JSON && writeJson(value, out)) {
            return;
        } else if (format == ValueFormat.TEXT && check.isUtf8(value)) {
            writeString(out, value);
        } else {
            writeBase64Member("{\"value", value, out);
            out.write('}');
        }
    }

    private void writeHeaders(List<RecordHeader> headers, ByteSink out) {
        if (headers.isEmpty()) {
            return;
        }
        out.writeAscii(",\"headers\":[");
        boolean first = true;
        for (RecordHeader header : headers) {
            out.writeAscii(first ? "{\"name\":" : ",{\"name\":");
            writeString(out, header.name().getBytes(StandardCharsets.UTF_8));
            writeTextMember(",\"value", header.value(), out);
            out.write('}');
            first = false;
        }
        out.write(']');
    }

    boolean isUtf8(byte[] bytes) {
        return check.isUtf8(bytes);
    }

    /** A member that is text where it can be; {@code opening} is everything before the end of its name. */
    void writeTextMember(String opening, byte[] bytes, ByteSink out) {
        if (bytes == null) {
            out.writeAscii(opening);
            out.writeAscii("\":null");
        } else if (check.isUtf8(bytes)) {
            out.writeAscii(opening);
            out.writeAscii("\":");
            writeString(out, bytes);
        } else {
            writeBase64Member(opening, bytes, out);
        }
    }

    static void writeBase64Member(String opening, byte[] bytes, ByteSink out) {
        out.writeAscii(opening);
        if (bytes == null) {
            out.writeAscii("\":null");
            return;
        }
        out.writeAscii("_base64\":\"");
        out.write(Base64.getEncoder().encode(bytes));
        out.write('"');
    }

    /** Embeds a value, or what is selected of it; false, and nothing written, when it is not JSON. */
    boolean writeJson(byte[] json, ByteSink out) {
        if (json == null) {
            out.writeAscii("null");
            return true;
        }
        int start = out.size();
        if (projector != null) {
            if (!projector.write(json, out)) {
                return false;
            }
        } else if (check.isJson(json)) {
            out.write(json);
        } else {
            return false;
        }
        if (singleLine) {
            byte[] written = out.array();
            for (int i = start; i < out.size(); i++) {
                if (written[i] == '\n' || written[i] == '\r') {
                    written[i] = ' ';
                }
            }
        }
        return true;
    }

    /** A JSON string of well-formed UTF-8: only quotes, backslashes and control characters need escaping. */
    static void writeString(ByteSink out, byte[] utf8) {
        out.write('"');
        int clean = 0;
        for (int i = 0; i < utf8.length; i++) {
            byte b = utf8[i];
            if (b == '"' || b == '\\' || (b >= 0 && b < 0x20)) {
                out.write(utf8, clean, i - clean);
                clean = i + 1;
                out.write('\\');
                writeEscape(out, b);
            }
        }
        out.write(utf8, clean, utf8.length - clean);
        out.write('"');
    }

    private static void writeEscape(ByteSink out, byte b) {
        switch (b) {
            case '"', '\\' -> out.write(b);
            case '\n' -> out.write('n');
            case '\r' -> out.write('r');
            case '\t' -> out.write('t');
            default -> {
                out.writeAscii("u00");
                out.write(HEX[b >> 4]);
                out.write(HEX[b & 0xf]);
            }
        }
    }
}
