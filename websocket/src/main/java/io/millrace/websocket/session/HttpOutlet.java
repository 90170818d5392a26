package io.millrace.websocket.session;

import io.millrace.websocket.delivery.ControlFrame;
import io.millrace.websocket.protocol.Transport;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.http.HttpServerResponse;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * The body of an HTTP/1.1 response, SSE or NDJSON: each write is a chunk. The head must have been written.
 *
 * <p>Requests that the client sends behind the stream wait here until it has ended. Vert.x would stop reading the connection, and then
 * nobody would hear that the client has gone until something is written, which on a quiet topic is never.
 */
public final class HttpOutlet extends NettyOutlet {

    /** Parts of requests that may wait: enough for a few, which is more than clients do that mean well. */
    private static final int WAITING_MAX = 16;

    private final HttpServerResponse response;
    private final Transport transport;
    private final Queue<Object> waiting = new ArrayDeque<>();

    /** On the event loop of the connection, after the head of the response was written. */
    public HttpOutlet(
            HttpServerResponse response, Channel channel, Transport transport, int bufferBytes, long closeTimeoutMs) {
        super(channel, bufferBytes, closeTimeoutMs);
        this.response = response;
        this.transport = transport;
        // Vert.x may have stopped already, or be about to, for requests that came with the first one.
        connection().executor().execute(this::readOn);
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
        write(ControlFrame.heartbeat(transport));
        flush();
    }

    @Override
    public boolean isHeartbeatAnswered() {
        return false;
    }

    @Override
    void sayGoodbye(StreamEnd end) {
        // Vert.x counts its responses and takes the next request, so the end goes through it; it waits for room in the
        // buffer.
        response.end().onSuccess(ended -> {
            ChannelHandlerContext here = connection().pipeline().context(this);
            while (here != null && !waiting.isEmpty()) {
                here.fireChannelRead(waiting.poll());
            }
            leaveConnection();
        });
    }

    @Override
    boolean take(Object message) {
        // What comes before the next request belongs to the one of this stream.
        if (waiting.isEmpty() && !(message instanceof HttpRequest)) {
            return false;
        }
        waiting.add(message);
        if (waiting.size() > WAITING_MAX) {
            connection().close();
        }
        return true;
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        if (!context.channel().isActive()) {
            waiting.forEach(ReferenceCountUtil::release);
            waiting.clear();
        }
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
