package io.millrace.cluster.peer;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.MessageSizeAccumulator;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.requests.ResponseHeader;

/** The other end of real sockets, which does with each request what the test says. */
final class ScriptedPeer implements AutoCloseable {

    /** Called on the thread of the connection for each request in turn. */
    interface Script {
        void onRequest(Connection connection, RequestHeader header) throws IOException;
    }

    private final ServerSocket server;
    private final Script script;
    private final List<Connection> connections = new CopyOnWriteArrayList<>();

    ScriptedPeer(Script script) throws IOException {
        this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        this.script = script;
        start(this::acceptAll);
    }

    PeerAddress address() {
        return new PeerAddress("127.0.0.1", server.getLocalPort());
    }

    List<Connection> connections() {
        return connections;
    }

    private void acceptAll() {
        try {
            while (true) {
                Connection connection = new Connection(server.accept());
                connections.add(connection);
                start(connection::serve);
            }
        } catch (IOException closed) {
            // The test is over.
        }
    }

    private static void start(Runnable body) {
        Thread thread = new Thread(body, "scripted-peer");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() {
        try {
            server.close();
            for (Connection connection : connections) {
                connection.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One accepted connection. */
    final class Connection {

        private final Socket socket;

        private Connection(Socket socket) {
            this.socket = socket;
        }

        private void serve() {
            try {
                DataInputStream in = new DataInputStream(socket.getInputStream());
                while (true) {
                    byte[] frame = new byte[in.readInt()];
                    in.readFully(frame);
                    script.onRequest(this, RequestHeader.parse(ByteBuffer.wrap(frame)));
                }
            } catch (IOException closed) {
                // By either side.
            }
        }

        void answer(RequestHeader header, ApiMessage body) throws IOException {
            answer(header, header.correlationId(), body);
        }

        void answer(RequestHeader header, int correlationId, ApiMessage body) throws IOException {
            ResponseHeader head =
                    new ResponseHeader(correlationId, header.apiKey().responseHeaderVersion(header.apiVersion()));
            ObjectSerializationCache cache = new ObjectSerializationCache();
            MessageSizeAccumulator size = new MessageSizeAccumulator();
            head.data().addSize(size, cache, head.headerVersion());
            body.addSize(size, cache, header.apiVersion());
            ByteBuffer frame =
                    ByteBuffer.allocate(Integer.BYTES + size.totalSize()).putInt(size.totalSize());
            ByteBufferAccessor fields = new ByteBufferAccessor(frame);
            head.data().write(fields, cache, head.headerVersion());
            body.write(fields, cache, header.apiVersion());
            send(frame.array());
        }

        void send(byte[] bytes) throws IOException {
            OutputStream out = socket.getOutputStream();
            out.write(bytes);
            out.flush();
        }

        /** Breaks the connection with a reset, as a killed process with unread bytes does. */
        void reset() throws IOException {
            socket.setSoLinger(true, 0);
            socket.close();
        }

        boolean isClosedByOtherSide() throws IOException {
            try {
                return socket.isClosed() || socket.getInputStream().read() < 0;
            } catch (IOException reset) {
                return true;
            }
        }

        void close() throws IOException {
            socket.close();
        }
    }
}
