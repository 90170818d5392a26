package io.millrace.websocket.delivery;

import io.millrace.storage.TopicPartition;
import io.millrace.websocket.protocol.ErrorJson;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/**
 * What stands before and behind the records of a frame to make a WebSocket message of them, for the forms in which a message holds many
 * records. The records themselves stay where they are, shared: head, records and tail are written one after the other.
 */
public final class RecordsMessage {

    private static final int FINAL_TEXT = 0x81;
    private static final int FINAL_BINARY = 0x82;
    private static final int TYPE_RECORDS = 1;

    /** Flag of frames whose records say for how many they stand. */
    public static final int WITH_MERGED = 0x01;

    private static final ByteBuf END_OF_MESSAGE = constant("]}");
    private static final ByteBuf END_OF_ARRAY = constant("]");

    private RecordsMessage() {}

    /** The end of a message whose head was made by {@link #jsonHead}. */
    public static ByteBuf jsonTail() {
        return END_OF_MESSAGE.duplicate();
    }

    /** The end of a message whose head was made by {@link #arrayHead}. */
    public static ByteBuf arrayTail() {
        return END_OF_ARRAY.duplicate();
    }

    /**
     * The head of {@code {"type":"records",…,"records":[…]}}.
     *
     * @param next the position behind the message
     * @param recordsBytes of the records that follow, without the comma before the first
     */
    public static ByteBuf jsonHead(int sid, TopicPartition partition, long next, int recordsBytes) {
        ByteSink json = new ByteSink(128);
        json.writeAscii("{\"type\":\"records\",\"sid\":");
        json.writeDecimal(sid);
        json.writeAscii(",\"topic\":");
        json.write(ErrorJson.quote(partition.topic()).getBytes(StandardCharsets.UTF_8));
        json.writeAscii(",\"partition\":");
        json.writeDecimal(partition.partition());
        json.writeAscii(",\"next\":");
        json.writeDecimal(next);
        json.writeAscii(",\"records\":[");
        return framed(FINAL_TEXT, json, recordsBytes + END_OF_MESSAGE.readableBytes());
    }

    /** The head of an array of records. */
    public static ByteBuf arrayHead(int recordsBytes) {
        ByteSink json = new ByteSink(1);
        json.write('[');
        return framed(FINAL_TEXT, json, recordsBytes + END_OF_ARRAY.readableBytes());
    }

    /**
     * The head of a binary message of type 1 (gateway protocol §5).
     *
     * @param flags of the frame
     * @param alias stands for the topic
     * @param frame whose start and timestamp the records count from
     */
    public static ByteBuf binaryHead(
            int flags, int sid, int alias, int partition, long next, SharedFrame frame, int count, int recordsBytes) {
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
        return framed(FINAL_BINARY, head, recordsBytes);
    }

    private static ByteBuf framed(int firstByte, ByteSink head, int bytesBehind) {
        long payload = (long) head.size() + bytesBehind;
        ByteBuf out = ByteBufAllocator.DEFAULT.directBuffer(head.size() + 10);
        writeHeader(out, firstByte, payload);
        return out.writeBytes(head.array(), 0, head.size());
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

    /** Head, records and tail as one buffer. The head is taken over, the records are the caller's. */
    public static ByteBuf whole(ByteBuf head, ByteBuf records, ByteBuf tail) {
        try {
            int size = head.readableBytes() + records.readableBytes() + tail.readableBytes();
            return ByteBufAllocator.DEFAULT
                    .directBuffer(size, size)
                    .writeBytes(head)
                    .writeBytes(records.duplicate())
                    .writeBytes(tail);
        } finally {
            head.release();
        }
    }

    /** Bytes that are never released. */
    private static ByteBuf constant(String text) {
        ByteBuf bytes = ByteBufAllocator.DEFAULT.directBuffer(text.length());
        bytes.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
        return Unpooled.unreleasableBuffer(bytes).asReadOnly();
    }
}
