package io.millrace.websocket.session;

import io.millrace.websocket.delivery.Cursor;
import io.millrace.websocket.delivery.RecordsMessage;
import io.millrace.websocket.delivery.SharedFrame;
import io.millrace.websocket.protocol.WireForm;
import io.netty.buffer.ByteBuf;
import java.util.function.Supplier;

/**
 * {@code millrace.v1.bin} with {@code format=batch}: a binary message of whole batches for each frame (gateway protocol §5). Each follower
 * has a head of its own; behind it all are written the same memory. It is never compressed: producers do that.
 */
final class BatchOutput extends StreamOutput {

    private final int sid;
    private final TopicAliases aliases = new TopicAliases();

    BatchOutput(Outlet outlet, int sid, Supplier<String> token) {
        super(outlet, WireForm.BATCHES, true, token);
        this.sid = sid;
    }

    @Override
    int alias(Cursor cursor) {
        return aliases.of(cursor);
    }

    @Override
    int records(Cursor cursor, SharedFrame frame, int from, int to, long next) {
        ByteBuf batches = frame.slice(from, to);
        int size = batches.readableBytes();
        ByteBuf head = RecordsMessage.batchHead(
                cursor.isAfterGap() ? RecordsMessage.AFTER_GAP : 0,
                sid,
                alias(cursor),
                cursor.partition().partition(),
                next,
                size);
        size += head.readableBytes();
        outlet().write(head);
        outlet().write(batches);
        return size;
    }
}
