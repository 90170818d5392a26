package io.millrace.websocket.session;

import io.millrace.websocket.delivery.Cursor;
import io.millrace.websocket.delivery.RecordsMessage;
import io.millrace.websocket.delivery.SharedFrame;
import io.millrace.websocket.protocol.WireForm;
import io.netty.buffer.ByteBuf;
import java.util.function.Supplier;

/** {@code millrace.v1.json}: a {@code records} message for each frame (gateway protocol §4.2). */
final class JsonOutput extends ComposedOutput {

    JsonOutput(Outlet outlet, int sid, Supplier<String> token) {
        super(outlet, WireForm.MESSAGES, sid, token);
    }

    @Override
    ByteBuf slice(SharedFrame frame, int from, int to) {
        return frame.elements(from, to);
    }

    @Override
    ByteBuf message(Cursor cursor, SharedFrame frame, ByteBuf records, int count, long next) {
        return RecordsMessage.json(sid(), cursor.partition(), next, records);
    }
}
