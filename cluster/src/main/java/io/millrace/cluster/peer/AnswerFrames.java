package io.millrace.cluster.peer;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;

/**
 * Cuts the byte stream of a connection into answer frames: a length (int32, big endian) and that many bytes.
 *
 * <p>Each frame is collected in an array of its own with one copy from the socket's buffer, because the log writes into the
 * batches of a follower in place and keeps slices of them in its tail cache. The array is allocated whole, at most {@code
 * maxFrameBytes}: the other side is a node that this one chose to connect to.
 *
 * <p>Not thread-safe: one per connection, called on its event loop.
 */
final class AnswerFrames {

    /** The shortest answer: a correlation id. */
    private static final int FRAME_BYTES_MIN = 4;

    private static final int LENGTH_BYTES = 4;

    private final int maxFrameBytes;

    private int lengthBytes;
    private int length;
    private byte[] frame;
    private int filled;

    AnswerFrames(int maxFrameBytes) {
        this.maxFrameBytes = maxFrameBytes;
    }

    /**
     * Takes bytes up to the end of one frame.
     *
     * @return a writable heap buffer that nobody else uses, or null when {@code in} is used up before the frame is whole
     * @throws IllegalStateException when the length cannot be that of an answer; the stream is lost then
     */
    ByteBuffer next(ByteBuf in) {
        if (frame == null && !readLength(in)) {
            return null;
        }
        int count = Math.min(in.readableBytes(), length - filled);
        in.readBytes(frame, filled, count);
        filled += count;
        if (filled < length) {
            return null;
        }
        ByteBuffer whole = ByteBuffer.wrap(frame);
        frame = null;
        lengthBytes = 0;
        length = 0;
        return whole;
    }

    private boolean readLength(ByteBuf in) {
        while (lengthBytes < LENGTH_BYTES) {
            if (!in.isReadable()) {
                return false;
            }
            length = length << 8 | in.readUnsignedByte();
            lengthBytes++;
        }
        if (length < FRAME_BYTES_MIN || length > maxFrameBytes) {
            throw new IllegalStateException(
                    "it would have " + length + " bytes, allowed are " + FRAME_BYTES_MIN + " to " + maxFrameBytes);
        }
        frame = new byte[length];
        filled = 0;
        return true;
    }
}
