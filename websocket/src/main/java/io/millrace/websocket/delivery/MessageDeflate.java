package io.millrace.websocket.delivery;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import java.io.ByteArrayOutputStream;
import java.util.HashSet;
import java.util.Set;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * Compression of WebSocket messages, {@code permessage-deflate} (RFC 7692), each message on its own: with context takeover neither side,
 * so that one compressed message serves all connections and none of them costs a window of memory.
 *
 * <p>Any thread; each has its own compressor.
 */
public final class MessageDeflate {

    /** Shorter payloads are sent as they are. */
    public static final int PAYLOAD_BYTES_MIN = 512;

    /** What a frame's first byte has when its message is compressed: RSV1. */
    static final int COMPRESSED = 0x40;

    private static final String NAME = "permessage-deflate";
    private static final String ANSWER = NAME + "; server_no_context_takeover; client_no_context_takeover";
    /** What a flushed block ends with and a message leaves out (RFC 7692 §7.2.1). */
    private static final byte[] TAIL = {0, 0, (byte) 0xff, (byte) 0xff};

    private static final int CHUNK_BYTES = 8192;

    private static final ThreadLocal<Deflater> DEFLATERS =
            ThreadLocal.withInitial(() -> new Deflater(Deflater.BEST_SPEED, true));

    private MessageDeflate() {}

    /** A message that could not be decompressed. */
    public static final class BadMessage extends Exception {
        private static final long serialVersionUID = 1L;
        private final boolean tooBig;

        BadMessage(String message, boolean tooBig) {
            super(message);
            this.tooBig = tooBig;
        }

        /** Whether it is larger than allowed, not broken. */
        public boolean isTooBig() {
            return tooBig;
        }
    }

    /**
     * The answer to a client's {@code Sec-WebSocket-Extensions}; null when it does not offer what is done here. Every offer may be
     * answered so (RFC 7692 §7.1.1), except those that bound the window of the server.
     */
    public static String negotiate(String offered) {
        if (offered == null) {
            return null;
        }
        for (String offer : offered.split(",")) {
            String[] parts = offer.split(";");
            if (parts[0].strip().equalsIgnoreCase(NAME) && isAcceptable(parts)) {
                return ANSWER;
            }
        }
        return null;
    }

    private static boolean isAcceptable(String[] parts) {
        Set<String> seen = new HashSet<>();
        for (int i = 1; i < parts.length; i++) {
            String[] parameter = parts[i].strip().split("=", 2);
            String name = parameter[0].strip();
            boolean known = switch (name) {
                case "server_no_context_takeover", "client_no_context_takeover" -> parameter.length == 1;
                case "client_max_window_bits" -> true;
                case "server_max_window_bits" ->
                    parameter.length == 2 && parameter[1].strip().equals("15");
                default -> false;
            };
            if (!known || !seen.add(name)) {
                return false;
            }
        }
        return true;
    }

    /** Compresses what was written from {@code start} on, in its place; false, and nothing changed, when that gains nothing. */
    static boolean deflate(ByteSink out, int start) {
        int length = out.size() - start;
        if (length < PAYLOAD_BYTES_MIN) {
            return false;
        }
        byte[] compressed = new byte[length];
        int size = deflate(out.array(), start, length, compressed);
        if (size < 0) {
            return false;
        }
        out.truncate(start);
        out.write(compressed, 0, size);
        return true;
    }

    /** Compresses a message that is one frame; the same message when that gains nothing. Takes over the caller's hold. */
    public static ByteBuf deflate(ByteBuf message) {
        int start = message.readerIndex();
        int second = message.getUnsignedByte(start + 1);
        int header = second < 126 ? 2 : second == 126 ? 4 : 10;
        int length = message.readableBytes() - header;
        if (length < PAYLOAD_BYTES_MIN) {
            return message;
        }
        byte[] payload = ByteBufUtil.getBytes(message, start + header, length);
        byte[] compressed = new byte[length];
        int size = deflate(payload, 0, length, compressed);
        if (size < 0) {
            return message;
        }
        int firstByte = message.getUnsignedByte(start) | COMPRESSED;
        message.release();
        ByteBuf out = ByteBufAllocator.DEFAULT.directBuffer(size + 10);
        RecordsMessage.writeHeader(out, firstByte, size);
        return out.writeBytes(compressed, 0, size);
    }

    /** The size of the compressed payload, -1 when it would not be smaller. */
    private static int deflate(byte[] in, int from, int length, byte[] out) {
        Deflater deflater = DEFLATERS.get();
        deflater.reset();
        deflater.setInput(in, from, length);
        int size = 0;
        while (size < out.length) {
            int more = deflater.deflate(out, size, out.length - size, Deflater.SYNC_FLUSH);
            if (more == 0) {
                break;
            }
            size += more;
        }
        // With the array full the flush may not be complete, and nothing was gained.
        return size >= out.length ? -1 : size - TAIL.length;
    }

    /**
     * Decompresses the payload of a message.
     *
     * @throws BadMessage when it is broken, or would have more than so many bytes: no more than that is ever held
     */
    public static byte[] inflate(byte[] payload, int bytesMax) throws BadMessage {
        Inflater inflater = new Inflater(true);
        try {
            ByteArrayOutputStream out = new ByteArrayOutputStream(Math.min(bytesMax, payload.length * 4));
            byte[] chunk = new byte[CHUNK_BYTES];
            inflater.setInput(payload);
            boolean tailGiven = false;
            while (true) {
                int read = inflater.inflate(chunk);
                if (out.size() + read > bytesMax) {
                    throw new BadMessage("a message has more than " + bytesMax + " bytes", true);
                }
                out.write(chunk, 0, read);
                if (read == 0) {
                    if (inflater.needsInput() && !tailGiven) {
                        tailGiven = true;
                        inflater.setInput(TAIL);
                    } else if (inflater.needsInput() || inflater.finished()) {
                        return out.toByteArray();
                    } else {
                        throw new BadMessage("a compressed message needs a dictionary", false);
                    }
                }
            }
        } catch (DataFormatException e) {
            throw new BadMessage("a compressed message is broken", false);
        } finally {
            inflater.end();
        }
    }
}
