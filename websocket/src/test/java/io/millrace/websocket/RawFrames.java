package io.millrace.websocket;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** Reads a server's WebSocket frames byte by byte (RFC 6455 §5.2) and answers nothing. */
final class RawFrames {

    /** One frame. */
    record Frame(int opcode, byte[] payload) {

        static final int TEXT = 1;
        static final int CLOSE = 8;
        static final int PING = 9;

        int closeCode() {
            return (payload[0] & 0xff) << 8 | payload[1] & 0xff;
        }
    }

    private final DataInputStream in;

    RawFrames(InputStream in) {
        this.in = new DataInputStream(in);
    }

    /** Reads the answer to the handshake, which must be 101, up to its empty line. */
    static void skipHead(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int b = in.read();
            if (b < 0) {
                throw new EOFException(head.toString());
            }
            head.append((char) b);
        }
        if (!head.toString().startsWith("HTTP/1.1 101 ")) {
            throw new IOException(head.toString());
        }
    }

    Frame next() throws IOException {
        int first = in.readUnsignedByte();
        int second = in.readUnsignedByte();
        if ((first & 0xf0) != 0x80 || (second & 0x80) != 0) {
            throw new IOException("not a final, unmasked frame without extensions: " + first + " " + second);
        }
        long length = second;
        if (second == 126) {
            length = in.readUnsignedShort();
        } else if (second == 127) {
            length = in.readLong();
        }
        byte[] payload = new byte[Math.toIntExact(length)];
        in.readFully(payload);
        return new Frame(first & 0xf, payload);
    }

    /** The payload of the next text frame. */
    String nextText() throws IOException {
        Frame frame = next();
        while (frame.opcode() != Frame.TEXT) {
            if (frame.opcode() == Frame.CLOSE) {
                throw new EOFException("closed with " + frame.closeCode());
            }
            frame = next();
        }
        return new String(frame.payload(), StandardCharsets.UTF_8);
    }
}
