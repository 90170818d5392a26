package io.millrace.websocket.session;

import io.millrace.websocket.delivery.Cursor;
import io.millrace.websocket.delivery.RecordsMessage;
import io.millrace.websocket.delivery.SharedFrame;
import io.millrace.websocket.protocol.WireForm;
import io.netty.buffer.ByteBuf;
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
        ByteBuf records = frame.slice(from, to);
        int size = records.readableBytes();
        outlet().write(RecordsMessage.binaryHead(
                0, sid, alias(cursor), cursor.partition().partition(), next, frame, to - from, size));
        outlet().write(records);
        return size;
    }
}
