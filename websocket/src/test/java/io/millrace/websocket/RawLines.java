package io.millrace.websocket;

import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * Reads the lines of a chunked HTTP/1.1 response (RFC 9112 §7.1) from a socket, and reads nothing that nobody asks for: unlike {@link
 * TestStream}, whose client reads ahead, it can be slow.
 */
final class RawLines implements AutoCloseable {

    private static final int TIMEOUT_MS = 20_000;

    private final Socket socket;
    private final BufferedReader lines;

    private RawLines(Socket socket, InputStream in) {
        this.socket = socket;
        this.lines = new BufferedReader(new InputStreamReader(new Chunks(in), StandardCharsets.UTF_8));
    }

    /** Asks for a stream and reads no further than the head of the answer, which must be 200. */
    static RawLines open(int port, String pathAndQuery, String accept) throws IOException {
        Socket socket = new Socket();
        // Small, so that a server whose client does not read notices it soon.
        socket.setReceiveBufferSize(16 << 10);
        socket.connect(new InetSocketAddress("127.0.0.1", port));
        socket.setSoTimeout(TIMEOUT_MS);
        socket.getOutputStream()
                .write(("GET " + pathAndQuery + " HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\nAccept: " + accept
                                + "\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        InputStream in = new BufferedInputStream(socket.getInputStream());
        String status = headLine(in);
        if (!status.startsWith("HTTP/1.1 200 ")) {
            throw new IOException(status);
        }
        while (!headLine(in).isEmpty()) {}
        return new RawLines(socket, in);
    }

    private static String headLine(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException("cut off within the head: " + line);
            }
            if (b != '\r') {
                line.append((char) b);
            }
        }
        return line.toString();
    }

    /** The next line; null at the orderly end of the response. */
    String next() throws IOException {
        return lines.readLine();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    /** What the chunks hold. */
    private static final class Chunks extends InputStream {

        private final InputStream in;
        private int left;
        private boolean ended;

        Chunks(InputStream in) {
            this.in = in;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int from, int length) throws IOException {
            if (left == 0 && !ended) {
                left = Integer.parseInt(headLine(in), 16);
                ended = left == 0;
            }
            if (ended) {
                return -1;
            }
            int got = in.read(bytes, from, Math.min(left, length));
            if (got < 0) {
                throw new EOFException("cut off within a chunk");
            }
            left -= got;
            if (left == 0) {
                headLine(in);
            }
            return got;
        }
    }
}
