package io.millrace.server.kafka;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Cuts the byte stream of one connection into request frames: a length (int32, big endian) and that many bytes.
 *
 * <p>A frame is collected in an array of its own, with one copy from the socket's buffer. The array is never reused: the log
 * writes offsets into the batches in place and keeps slices of it in its tail cache.
 *
 * <p>Not thread-safe: one per connection, called on its event loop.
 */
final class FrameDecoder {

    /** The shortest request header: api key, api version, correlation id. */
    static final int FRAME_BYTES_MIN = 8;

    /**
     * How much is allocated on the strength of a length alone. Beyond it the array grows with the bytes that have really come,
     * so that a thousand connections that announce 100 MiB and send nothing cost little.
     */
    static final int FIRST_ALLOCATION_BYTES_MAX = 1 << 20;

    private static final int LENGTH_BYTES = 4;

    private final int maxFrameBytes;
    private final ListenerAudience audience;

    private boolean firstFrame = true;
    private int lengthBytes;
    private int length;
    private byte[] frame;
    private int filled;

    /** @param audience who is expected, for messages to whoever else comes */
    FrameDecoder(int maxFrameBytes, ListenerAudience audience) {
        this.maxFrameBytes = maxFrameBytes;
        this.audience = audience;
    }

    /**
     * Takes bytes up to the end of one frame.
     *
     * @return a writable heap buffer with the frame, or null when {@code in} is used up before the frame is whole
     * @throws BadFrameException when the length cannot be that of a request; the stream is lost then
     */
    ByteBuffer next(ByteBuf in) {
        if (frame == null && !readLength(in)) {
            return null;
        }
        int count = Math.min(in.readableBytes(), length - filled);
        if (filled + count > frame.length) {
            frame = Arrays.copyOf(frame, Math.max(filled + count, (int) Math.min(length, 2L * frame.length)));
        }
        in.readBytes(frame, filled, count);
        filled += count;
        if (filled < length) {
            return null;
        }
        ByteBuffer whole = ByteBuffer.wrap(frame, 0, length);
        frame = null;
        lengthBytes = 0;
        length = 0;
        firstFrame = false;
        return whole;
    }

    /** Memory that the frame which is being collected takes. */
    int heldBytes() {
        return frame == null ? 0 : frame.length;
    }

    private boolean readLength(ByteBuf in) {
        while (lengthBytes < LENGTH_BYTES) {
            if (!in.isReadable()) {
                return false;
            }
            length = length << 8 | in.readUnsignedByte();
            lengthBytes++;
        }
        if (length < FRAME_BYTES_MIN || length > maxFrameBytes || firstFrame && ForeignProtocol.isTls(length)) {
            throw firstFrame
                    ? new BadFrameException(ForeignProtocol.describe(length, maxFrameBytes, audience), true)
                    : new BadFrameException(tooLong(), false);
        }
        frame = new byte[Math.min(length, FIRST_ALLOCATION_BYTES_MAX)];
        filled = 0;
        return true;
    }

    private String tooLong() {
        return "a request of " + length + " bytes is announced, allowed are " + FRAME_BYTES_MIN + " to " + maxFrameBytes
                + " (kafka.maxFrameBytes)";
    }

    /** The stream does not consist of request frames; the message is meant for the log. */
    static final class BadFrameException extends RuntimeException {

        private final boolean foreign;

        BadFrameException(String message, boolean foreign) {
            super(message, null, false, false);
            this.foreign = foreign;
        }

        /** Whether the other side seems to speak something else, from its first bytes on. */
        boolean isForeign() {
            return foreign;
        }
    }
}
