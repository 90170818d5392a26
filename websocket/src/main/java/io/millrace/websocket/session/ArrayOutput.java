package io.millrace.websocket.session;

import io.millrace.websocket.delivery.Cursor;
import io.millrace.websocket.delivery.MessageDeflate;
import io.millrace.websocket.delivery.RecordsMessage;
import io.millrace.websocket.delivery.SharedFrame;
import io.millrace.websocket.protocol.WireForm;
import io.netty.buffer.ByteBuf;
import java.util.function.Supplier;

/** A plain WebSocket whose messages are arrays of records ({@code batch}). */
final class ArrayOutput extends StreamOutput {

    private final int batch;

    ArrayOutput(Outlet outlet, int batch, boolean hasControl, Supplier<String> token) {
        super(outlet, WireForm.ARRAYS, hasControl, token);
        this.batch = batch;
    }

    @Override
    int records(Cursor cursor, SharedFrame frame, int from, int to, long next) {
        int bytes = 0;
        for (int at = from; at < to; at += batch) {
            ByteBuf records = frame.elements(at, Math.min(to, at + batch));
            bytes += records.readableBytes();
            ByteBuf message = RecordsMessage.array(records);
            records.release();
            outlet().write(outlet().isDeflated() ? MessageDeflate.deflate(message) : message);
        }
        return bytes;
    }
}
