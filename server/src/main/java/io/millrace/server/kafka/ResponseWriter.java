package io.millrace.server.kafka;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.List;

/**
 * Writes the parts of answers to a socket, in order, no faster than it takes them: what the peer does not read stays here, as
 * references to the log, and not in socket buffers. Several answers that are ready together leave with one flush.
 *
 * <p>Goes to the Netty channel below the Vert.x socket, because {@code NetSocket.write} flushes after every message.
 *
 * <p>Not thread-safe: one per connection, called on its event loop.
 */
final class ResponseWriter {

    /**
     * One message for the channel.
     *
     * @param whenDone set on the last part of an answer: runs when it was written or never will be
     */
    private record Part(Object message, Runnable whenDone) {}

    private final ChannelHandlerContext channel;
    private final ArrayDeque<Part> waiting = new ArrayDeque<>();
    private boolean awaitingSocket;
    private boolean closed;

    ResponseWriter(ChannelHandlerContext channel) {
        this.channel = channel;
    }

    /**
     * Adds an answer; {@link #flush()} sends it.
     *
     * @param parts at least one; released when written or when the connection is closed
     * @param whenDone called once, on the event loop, when nothing of the answer is needed any more
     */
    void write(List<Object> parts, Runnable whenDone) {
        int last = parts.size() - 1;
        for (int i = 0; i < last; i++) {
            waiting.add(new Part(parts.get(i), null));
        }
        waiting.add(new Part(parts.get(last), whenDone));
        if (closed) {
            close();
        }
    }

    /** Sends as much as the socket takes; goes on by itself when it takes more. */
    void flush() {
        if (awaitingSocket || waiting.isEmpty()) {
            return;
        }
        ChannelFuture last = null;
        while (!waiting.isEmpty() && channel.channel().isWritable()) {
            Part part = waiting.poll();
            last = channel.write(part.message());
            if (part.whenDone() != null) {
                last.addListener(written -> part.whenDone().run());
            }
        }
        awaitingSocket = !waiting.isEmpty();
        if (awaitingSocket) {
            // Not writable means that bytes are under way; when the last of them is out, there is room.
            ChannelFuture room = last != null ? last : channel.write(Unpooled.EMPTY_BUFFER);
            room.addListener(written -> {
                awaitingSocket = false;
                flush();
            });
        }
        channel.flush();
    }

    /** Lets everything go that was not written; to be called when the connection is closed. */
    void close() {
        closed = true;
        Part part;
        while ((part = waiting.poll()) != null) {
            ReferenceCountUtil.release(part.message());
            if (part.whenDone() != null) {
                part.whenDone().run();
            }
        }
    }
}
