package io.millrace.websocket.session;

import io.millrace.websocket.delivery.Cursor;
import io.millrace.websocket.delivery.MessageDeflate;
import io.millrace.websocket.delivery.RecordsMessage;
import io.millrace.websocket.delivery.SharedFrame;
import io.millrace.websocket.protocol.WireForm;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;

/** {@code millrace.v1.bin}: a binary message of records for each frame (gateway protocol §5). */
final class BinaryOutput extends StreamOutput {

    private final int sid;
    private final Map<UUID, Integer> aliases = new HashMap<>();

    BinaryOutput(Outlet outlet, int sid, Supplier<String> token) {
        super(outlet, WireForm.BINARY, true, token);
        this.sid = sid;
    }

    /** Numbers from 1 on, in the order in which topics are first told. */
    @Override
    int alias(Cursor cursor) {
        return aliases.computeIfAbsent(cursor.partition().topicId(), id -> aliases.size() + 1);
    }

    @Override
    int records(Cursor cursor, SharedFrame frame, int from, int to, long next) {
        boolean isWhole = from == 0 && to == frame.count() && next == frame.next() && alias(cursor) == 1;
        ByteBuf message = isWhole
                ? frame.message(sharedKey(sid), () -> compose(cursor, frame, from, to, next))
                : compose(cursor, frame, from, to, next);
        int size = message.readableBytes();
        outlet().write(message);
        return size;
    }

    private ByteBuf compose(Cursor cursor, SharedFrame frame, int from, int to, long next) {
        ByteBuf records = frame.slice(from, to);
        try {
            ByteBuf head = RecordsMessage.binaryHead(
                    cursor.stream().key().conflation() == null ? 0 : RecordsMessage.WITH_MERGED,
                    sid,
                    alias(cursor),
                    cursor.partition().partition(),
                    next,
                    frame,
                    to - from,
                    records.readableBytes());
            ByteBuf message = RecordsMessage.whole(head, records, Unpooled.EMPTY_BUFFER);
            return outlet().isDeflated() ? MessageDeflate.deflate(message) : message;
        } finally {
            records.release();
        }
    }
}
