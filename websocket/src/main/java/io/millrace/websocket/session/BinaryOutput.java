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
final class BinaryOutput extends ComposedOutput {

    /** The first topic of a subscription has it, so that most subscriptions can share messages. */
    private static final int FIRST_ALIAS = 1;

    private final Map<UUID, Integer> aliases = new HashMap<>();

    BinaryOutput(Outlet outlet, int sid, Supplier<String> token) {
        super(outlet, WireForm.BINARY, sid, token);
    }

    /** Numbers in the order in which topics are first told. */
    @Override
    int alias(Cursor cursor) {
        return aliases.computeIfAbsent(cursor.partition().topicId(), id -> FIRST_ALIAS + aliases.size());
    }

    @Override
    boolean isShared(Cursor cursor) {
        return alias(cursor) == FIRST_ALIAS;
    }

    @Override
    ByteBuf slice(SharedFrame frame, int from, int to) {
        return frame.slice(from, to);
    }

    @Override
    ByteBuf message(Cursor cursor, SharedFrame frame, ByteBuf records, int count, long next) {
        int flags = cursor.stream().key().conflation() == null ? 0 : RecordsMessage.WITH_MERGED;
        return RecordsMessage.binary(
                flags, sid(), alias(cursor), cursor.partition().partition(), next, frame, count, records);
    }
}
