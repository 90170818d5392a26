package io.millrace.server.dashboard;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Hands connections on to a node and cuts them off after a random number of bytes, in the middle of whatever is under way. Its port stays
 * while the node is away.
 */
final class CuttingProxy implements AutoCloseable {

    private final ServerSocket listener;
    private final int targetPort;
    private final Random random;
    private final int cutAfterBytesMax;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger cuts = new AtomicInteger();
    private volatile boolean cutting;
    private volatile boolean refusing;

    CuttingProxy(int targetPort, Random random, int cutAfterBytesMax) {
        this.targetPort = targetPort;
        this.random = random;
        this.cutAfterBytesMax = cutAfterBytesMax;
        try {
            listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        start("accept", this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    /** From now on, or no longer; for connections that begin then. */
    void cutting(boolean cutting) {
        this.cutting = cutting;
    }

    /** Cuts all off and lets nobody in, or lets them in again. */
    void refusing(boolean refusing) {
        this.refusing = refusing;
        if (refusing) {
            open.forEach(CuttingProxy::close);
        }
    }

    int cuts() {
        return cuts.get();
    }

    private void accept() {
        while (!listener.isClosed()) {
            Socket client;
            try {
                client = listener.accept();
            } catch (IOException e) {
                return;
            }
            if (refusing) {
                close(client);
            } else {
                open.add(client);
                start("connection", () -> serve(client));
            }
        }
    }

    private void serve(Socket client) {
        long bytesLeft = cutting ? 500 + random.nextInt(cutAfterBytesMax) : Long.MAX_VALUE;
        try (client;
                Socket node = new Socket(InetAddress.getLoopbackAddress(), targetPort)) {
            open.add(node);
            start("to-node", () -> copy(client, node, Long.MAX_VALUE));
            copy(node, client, bytesLeft);
            open.remove(node);
        } catch (IOException e) {
            // The node is away: so is this connection.
        }
        open.remove(client);
    }

    private void copy(Socket from, Socket to, long bytesMax) {
        byte[] buffer = new byte[4096];
        long left = bytesMax;
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            int read;
            while ((read = in.read(buffer)) > 0) {
                out.write(buffer, 0, (int) Math.min(read, left));
                left -= read;
                if (left <= 0) {
                    cuts.incrementAndGet();
                    break;
                }
            }
            from.close();
            to.close();
        } catch (IOException e) {
            close(from);
            close(to);
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // It is gone, which was the aim.
        }
    }

    private static void start(String name, Runnable task) {
        Thread thread = new Thread(task, "cutting-proxy-" + name);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        open.forEach(CuttingProxy::close);
    }
}
