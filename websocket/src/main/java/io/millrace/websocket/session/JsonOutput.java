package io.millrace.websocket.session;

import io.millrace.storage.TopicPartition;
import io.millrace.websocket.delivery.Cursor;
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
        TopicPartition partition = cursor.partition();
        if (from == 0 && to == frame.count() && next == frame.next()) {
            ByteBuf message = frame.message(sid, () -> {
                ByteBuf records = frame.elements(0, frame.count());
                try {
                    return RecordsMessage.json(sid, partition, next, records);
                } finally {
                    records.release();
                }
            });
            int size = message.readableBytes();
            outlet().write(message);
            return size;
        }
        ByteBuf records = frame.elements(from, to);
        int size = records.readableBytes();
        outlet().write(RecordsMessage.jsonHead(sid, partition, next, size));
        outlet().write(records);
        outlet().write(RecordsMessage.jsonTail());
        return size;
    }
}
