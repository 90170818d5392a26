package io.millrace.websocket.session;

import io.millrace.websocket.delivery.Cursor;
import io.millrace.websocket.delivery.RecordsMessage;
import io.millrace.websocket.delivery.SharedFrame;
import io.millrace.websocket.protocol.WireForm;
import io.netty.buffer.ByteBuf;
import java.util.function.Supplier;

/** {@code millrace.v1.bin}: a binary message of records for each frame (gateway protocol §5). */
final class BinaryOutput extends ComposedOutput {

    private final TopicAliases aliases = new TopicAliases();

    BinaryOutput(Outlet outlet, int sid, Supplier<String> token) {
        super(outlet, WireForm.BINARY, sid, token);
    }

    @Override
    int alias(Cursor cursor) {
        return aliases.of(cursor);
    }

    /** What is compressed cannot be given the flag of those who were told of a gap. */
    @Override
    boolean isShared(Cursor cursor) {
        return alias(cursor) == TopicAliases.FIRST && !(cursor.isAfterGap() && outlet().isDeflated());
    }

    @Override
    ByteBuf slice(SharedFrame frame, int from, int to) {
        return frame.slice(from, to);
    }

    @Override
    ByteBuf message(Cursor cursor, SharedFrame frame, ByteBuf records, int count, long next) {
        int flags = cursor.stream().key().conflation() == null ? 0 : RecordsMessage.WITH_MERGED;
        if (frame.isSnapshot()) {
            flags |= RecordsMessage.IN_SNAPSHOT;
        }
        if (cursor.isAfterGap() && outlet().isDeflated()) {
            flags |= RecordsMessage.AFTER_GAP;
        }
        return RecordsMessage.binary(
                flags, sid(), alias(cursor), cursor.partition().partition(), next, frame, count, records);
    }

    /** The message may be everybody's: who was told of a gap gets a head of its own before the rest of it. */
    @Override
    void write(Cursor cursor, ByteBuf message) {
        if (cursor.isAfterGap() && !outlet().isDeflated()) {
            outlet().write(RecordsMessage.takeHeadWith(RecordsMessage.AFTER_GAP, message));
        }
        outlet().write(message);
    }
}
