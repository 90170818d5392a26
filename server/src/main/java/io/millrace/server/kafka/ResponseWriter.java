package io.millrace.server.kafka;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the parts of answers to a socket, in order, no faster than it takes them: what the peer does not read stays here, as
 * references to the log, and not in socket buffers. Several answers that are ready together leave with one flush.
 *
 * <p>Goes to the Netty channel below the Vert.x socket, because {@code NetSocket.write} flushes after every message.
 *
 * <p>What is encrypted cannot be sent out of a file, and the socket does not count it before it is flushed: regions of files are read
 * and everything is flushed piece by piece then, so that a slow reader holds one piece and not a whole answer.
 *
 * <p>Not thread-safe: one per connection, called on its event loop.
 */
final class ResponseWriter {

    private static final Logger log = LoggerFactory.getLogger(ResponseWriter.class);

    /**
     * One message for the channel.
     *
     * @param whenDone set on the last part of an answer: runs when it was written or never will be
     */
    private record Part(Object message, Runnable whenDone) {}

    private final ChannelHandlerContext channel;
    private final boolean encrypted;
    private final ArrayDeque<Part> waiting = new ArrayDeque<>();

    /** Parts are being written: what becomes ready by that is sent in the same loop. */
    private boolean writing;

    private boolean awaitingSocket;
    private boolean closed;

    /** @param encrypted whether there is a TLS handler between this and the socket */
    ResponseWriter(ChannelHandlerContext channel, boolean encrypted) {
        this.channel = channel;
        this.encrypted = encrypted;
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
        if (writing || awaitingSocket || waiting.isEmpty()) {
            return;
        }
        ChannelFuture last = null;
        writing = true;
        try {
            while (!waiting.isEmpty() && channel.channel().isWritable()) {
                last = encrypted ? writePiece() : write(waiting.poll());
            }
        } catch (IOException e) {
            log.warn("Connection closed: records could not be read. connection={}", channel.channel(), e);
            channel.close();
            return;
        } finally {
            writing = false;
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

    private ChannelFuture write(Part part) {
        return written(part, channel.write(part.message()));
    }

    private static ChannelFuture written(Part part, ChannelFuture future) {
        if (part.whenDone() != null) {
            future.addListener(done -> part.whenDone().run());
        }
        return future;
    }

    /** Sends the next part, or the next piece of one that lies in a file. */
    private ChannelFuture writePiece() throws IOException {
        Part part = waiting.peek();
        if (!(part.message() instanceof LogFileRegion region)) {
            ChannelFuture sent = write(waiting.poll());
            if (isLarge(part)) {
                channel.flush();
            }
            return sent;
        }
        ByteBuf piece = region.read(channel.alloc(), ResponseEncoder.PIECE_BYTES_MAX);
        if (!region.isUsedUp()) {
            return channel.writeAndFlush(piece);
        }
        waiting.remove();
        region.release();
        return written(part, channel.writeAndFlush(piece));
    }

    private static boolean isLarge(Part part) {
        return part.message() instanceof ByteBuf buffer
                && buffer.readableBytes() > ResponseEncoder.COPIED_SLICE_BYTES_MAX;
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
