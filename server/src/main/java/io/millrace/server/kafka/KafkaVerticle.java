package io.millrace.server.kafka;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** One event loop's share of the listener: all instances bind the same port, and each keeps the connections it accepts. */
final class KafkaVerticle extends VerticleBase {

    /** What may wait in a socket's buffer; more waits as references to the log. */
    private static final int WRITE_QUEUE_BYTES_MAX = 512 << 10;

    private static final int ACCEPT_BACKLOG = 1024;

    private final KafkaListenerConfig config;
    private final int bindPort;
    private final ListenerServices services;
    private NetServer server;

    /** @param bindPort the port; negative numbers mean a free port that all instances with the same number share */
    KafkaVerticle(KafkaListenerConfig config, int bindPort, ListenerServices services) {
        this.config = config;
        this.bindPort = bindPort;
        this.services = services;
    }

    @Override
    public Future<?> start() {
        NetServerOptions options = new NetServerOptions()
                .setTcpNoDelay(true)
                .setTcpKeepAlive(true)
                .setAcceptBacklog(ACCEPT_BACKLOG)
                .setIdleTimeoutUnit(TimeUnit.MILLISECONDS)
                .setIdleTimeout((int) Math.min(config.idleTimeoutMs(), Integer.MAX_VALUE));
        server = vertx.createNetServer(options).connectHandler(this::accept);
        return server.listen(bindPort, config.host());
    }

    private void accept(NetSocket socket) {
        if (!services.connections().tryAcquire(socket.remoteAddress().toString())) {
            socket.close();
            return;
        }
        socket.setWriteQueueMaxSize(WRITE_QUEUE_BYTES_MAX);
        KafkaConnection connection = new KafkaConnection((NetSocketInternal) socket, context, services, config);
        services.metrics().connectionOpened();
        socket.closeHandler(closed -> {
            services.connections().release();
            services.metrics().connectionClosed();
            connection.onClosed();
        });
        connection.open(config.firstRequestTimeoutMs());
        if (services.tls() != null) {
            new TlsHandshake(services).begin((NetSocketInternal) socket, connection);
        }
    }

    int actualPort() {
        return server.actualPort();
    }

    @Override
    public Future<?> stop() {
        return server.shutdown(Duration.ofMillis(config.stopTimeoutMs()));
    }
}
