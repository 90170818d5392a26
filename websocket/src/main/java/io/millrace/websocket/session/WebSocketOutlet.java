package io.millrace.websocket.session;

import io.millrace.websocket.protocol.ErrorJson;
import io.millrace.websocket.protocol.Transport;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketFrameEncoder;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.ReferenceCountUtil;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A WebSocket. Records come as whole frames, header included, in buffers that many sockets share. They are written from the
 * place of the frame encoder towards the socket, so no encoder of the pipeline touches them, not even the HTTP one, which leaves
 * only some time after the handshake.
 */
public final class WebSocketOutlet extends NettyOutlet {

    private static final Logger LOG = LoggerFactory.getLogger(WebSocketOutlet.class);
    private static final int PROTOCOL_ERROR = WebSocketCloseStatus.PROTOCOL_ERROR.code();

    private final ChannelHandlerContext encoder;
    private final MessageAssembler messages;
    private final UnfinishedMessage unfinished;
    private final boolean deflated;

    /**
     * On the event loop of the socket, right after the handshake.
     *
     * @param channel the channel of the connection, whose last handler is Vert.x' for the socket; it is of no use to it from now on
     * @param budget what all clients may have sent of messages that are not whole
     * @param messages takes what the client sends; null when that means nothing
     * @param deflated whether compression was agreed on
     */
    public WebSocketOutlet(
            Channel channel,
            int bufferBytes,
            long closeTimeoutMs,
            InboundBudget budget,
            MessageAssembler messages,
            boolean deflated) {
        super(channel, bufferBytes, closeTimeoutMs);
        this.messages = messages;
        this.deflated = deflated;
        encoder = connection().pipeline().context(WebSocketFrameEncoder.class);
        unfinished = new UnfinishedMessage(budget, this::listener);
        connection()
                .pipeline()
                .addBefore(
                        connection()
                                .pipeline()
                                .context(WebSocketFrameDecoder.class)
                                .name(),
                        null,
                        unfinished);
        leaveVertx(channel.pipeline());
        // Until somebody listens.
        pauseReading(true);
    }

    /**
     * From the handshake on Vert.x has nothing to do here, and what it keeps for each WebSocket is more than all of ours. Its handler of idle
     * connections makes an object of every write; {@link KeepAlive} looks for those.
     */
    private static void leaveVertx(ChannelPipeline pipeline) {
        pipeline.removeLast();
        if (pipeline.get(IdleStateHandler.class) != null) {
            pipeline.remove(IdleStateHandler.class);
        }
    }

    @Override
    public Transport transport() {
        return Transport.WEBSOCKET;
    }

    @Override
    public boolean isDeflated() {
        return deflated;
    }

    @Override
    public void write(ByteBuf framed) {
        encoder.write(framed, encoder.voidPromise());
    }

    @Override
    public void heartbeat() {
        connection().write(new PingWebSocketFrame(), connection().voidPromise());
        flush();
    }

    @Override
    public boolean isHeartbeatAnswered() {
        return true;
    }

    @Override
    public void ping(long number) {
        connection()
                .write(
                        new PingWebSocketFrame(Unpooled.buffer(Long.BYTES).writeLong(number)),
                        connection().voidPromise());
    }

    /** Vert.x would close with 1000, as if all were well. */
    @Override
    StreamEnd endOf(Throwable cause) {
        if (cause instanceof CorruptedWebSocketFrameException e) {
            return StreamEnd.protocolViolated(e.closeStatus().code(), e.getMessage());
        }
        LOG.error("A WebSocket is closed because of an error of this node", cause);
        return StreamEnd.of(ErrorJson.asAnswer(cause));
    }

    @Override
    boolean take(Object message) {
        try {
            if (message instanceof WebSocketFrame frame) {
                takeFrame(frame);
                unfinished.frame(messages == null ? 0 : messages.waitingBytes());
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
        return true;
    }

    private void takeFrame(WebSocketFrame frame) {
        if (!isAgreed(frame) && listener() != null) {
            listener().broke(StreamEnd.protocolViolated(PROTOCOL_ERROR, "a frame has reserved bits set"));
        } else if (frame instanceof PingWebSocketFrame) {
            connection()
                    .writeAndFlush(
                            new PongWebSocketFrame(frame.content().retain()),
                            connection().voidPromise());
        } else if (frame instanceof PongWebSocketFrame) {
            if (frame.content().readableBytes() == Long.BYTES && listener() != null) {
                listener().ponged(frame.content().getLong(frame.content().readerIndex()));
            }
        } else if (isData(frame) && messages != null) {
            // Of a plain client they mean nothing.
            messages.add(frame, listener());
        }
    }

    /** Reserved bits are there for compression only, and which frames may have its bit is known by who puts messages together. */
    private boolean isAgreed(WebSocketFrame frame) {
        return frame.rsv() == 0 || (deflated && isData(frame));
    }

    private static boolean isData(Object message) {
        return message instanceof TextWebSocketFrame
                || message instanceof BinaryWebSocketFrame
                || message instanceof ContinuationWebSocketFrame;
    }

    @Override
    void sayGoodbye(StreamEnd end) {
        connection()
                .write(
                        new CloseWebSocketFrame(end.closeCode(), end.reason()),
                        connection().voidPromise());
    }

    @Override
    boolean isGoodbye(Object message) {
        return message instanceof CloseWebSocketFrame;
    }

    @Override
    void answerGoodbye(Object message) {
        int code = ((CloseWebSocketFrame) message).statusCode();
        CloseWebSocketFrame answer = code < 0 ? new CloseWebSocketFrame() : new CloseWebSocketFrame(code, "");
        connection().writeAndFlush(answer).addListener(written -> connection().close());
    }

    @Override
    int closeCodeOfLoss() {
        return StreamEnd.GONE;
    }
}
