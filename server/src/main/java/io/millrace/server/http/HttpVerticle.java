package io.millrace.server.http;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The listener's part on one event loop: a server, a router and the connections that came here. */
final class HttpVerticle extends VerticleBase {

    private final HttpConfig config;
    private final int port;
    private final List<RouteModule> modules;
    private final HttpMetrics metrics;
    private final AtomicInteger openConnections;

    private HttpServer server;

    HttpVerticle(
            HttpConfig config,
            int port,
            List<RouteModule> modules,
            HttpMetrics metrics,
            AtomicInteger openConnections) {
        this.config = config;
        this.port = port;
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
        server = vertx.createHttpServer(options())
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
                // A compressor with a window per connection would cost each follower memory and share no frames.
                .setPerMessageWebSocketCompressionSupported(false)
                .setPerFrameWebSocketCompressionSupported(false);
    }
}
