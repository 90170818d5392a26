package io.millrace.websocket;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads a server's WebSocket frames byte by byte (RFC 6455 §5.2) and answers nothing. It is stricter and simpler than a client
 * library: the JDK's mixes up messages when much comes in the same packets as the answer to its handshake.
 */
final class RawFrames implements AutoCloseable {

    /** One frame. */
    record Frame(int opcode, byte[] payload) {

        static final int TEXT = 1;
        static final int CLOSE = 8;
        static final int PING = 9;
        static final int PONG = 10;

        int closeCode() {
            return (payload[0] & 0xff) << 8 | payload[1] & 0xff;
        }
    }

    private static final int TIMEOUT_MS = 20_000;

    private final Socket socket;
    private final DataInputStream in;
    private String head = "";

    private RawFrames(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
    }

    /** Opens a WebSocket and reads nothing beyond the answer to the handshake. */
    static RawFrames open(int port, String pathAndQuery, String... headers) throws IOException {
        Socket socket = new Socket();
        // Small, so that a server whose client does not read notices it soon.
        socket.setReceiveBufferSize(16 << 10);
        socket.connect(new InetSocketAddress("127.0.0.1", port));
        socket.setSoTimeout(TIMEOUT_MS);
        StringBuilder more = new StringBuilder();
        for (int i = 0; i < headers.length; i += 2) {
            more.append(headers[i]).append(": ").append(headers[i + 1]).append("\r\n");
        }
        socket.getOutputStream()
                .write(("GET " + pathAndQuery + " HTTP/1.1\r\nHost: 127.0.0.1:" + port
                                + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
                                + more + "\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        RawFrames frames = new RawFrames(socket);
        frames.head = readHead(frames.in);
        return frames;
    }

    boolean isConnected() {
        return socket.isConnected() && !socket.isClosed();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    /** Reads the answer to the handshake, which must be 101, up to its empty line. */
    private static String readHead(InputStream in) throws IOException {
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
        return head.toString();
    }

    /** The answer to the handshake. */
    String head() {
        return head;
    }

    /** Sends a close frame, masked as RFC 6455 §5.3 wants it of clients. */
    void sendClose(int code) throws IOException {
        byte[] mask = {1, 2, 3, 4};
        socket.getOutputStream().write(new byte[] {
            (byte) 0x88,
            (byte) 0x82,
            mask[0],
            mask[1],
            mask[2],
            mask[3],
            (byte) (code >> 8 ^ mask[0]),
            (byte) (code ^ mask[1])
        });
    }

    /** Bytes as they are, whatever a server thinks of them. */
    RawFrames sendBytes(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        return this;
    }

    /** A frame whose mask changes nothing. */
    RawFrames send(int firstByte, byte[] payload) throws IOException {
        return sendBytes(masked(firstByte, payload));
    }

    static byte[] masked(int firstByte, byte[] payload) {
        int length = payload.length;
        ByteBuffer frame = ByteBuffer.allocate(length + 14).put((byte) firstByte);
        if (length < 126) {
            frame.put((byte) (0x80 | length));
        } else if (length < 1 << 16) {
            frame.put((byte) (0x80 | 126)).putShort((short) length);
        } else {
            frame.put((byte) (0x80 | 127)).putLong(length);
        }
        return Arrays.copyOf(frame.putInt(0).put(payload).array(), frame.position());
    }

    /** The code of the close frame, whatever comes before it. */
    int nextCloseCode() throws IOException {
        Frame frame = next();
        while (frame.opcode() != Frame.CLOSE) {
            frame = next();
        }
        return frame.closeCode();
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
