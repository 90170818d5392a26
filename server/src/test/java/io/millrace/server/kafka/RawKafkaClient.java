package io.millrace.server.kafka;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.ApiVersionsRequest;
import org.apache.kafka.common.requests.RequestHeader;

/** One plain connection that sends what it is told, when it is told, and reads answers in the order of its requests. */
final class RawKafkaClient implements AutoCloseable {

    private static final int READ_TIMEOUT_MS = 20_000;

    private final Socket socket = new Socket();
    private final ArrayDeque<RequestHeader> unanswered = new ArrayDeque<>();
    private int nextCorrelationId = 1;

    RawKafkaClient(int port) {
        try {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(READ_TIMEOUT_MS);
            socket.connect(new InetSocketAddress("127.0.0.1", port), READ_TIMEOUT_MS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The frame of a request, which counts as sent. */
    byte[] frame(AbstractRequest request) {
        unanswered.add(new RequestHeader(request.apiKey(), request.version(), "raw", nextCorrelationId));
        return RawFrames.frame(request, nextCorrelationId++);
    }

    RawKafkaClient send(AbstractRequest request) {
        return sendBytes(frame(request));
    }

    RawKafkaClient sendBytes(byte[] bytes) {
        try {
            OutputStream out = socket.getOutputStream();
            out.write(bytes);
            out.flush();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The answer to the oldest request; its correlation id is checked. */
    <T extends AbstractResponse> T receive(Class<T> type) {
        return type.cast(AbstractResponse.parseResponse(receiveFrame(), unanswered.remove()));
    }

    ByteBuffer receiveFrame() {
        try {
            DataInputStream in = new DataInputStream(socket.getInputStream());
            byte[] frame = new byte[in.readInt()];
            in.readFully(frame);
            return ByteBuffer.wrap(frame);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    <T extends AbstractResponse> T call(AbstractRequest request, Class<T> type) {
        return send(request).receive(type);
    }

    /** Whether the server closed the connection without sending anything. Waits for it. */
    boolean isClosedByServer() {
        try {
            return socket.getInputStream().read() < 0;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (IOException reset) {
            return true;
        }
    }

    /** Whether nothing comes for a while. */
    boolean isSilentFor(int timeoutMs) throws IOException {
        socket.setSoTimeout(timeoutMs);
        try {
            socket.getInputStream().read();
            return false;
        } catch (SocketTimeoutException silence) {
            return true;
        } finally {
            socket.setSoTimeout(READ_TIMEOUT_MS);
        }
    }

    static ApiVersionsRequest apiVersions() {
        return new ApiVersionsRequest.Builder().build();
    }

    Socket socket() {
        return socket;
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
