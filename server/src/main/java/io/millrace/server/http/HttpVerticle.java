package io.millrace.server.http;

import io.millrace.cluster.tls.RefusalLog;
import io.millrace.cluster.tls.TlsCredentials;
import io.millrace.cluster.tls.TlsFailures;
import io.millrace.cluster.tls.TlsIdentity;
import io.millrace.websocket.protocol.Subprotocol;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.ServerSSLOptions;
import io.vertx.ext.web.Router;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The listener's part on one event loop: a server, a router and the connections that came here. */
final class HttpVerticle extends VerticleBase {

    private static final Logger LOG = LoggerFactory.getLogger(HttpVerticle.class);

    private final HttpConfig config;
    private final int port;
    private final TlsIdentity tls;
    private final List<RouteModule> modules;
    private final HttpMetrics metrics;
    private final AtomicInteger openConnections;

    private final RefusalLog refusals = new RefusalLog(LOG);

    private HttpServer server;

    HttpVerticle(
            HttpConfig config,
            int port,
            TlsIdentity tls,
            List<RouteModule> modules,
            HttpMetrics metrics,
            AtomicInteger openConnections) {
        this.config = config;
        this.port = port;
        this.tls = tls;
        this.modules = modules;
        this.metrics = metrics;
        this.openConnections = openConnections;
    }

    @Override
    public Future<?> start() {
        ConnectionGuard connections = new ConnectionGuard(config, metrics, openConnections);
        Router router = Router.router(vertx);
        FailureHandler failures = new FailureHandler(vertx, router);
        router.route().order(Integer.MIN_VALUE).setName("none").handler(new RequestEntry(connections, metrics, config));
        router.route()
                .order(Integer.MIN_VALUE + 1)
                .setName("preflight")
                .handler(new CrossOrigin(config.allowedOrigins()));
        modules.forEach(module -> module.mount(router));
        failures.mount();

        connections.start(vertx);
        HttpServerOptions options = options();
        if (tls != null) {
            secure(options);
        }
        server = vertx.createHttpServer(options)
                .exceptionHandler(this::notOpened)
                .connectionHandler(connections::opened)
                .invalidRequestHandler(failures::invalidRequest)
                .requestHandler(router);
        return server.listen(port, config.host());
    }

    /** Stops accepting, lets requests that are under way end, then closes what is left. */
    @Override
    public Future<?> stop() {
        return server.shutdown(Duration.ofMillis(config.drainTimeoutMs()));
    }

    private void secure(HttpServerOptions options) {
        options.setSsl(true)
                // One protocol, as in plain text: what is true of connections and streams there is true here.
                .setUseAlpn(false)
                .setEnabledSecureTransportProtocols(new LinkedHashSet<>(TlsCredentials.CLIENT_PROTOCOLS))
                .setKeyCertOptions(tls.current().keyCert())
                // Connections are counted once they are secured, so this bounds those that are not.
                .setSslHandshakeTimeout(config.firstRequestTimeoutMs())
                .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS);
        tls.onRenewal(renewed -> {
            ServerSSLOptions changed = options.getSslOptions().copy();
            changed.setKeyCertOptions(renewed.keyCert());
            server.updateSSLOptions(changed)
                    .onFailure(failure -> LOG.warn("http.tls: the renewed certificate is not used", failure));
        });
    }

    /** A connection that came to nothing before there was a request; Vert.x does not say whose. */
    private void notOpened(Throwable failure) {
        if (tls != null && TlsFailures.isPlainText(failure)) {
            refusals.warn(
                    "",
                    "plain text",
                    "HTTP connection closed: it does not speak TLS, but http.tls is set: use https:// in its URL");
        } else {
            LOG.debug("HTTP connection failed", failure);
        }
    }

    int actualPort() {
        return server.actualPort();
    }

    private HttpServerOptions options() {
        return new HttpServerOptions()
                .setIdleTimeout(Math.toIntExact(config.idleTimeoutMs()))
                .setIdleTimeoutUnit(TimeUnit.MILLISECONDS)
                .setMaxHeaderSize(config.maxHeaderBytes())
                .setMaxInitialLineLength(config.maxHeaderBytes())
                .setTcpNoDelay(true)
                .setAcceptBacklog(4096)
                // HTTP/2 without TLS would be a second protocol with limits of its own; browsers never speak it.
                .setHttp2ClearTextEnabled(false)
                .setWebSocketSubProtocols(Subprotocol.wireNames())
                .setMaxWebSocketFrameSize(config.maxWebSocketFrameBytes())
                // Lets compressed messages through; how compression is agreed on is up to the gateway.
                .setPerMessageWebSocketCompressionSupported(true)
                .setPerFrameWebSocketCompressionSupported(false);
    }
}
