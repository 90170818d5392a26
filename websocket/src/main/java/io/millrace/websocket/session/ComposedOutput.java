package io.millrace.websocket.session;

import io.millrace.websocket.delivery.Cursor;
import io.millrace.websocket.delivery.MessageDeflate;
import io.millrace.websocket.delivery.SharedFrame;
import io.millrace.websocket.protocol.WireForm;
import io.netty.buffer.ByteBuf;
import java.util.function.Supplier;

/**
 * A subprotocol: one message for the records of a frame, composed, and compressed where that was agreed on, once for all subscriptions of
 * the same number.
 */
abstract class ComposedOutput extends StreamOutput {

    private final int sid;

    ComposedOutput(Outlet outlet, WireForm form, int sid, Supplier<String> token) {
        super(outlet, form, true, token);
        this.sid = sid;
    }

    final int sid() {
        return sid;
    }

    /** The records of a frame as a message needs them; the caller releases them. */
    abstract ByteBuf slice(SharedFrame frame, int from, int to);

    /** The message of these records, not compressed. */
    abstract ByteBuf message(Cursor cursor, SharedFrame frame, ByteBuf records, int count, long next);

    /** Whether others of the same number would be sent the same for a whole frame. */
    boolean isShared(Cursor cursor) {
        return true;
    }

    @Override
    final int records(Cursor cursor, SharedFrame frame, int from, int to, long next) {
        boolean isWhole = from == 0 && to == frame.count() && next == frame.next();
        ByteBuf message = isWhole && isShared(cursor) ? shared(cursor, frame) : compose(cursor, frame, from, to, next);
        int size = message.readableBytes();
        write(cursor, message);
        return size;
    }

    /** Writes a message that others may be sent, too. */
    void write(Cursor cursor, ByteBuf message) {
        outlet().write(message);
    }

    private ByteBuf shared(Cursor cursor, SharedFrame frame) {
        int key = sharedKey();
        // Nearly all followers of a frame find it, and then nothing is allocated to ask for it.
        ByteBuf message = frame.message(key);
        return message != null
                ? message
                : frame.message(key, () -> compose(cursor, frame, 0, frame.count(), frame.next()));
    }

    /** What a message depends on, besides its frame. */
    private int sharedKey() {
        return sid * 2 + (outlet().isDeflated() ? 1 : 0);
    }

    private ByteBuf compose(Cursor cursor, SharedFrame frame, int from, int to, long next) {
        ByteBuf records = slice(frame, from, to);
        try {
            ByteBuf message = message(cursor, frame, records, to - from, next);
            return outlet().isDeflated() ? MessageDeflate.deflate(message) : message;
        } finally {
            records.release();
        }
    }
}
