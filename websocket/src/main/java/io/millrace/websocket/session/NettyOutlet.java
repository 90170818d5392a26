package io.millrace.websocket.session;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.InetSocketAddress;
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
    private boolean readingPaused;
    private Runnable onReleased;

    /**
     * Must be called on the channel's event loop.
     *
     * @param channel the channel of the connection, with Vert.x' handler at the end of its pipeline
     */
    NettyOutlet(Channel channel, int bufferBytes, long closeTimeoutMs) {
        this.closeTimeoutMs = closeTimeoutMs;
        channel.config().setWriteBufferWaterMark(new WriteBufferWaterMark(bufferBytes / 2, bufferBytes));
        channel.pipeline().addBefore(channel.pipeline().lastContext().name(), null, this);
        // Its own place in front of Vert.x' handler: what is written here is not seen there.
        connection = channel.pipeline().context(this);
    }

    @Override
    public final String remoteHost() {
        return channel().remoteAddress() instanceof InetSocketAddress address
                ? address.getAddress().getHostAddress()
                : "";
    }

    final Listener listener() {
        return listener;
    }

    @Override
    public final void pauseReading(boolean paused) {
        if (paused != readingPaused) {
            readingPaused = paused;
            readOn();
        }
    }

    /** Reads the socket again, whoever stopped, if there is room for what comes of it. */
    final void readOn() {
        channel().config().setAutoRead(!readingPaused && isWritable());
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
        pauseReading(false);
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
    public final void close(StreamEnd end, Runnable released) {
        onReleased = released;
        pauseReading(false);
        channel().closeFuture().addListener(closed -> release());
        if (!channel().isActive()) {
            return;
        }
        if (!closing) {
            closing = true;
            saidGoodbye = true;
            sayGoodbye(end);
            flush();
        }
        connection.executor().schedule(this::cut, closeTimeoutMs, TimeUnit.MILLISECONDS);
    }

    private void cut() {
        if (onReleased != null && channel().isActive()) {
            // From here towards the socket: Vert.x' handler would wait for the client again.
            connection.close();
        }
    }

    /** Writes the end of the stream. */
    abstract void sayGoodbye(StreamEnd end);

    /** Whether a message from the client ends the stream. */
    abstract boolean isGoodbye(Object message);

    /** Answers a message from the client that ends the stream, and closes the connection behind the answer. */
    abstract void answerGoodbye(Object message);

    /** What it means that the connection is gone. */
    abstract int closeCodeOfLoss();

    /** Takes this outlet out of the connection, which goes on without it. */
    final void leaveConnection() {
        if (connection.pipeline().context(this) != null) {
            connection.pipeline().remove(this);
        }
        channel().config().setAutoRead(true);
        release();
    }

    private void release() {
        Runnable released = onReleased;
        if (released != null) {
            onReleased = null;
            released.run();
        }
    }

    @Override
    public final void channelWritabilityChanged(ChannelHandlerContext context) {
        boolean writable = isWritable();
        channel().config().setAutoRead(writable && !readingPaused);
        context.fireChannelWritabilityChanged();
        if (writable && listener != null) {
            listener.writable();
        }
    }

    @Override
    public final void channelRead(ChannelHandlerContext context, Object message) {
        if (isGoodbye(message)) {
            heardGoodbye(message);
            return;
        }
        if (listener != null) {
            listener.heard();
        }
        if (!take(message)) {
            context.fireChannelRead(message);
        }
    }

    /** Takes what is meant for the session; true when nobody else should see it. */
    boolean take(Object message) {
        return false;
    }

    /** Vert.x does not hear of it: it knows nothing of our own goodbyes, and would queue an answer behind a full buffer. */
    private void heardGoodbye(Object message) {
        if (saidGoodbye) {
            // The answer to our own.
            connection.close();
        } else {
            closing = true;
            saidGoodbye = true;
            answerGoodbye(message);
            if (listener != null) {
                listener.closed(StreamEnd.NORMAL);
            }
        }
        ReferenceCountUtil.release(message);
    }

    /** A connection that broke is closed at once: Vert.x would queue a close frame for it, behind what cannot be written. */
    @Override
    public final void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof IOException) {
            connection.close();
            return;
        }
        StreamEnd end = listener == null ? null : endOf(cause);
        if (end == null) {
            context.fireExceptionCaught(cause);
        } else {
            listener.broke(end);
        }
    }

    /** How the stream ends when the client's bytes cannot be understood; null when they are not to blame. */
    StreamEnd endOf(Throwable cause) {
        return null;
    }

    @Override
    public final void channelInactive(ChannelHandlerContext context) {
        context.fireChannelInactive();
        if (listener != null) {
            listener.closed(closeCodeOfLoss());
        }
    }
}
