package io.millrace.websocket.session;

import io.millrace.websocket.delivery.ControlFrame;
import io.millrace.websocket.protocol.Transport;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;

/** The body of a response that shares its connection with others (HTTP/2): through Vert.x, which keeps the flow control. */
public final class Http2Outlet implements Outlet {

    private final Vertx vertx;
    private final HttpServerResponse response;
    private final Transport transport;
    private final long closeTimeoutMs;
    private long written;
    private long taken;
    private boolean closed;

    /** On the event loop of the connection, after the head of the response was written. */
    public Http2Outlet(
            Vertx vertx, HttpServerResponse response, Transport transport, int bufferBytes, long closeTimeoutMs) {
        this.vertx = vertx;
        this.response = response;
        this.transport = transport;
        this.closeTimeoutMs = closeTimeoutMs;
        response.setWriteQueueMaxSize(bufferBytes);
    }

    @Override
    public Transport transport() {
        return transport;
    }

    @Override
    public void listen(Listener listener) {
        response.drainHandler(v -> listener.writable());
        response.closeHandler(v -> {
            closed = true;
            listener.closed(StreamEnd.NORMAL);
        });
        response.exceptionHandler(ignored -> {});
        if (response.closed()) {
            closed = true;
            listener.closed(StreamEnd.NORMAL);
        }
    }

    @Override
    public boolean isWritable() {
        return !closed && !response.writeQueueFull();
    }

    @Override
    public void write(ByteBuf framed) {
        byte[] bytes = ByteBufUtil.getBytes(framed);
        framed.release();
        if (!closed) {
            written += bytes.length;
            response.write(Buffer.buffer(bytes)).onSuccess(v -> taken += bytes.length);
        }
    }

    @Override
    public void flush() {
        // Vert.x flushes.
    }

    @Override
    public void heartbeat() {
        write(ControlFrame.heartbeat(transport));
    }

    @Override
    public boolean isHeartbeatAnswered() {
        return false;
    }

    @Override
    public long progress() {
        return written - taken;
    }

    @Override
    public void close(StreamEnd end, Runnable onReleased) {
        if (closed) {
            onReleased.run();
            return;
        }
        closed = true;
        long cut = vertx.setTimer(closeTimeoutMs, timer -> response.reset());
        response.end().onComplete(ended -> {
            vertx.cancelTimer(cut);
            onReleased.run();
        });
    }
}
