package io.millrace.websocket.session;

import io.millrace.websocket.delivery.ControlFrame;
import io.millrace.websocket.protocol.Transport;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.vertx.core.http.HttpServerResponse;

/** The body of an HTTP/1.1 response, SSE or NDJSON: each write is a chunk. The head must have been written. */
public final class HttpOutlet extends NettyOutlet {

    private final HttpServerResponse response;
    private final Transport transport;

    /** On the event loop of the connection, after the head of the response was written. */
    public HttpOutlet(
            HttpServerResponse response,
            ChannelHandlerContext connection,
            Transport transport,
            int bufferBytes,
            long closeTimeoutMs) {
        super(connection, bufferBytes, closeTimeoutMs);
        this.response = response;
        this.transport = transport;
    }

    @Override
    public Transport transport() {
        return transport;
    }

    @Override
    public void write(ByteBuf framed) {
        connection().write(new DefaultHttpContent(framed), connection().voidPromise());
    }

    @Override
    public void heartbeat() {
        if (transport == Transport.SSE) {
            write(ControlFrame.sseComment());
            flush();
        }
    }

    @Override
    public boolean isHeartbeatAnswered() {
        return false;
    }

    @Override
    void sayGoodbye(StreamEnd end) {
        // Vert.x counts its responses and takes the next request, so the end goes through it; it waits for room in the
        // buffer.
        response.end().onSuccess(ended -> leaveConnection());
    }

    @Override
    boolean isGoodbye(Object message) {
        return false;
    }

    @Override
    void answerGoodbye(Object message) {
        throw new IllegalStateException("HTTP has no message that ends a response from the client's side");
    }

    /** Hanging up is how HTTP clients leave. */
    @Override
    int closeCodeOfLoss() {
        return StreamEnd.NORMAL;
    }
}
