package io.millrace.websocket.session;

import io.millrace.websocket.delivery.Cursor;
import io.millrace.websocket.delivery.SharedFrame;
import io.millrace.websocket.protocol.WireForm;
import io.netty.buffer.ByteBuf;
import java.util.function.Supplier;

/** Records one by one, each framed already: plain WebSockets and NDJSON. */
final class PlainOutput extends StreamOutput {

    PlainOutput(Outlet outlet, WireForm form, boolean hasControl, Supplier<String> token) {
        super(outlet, form, hasControl, token);
    }

    @Override
    int records(Cursor cursor, SharedFrame frame, int from, int to, long next) {
        ByteBuf bytes = frame.slice(from, to);
        int size = bytes.readableBytes();
        outlet().write(bytes);
        return size;
    }
}
