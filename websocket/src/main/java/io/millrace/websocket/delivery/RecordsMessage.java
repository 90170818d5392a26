package io.millrace.websocket.delivery;

import io.millrace.storage.TopicPartition;
import io.millrace.websocket.protocol.ErrorJson;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;

/**
 * Makes one WebSocket message of the records of a frame, for the forms in which a message holds many. The records stay the caller's; JSON
 * ones come without the comma before the first.
 */
public final class RecordsMessage {

    /** The {@code type} of {@link #json} messages. */
    public static final String TYPE = "records";

    /** Flag of frames whose records say for how many they stand. */
    public static final int WITH_MERGED = 0x01;

    /** Flag of the first frame of a partition after a gap. */
    public static final int AFTER_GAP = 0x02;

    /** Flag of frames that are a part of the snapshot of a table. */
    public static final int IN_SNAPSHOT = 0x04;

    private static final int FINAL_TEXT = 0x81;
    private static final int FINAL_BINARY = 0x82;
    private static final int TYPE_RECORDS = 1;
    private static final int TYPE_BATCH = 2;

    /** The longest header of a frame that is not masked (RFC 6455 §5.2). */
    private static final int HEADER_BYTES_MAX = 10;

    private RecordsMessage() {}

    /**
     * The message {@code {"type":"records",…,"records":[…]}}.
     *
     * @param next the position behind it
     */
    public static ByteBuf json(int sid, TopicPartition partition, long next, ByteBuf records) {
        ByteSink head = new ByteSink(128);
        head.writeAscii("{\"type\":\"" + TYPE + "\",\"sid\":");
        head.writeDecimal(sid);
        head.writeAscii(",\"topic\":");
        head.write(ErrorJson.quote(partition.topic()).getBytes(StandardCharsets.UTF_8));
        head.writeAscii(",\"partition\":");
        head.writeDecimal(partition.partition());
        head.writeAscii(",\"next\":");
        head.writeDecimal(next);
        head.writeAscii(",\"records\":[");
        return message(FINAL_TEXT, head, records, "]}");
    }

    /** An array of records. */
    public static ByteBuf array(ByteBuf records) {
        ByteSink head = new ByteSink(1);
        head.write('[');
        return message(FINAL_TEXT, head, records, "]");
    }

    /**
     * A binary message of type 1 (gateway protocol §5).
     *
     * @param flags of the frame
     * @param alias stands for the topic
     * @param next the position behind it
     * @param frame whose start and timestamp the records count from
     * @param count how many records these are
     */
    public static ByteBuf binary(
            int flags, int sid, int alias, int partition, long next, SharedFrame frame, int count, ByteBuf records) {
        ByteSink head = new ByteSink(64);
        head.write(TYPE_RECORDS);
        head.write(flags);
        head.writeVarlong(sid);
        head.writeVarlong(alias);
        head.writeVarlong(partition);
        head.writeVarlong(next);
        head.writeVarlong(frame.start());
        head.writeVarlong(frame.baseTimestampMs());
        head.writeVarlong(count);
        return message(FINAL_BINARY, head, records, "");
    }

    /**
     * What a binary message of type 2 begins with (gateway protocol §5), WebSocket header included; whole batches of so many bytes are to
     * be written behind it.
     */
    public static ByteBuf batchHead(int flags, int sid, int alias, int partition, long next, int batchBytes) {
        ByteSink head = new ByteSink(32);
        head.write(TYPE_BATCH);
        head.write(flags);
        head.writeVarlong(sid);
        head.writeVarlong(alias);
        head.writeVarlong(partition);
        head.writeVarlong(next);
        ByteBuf out = ByteBufAllocator.DEFAULT.directBuffer(head.size() + HEADER_BYTES_MAX);
        writeHeader(out, FINAL_BINARY, (long) head.size() + batchBytes);
        return out.writeBytes(head.array(), 0, head.size());
    }

    /**
     * The beginning of a message of {@link #binary}, up to and with its flags, with one flag more: who writes it, and then the rest of the
     * message, need not copy that. The message's reader index moves to the rest.
     */
    public static ByteBuf takeHeadWith(int flag, ByteBuf message) {
        int start = message.readerIndex();
        int length = message.getByte(start + 1) & 0x7F;
        int headerBytes = length < 126 ? 2 : length == 126 ? 4 : HEADER_BYTES_MAX;
        ByteBuf head = ByteBufAllocator.DEFAULT.directBuffer(headerBytes + 2);
        message.readBytes(head, headerBytes + 2);
        head.setByte(headerBytes + 1, head.getByte(headerBytes + 1) | flag);
        return head;
    }

    private static ByteBuf message(int firstByte, ByteSink head, ByteBuf records, String tail) {
        int payload = Math.addExact(head.size() + tail.length(), records.readableBytes());
        ByteBuf out = ByteBufAllocator.DEFAULT.directBuffer(Math.addExact(payload, HEADER_BYTES_MAX));
        writeHeader(out, firstByte, payload);
        out.writeBytes(head.array(), 0, head.size());
        out.writeBytes(records, records.readerIndex(), records.readableBytes());
        out.writeCharSequence(tail, StandardCharsets.US_ASCII);
        return out;
    }

    /** The header of a frame that is not masked (RFC 6455 §5.2). */
    static void writeHeader(ByteBuf out, int firstByte, long payloadBytes) {
        out.writeByte(firstByte);
        if (payloadBytes < 126) {
            out.writeByte((int) payloadBytes);
        } else if (payloadBytes <= 0xFFFF) {
            out.writeByte(126).writeShort((int) payloadBytes);
        } else {
            out.writeByte(127).writeLong(payloadBytes);
        }
    }
}
