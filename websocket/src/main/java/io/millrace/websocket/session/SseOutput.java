package io.millrace.websocket.session;

import io.millrace.websocket.delivery.ControlFrame;
import io.millrace.websocket.delivery.Cursor;
import io.millrace.websocket.delivery.SharedFrame;
import io.millrace.websocket.protocol.WireForm;
import io.netty.buffer.ByteBuf;
import java.util.function.Supplier;

/**
 * Server-sent events. The last event of each flush stays open until its token is known: a reconnect of the browser repeats at most one
 * flush.
 */
final class SseOutput extends StreamOutput {

    private boolean eventOpen;

    SseOutput(Outlet outlet, Supplier<String> token) {
        super(outlet, WireForm.SSE, true, token);
    }

    @Override
    int records(Cursor cursor, SharedFrame frame, int from, int to, long next) {
        ByteBuf bytes = frame.slice(from, to);
        int size = bytes.readableBytes();
        outlet().write(bytes);
        eventOpen = true;
        return size;
    }

    @Override
    void endRound() {
        if (eventOpen) {
            eventOpen = false;
            outlet().write(ControlFrame.sseEventEnd(token()));
            told();
        }
    }
}
