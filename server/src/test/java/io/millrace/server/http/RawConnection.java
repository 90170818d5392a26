package io.millrace.server.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A socket for what well-behaved clients do not send. */
public final class RawConnection implements AutoCloseable {

    private final Socket socket;

    public RawConnection(int port) throws IOException {
        socket = new Socket("127.0.0.1", port);
        socket.setSoTimeout(15_000);
        socket.setTcpNoDelay(true);
    }

    public RawConnection send(String text) throws IOException {
        return send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    public RawConnection send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
        return this;
    }

    /** One answer: its head and as much body as Content-Length says. */
    public String readAnswer() throws IOException {
        InputStream in = socket.getInputStream();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        String text = "";
        while (!text.contains("\r\n\r\n")) {
            int b = in.read();
            if (b < 0) {
                return text;
            }
            bytes.write(b);
            text = bytes.toString(StandardCharsets.ISO_8859_1);
        }
        int length = text.toLowerCase().indexOf("content-length:");
        if (length >= 0) {
            int end = text.indexOf('\r', length);
            byte[] body = in.readNBytes(
                    Integer.parseInt(text.substring(length + 15, end).trim()));
            text += new String(body, StandardCharsets.UTF_8);
        }
        return text;
    }

    /** Whether a text arrives before the connection ends. */
    public boolean readUntil(String text) throws IOException {
        StringBuilder received = new StringBuilder();
        int b;
        while (received.indexOf(text) < 0 && (b = socket.getInputStream().read()) >= 0) {
            received.append((char) b);
        }
        return received.indexOf(text) >= 0;
    }

    /** Whether the server closed the connection, with everything that it sent read. */
    public boolean isClosedByServer() throws IOException {
        try {
            while (socket.getInputStream().read() >= 0) {
                // What is left of the last answer.
                continue;
            }
            return true;
        } catch (java.net.SocketTimeoutException e) {
            return false;
        } catch (IOException reset) {
            return true;
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
