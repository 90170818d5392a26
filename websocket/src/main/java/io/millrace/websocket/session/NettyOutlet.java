package io.millrace.websocket.session;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.TimeUnit;

/**
 * What outlets share that write to a connection's channel themselves, beside Vert.x: one write for each follower and frame, with
 * no object of its own. A handler in the pipeline tells of writability and of what comes in.
 *
 * <p>While the buffer is full the socket is not read either: what a client asks for meanwhile (a pong for each of its pings) would
 * have to be queued somewhere.
 */
abstract class NettyOutlet extends ChannelInboundHandlerAdapter implements Outlet {

    private final ChannelHandlerContext connection;
    private final long closeTimeoutMs;
    private Listener listener;
    private boolean closing;
    private boolean saidGoodbye;

    /**
     * Must be called on the channel's event loop.
     *
     * @param connection the context of Vert.x' handler at the end of the pipeline
     */
    NettyOutlet(ChannelHandlerContext connection, int bufferBytes, long closeTimeoutMs) {
        this.connection = connection;
        this.closeTimeoutMs = closeTimeoutMs;
        channel().config().setWriteBufferWaterMark(new WriteBufferWaterMark(bufferBytes / 2, bufferBytes));
        connection.pipeline().addBefore(connection.name(), null, this);
    }

    final ChannelHandlerContext connection() {
        return connection;
    }

    private Channel channel() {
        return connection.channel();
    }

    @Override
    public final void listen(Listener newListener) {
        listener = newListener;
        if (!channel().isActive()) {
            newListener.closed(closeCodeOfLoss());
        }
    }

    @Override
    public final boolean isWritable() {
        return channel().isWritable();
    }

    @Override
    public final void flush() {
        connection.flush();
    }

    @Override
    public final long progress() {
        ChannelOutboundBuffer buffer = channel().unsafe().outboundBuffer();
        return buffer == null ? 0 : buffer.totalPendingWriteBytes() - buffer.currentProgress();
    }

    @Override
    public final void close(StreamEnd end) {
        if (closing) {
            return;
        }
        closing = true;
        if (!channel().isActive()) {
            return;
        }
        saidGoodbye = true;
        sayGoodbye(end);
        flush();
        connection
                .executor()
                .schedule(
                        () -> {
                            // From Vert.x' own context towards the socket: its handler would wait for the client again.
                            if (!isReleased() && channel().isActive()) {
                                connection.close();
                            }
                        },
                        closeTimeoutMs,
                        TimeUnit.MILLISECONDS);
    }

    /** Writes the end of the stream. */
    abstract void sayGoodbye(StreamEnd end);

    /** Whether a message from the client ends the stream. */
    abstract boolean isGoodbye(Object message);

    /** What it means that the connection is gone. */
    abstract int closeCodeOfLoss();

    /** Whether the connection went on to other work after the stream, and is not to be cut. */
    boolean isReleased() {
        return false;
    }

    /** Takes this outlet out of the connection, which goes on without it. */
    final void removeFromPipeline() {
        if (connection.pipeline().context(this) != null) {
            connection.pipeline().remove(this);
        }
        channel().config().setAutoRead(true);
    }

    @Override
    public final void channelWritabilityChanged(ChannelHandlerContext context) {
        boolean writable = isWritable();
        channel().config().setAutoRead(writable);
        context.fireChannelWritabilityChanged();
        if (writable && listener != null) {
            listener.writable();
        }
    }

    @Override
    public final void channelRead(ChannelHandlerContext context, Object message) {
        if (saidGoodbye && isGoodbye(message)) {
            // The answer to our own: both sides are done. Vert.x does not know of ours and would send another one.
            ReferenceCountUtil.release(message);
            connection.close();
            return;
        }
        if (listener != null) {
            listener.heard();
            if (isGoodbye(message)) {
                // Whoever reads it answers it and closes the connection; nothing may be written behind the answer.
                closing = true;
                listener.closed(StreamEnd.NORMAL);
            }
        }
        context.fireChannelRead(message);
    }

    @Override
    public final void channelInactive(ChannelHandlerContext context) {
        context.fireChannelInactive();
        if (listener != null) {
            listener.closed(closeCodeOfLoss());
        }
    }
}
