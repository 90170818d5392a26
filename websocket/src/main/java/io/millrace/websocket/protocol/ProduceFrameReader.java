package io.millrace.websocket.protocol;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.record.NewRecord;
import io.millrace.cluster.record.RecordHeader;
import io.millrace.cluster.record.Utf8;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Reads the PRODUCE frames of clients of {@code millrace.v1.bin} (gateway protocol §5, type 3). No length or number of a frame is believed
 * before as many bytes are there, so what is allocated is bounded by the size of the message. One for each frame.
 */
public final class ProduceFrameReader {

    private static final int TYPE = 3;
    private static final int VARLONG_BYTES_MAX = 10;
    /** Kafka's longest name. */
    private static final int TOPIC_BYTES_MAX = 249;
    /** The difference of its timestamp, two lengths, and the number of its headers. */
    private static final int RECORD_BYTES_MIN = 4;
    /** Two lengths. */
    private static final int HEADER_BYTES_MIN = 2;
    /** Says that the server's clock is to be taken. */
    private static final long NO_TIMESTAMP = -1;

    private final byte[] frame;
    private int at;

    private ProduceFrameReader(byte[] frame) {
        this.frame = frame;
    }

    private static final class Malformed extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Malformed(String message) {
            super(message, null, false, false);
        }
    }

    /**
     * Reads one frame.
     *
     * @throws ClientMessageReader.RefusedMessage when it cannot be done; with its id
     * @throws MillraceException INVALID_REQUEST when it cannot even be read as far as its id
     */
    public static ClientMessage.Produce read(byte[] frame) {
        ProduceFrameReader in = new ProduceFrameReader(frame);
        String id;
        try {
            in.head();
            id = in.text("id", ClientMessageReader.ID_BYTES_MAX);
        } catch (Malformed e) {
            throw wrong("a binary message could not be read: " + e.getMessage());
        }
        try {
            return in.produce(id);
        } catch (Malformed e) {
            throw new ClientMessageReader.RefusedMessage(ServerMessage.NO_SID, id, wrong(e.getMessage()));
        }
    }

    private static MillraceException wrong(String message) {
        return new MillraceException(ErrorCode.INVALID_REQUEST, message);
    }

    private void head() {
        int type = u8("type");
        if (type != TYPE) {
            throw new Malformed("type " + type + " is not known; clients send " + TYPE + " (PRODUCE)");
        }
        int flags = u8("flags");
        if (flags != 0) {
            throw new Malformed("flags " + flags + " are not known; write 0");
        }
        varlong("sid");
    }

    private ClientMessage.Produce produce(String id) {
        String topic = text("topic", TOPIC_BYTES_MAX);
        if (topic == null) {
            throw new Malformed("topic: is missing");
        }
        String acks = Integer.toString((byte) u8("acks"));
        long baseTimestamp = varlong("baseTimestamp");
        int count = count("records", RECORD_BYTES_MIN);
        if (count == 0) {
            throw new Malformed("records: are missing");
        }
        List<ClientMessage.Produced> records = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            records.add(new ClientMessage.Produced(-1, record(baseTimestamp)));
        }
        if (at < frame.length) {
            throw new Malformed((frame.length - at)
                    + " bytes follow the last record; write each frame into a message of" + " its own");
        }
        return new ClientMessage.Produce(id, topic, acks, -1, null, records);
    }

    private NewRecord record(long baseTimestamp) {
        long timestampMs = timestamp(baseTimestamp, varlong("timestamp"));
        byte[] key = bytes("key");
        byte[] value = bytes("value");
        int headerCount = count("headers", HEADER_BYTES_MIN);
        List<RecordHeader> headers = headerCount == 0 ? List.of() : new ArrayList<>(headerCount);
        for (int i = 0; i < headerCount; i++) {
            String name = text("name of a header", Integer.MAX_VALUE);
            if (name == null) {
                throw new Malformed("headers: a name is missing");
            }
            headers.add(new RecordHeader(name, bytes("value of a header")));
        }
        return new NewRecord(timestampMs, key, value, headers);
    }

    private static long timestamp(long base, long difference) {
        try {
            long timestampMs = Math.addExact(base, difference);
            if (timestampMs >= NO_TIMESTAMP) {
                return timestampMs;
            }
        } catch (ArithmeticException e) {
            // Said below.
        }
        throw new Malformed("timestamp: " + base + " and " + difference
                + " are no time; write milliseconds since 1970, or -1 for the time of the server");
    }

    /** How many of something follow that take at least so many bytes each. */
    private int count(String what, int bytesMin) {
        int from = at;
        long count = varlong("number of " + what);
        if (count < 0 || count > (frame.length - at) / bytesMin) {
            throw new Malformed(what + ": there cannot be " + count + " (byte " + from + "), when "
                    + (frame.length - at) + " bytes follow");
        }
        return (int) count;
    }

    private String text(String what, int bytesMax) {
        int from = at;
        byte[] bytes = bytes(what);
        if (bytes == null) {
            return null;
        }
        if (bytes.length > bytesMax) {
            throw new Malformed(what + ": is longer than " + bytesMax + " bytes");
        }
        String text = Utf8.textOrNull(bytes);
        if (text == null) {
            throw new Malformed(what + ": is not UTF-8 (byte " + from + ")");
        }
        return text;
    }

    /** Bytes with their length before them, null for -1. */
    private byte[] bytes(String what) {
        int from = at;
        long length = varlong("length of " + what);
        if (length == -1) {
            return null;
        }
        if (length < 0 || length > frame.length - at) {
            throw new Malformed(what + ": cannot be " + length + " bytes long (byte " + from + "), when "
                    + (frame.length - at) + " follow");
        }
        at += (int) length;
        return Arrays.copyOfRange(frame, at - (int) length, at);
    }

    private int u8(String what) {
        if (at == frame.length) {
            throw new Malformed(what + ": is missing, the message ends before it");
        }
        return frame[at++] & 0xFF;
    }

    /** A number as Kafka writes it: zig-zag, seven bits to a byte, lowest first. */
    private long varlong(String what) {
        long bits = 0;
        for (int i = 0; i < VARLONG_BYTES_MAX; i++) {
            int next = u8(what);
            if (i == VARLONG_BYTES_MAX - 1 && next > 1) {
                break;
            }
            bits |= (long) (next & 0x7F) << 7 * i;
            if (next < 0x80) {
                return bits >>> 1 ^ -(bits & 1);
            }
        }
        throw new Malformed(what + ": has more than 64 bits (byte " + (at - VARLONG_BYTES_MAX) + ")");
    }
}
