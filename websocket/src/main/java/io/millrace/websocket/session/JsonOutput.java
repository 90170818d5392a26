package io.millrace.websocket.session;

import io.millrace.storage.TopicPartition;
import io.millrace.websocket.delivery.Cursor;
import io.millrace.websocket.delivery.MessageDeflate;
import io.millrace.websocket.delivery.RecordsMessage;
import io.millrace.websocket.delivery.SharedFrame;
import io.millrace.websocket.protocol.WireForm;
import io.netty.buffer.ByteBuf;
import java.util.function.Supplier;

/** {@code millrace.v1.json}: a {@code records} message for each frame, shared by all subscriptions of the same number. */
final class JsonOutput extends StreamOutput {

    private final int sid;

    JsonOutput(Outlet outlet, int sid, Supplier<String> token) {
        super(outlet, WireForm.MESSAGES, true, token);
        this.sid = sid;
    }

    @Override
    int records(Cursor cursor, SharedFrame frame, int from, int to, long next) {
        boolean isWhole = from == 0 && to == frame.count() && next == frame.next();
        ByteBuf message = isWhole
                ? frame.message(sharedKey(sid), () -> compose(cursor, frame, from, to, next))
                : compose(cursor, frame, from, to, next);
        int size = message.readableBytes();
        outlet().write(message);
        return size;
    }

    private ByteBuf compose(Cursor cursor, SharedFrame frame, int from, int to, long next) {
        TopicPartition partition = cursor.partition();
        ByteBuf records = frame.elements(from, to);
        try {
            ByteBuf head = RecordsMessage.jsonHead(sid, partition, next, records.readableBytes());
            ByteBuf message = RecordsMessage.whole(head, records, RecordsMessage.jsonTail());
            return outlet().isDeflated() ? MessageDeflate.deflate(message) : message;
        } finally {
            records.release();
        }
    }
}
