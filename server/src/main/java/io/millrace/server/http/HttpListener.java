package io.millrace.server.http;

import io.millrace.cluster.tls.TlsIdentity;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP port: opens it on several event loops with the routes of the given modules, and closes it again. Thread-safe.
 */
public final class HttpListener {

    private static final Logger LOG = LoggerFactory.getLogger(HttpListener.class);

    /**
     * Vert.x shares one socket between the servers that ask for the same negative port, and takes a free port for it. That goes
     * for all TCP servers, so these numbers begin far from those that the Kafka listener counts up from zero.
     */
    private static final AtomicInteger FREE_PORT_GROUP = new AtomicInteger(1 << 20);

    private final Vertx vertx;
    private final String deploymentId;
    private final String host;
    private final int port;

    private HttpListener(Vertx vertx, String deploymentId, String host, int port) {
        this.vertx = vertx;
        this.deploymentId = deploymentId;
        this.host = host;
        this.port = port;
    }

    /**
     * Opens the port. Completes when requests are taken; fails with an {@link IOException} whose message tells the user what to
     * do when the address cannot be bound.
     *
     * @param tls what clients are shown; null for plain text. Whoever opened it closes it, after the listener
     * @param modules the routes, tried in this order
     */
    public static Future<HttpListener> start(
            Vertx vertx, HttpConfig config, TlsIdentity tls, List<RouteModule> modules, HttpMetrics metrics) {
        AtomicInteger openConnections = new AtomicInteger();
        ConcurrentLinkedQueue<HttpVerticle> instances = new ConcurrentLinkedQueue<>();
        int port = config.port() == 0 ? -FREE_PORT_GROUP.incrementAndGet() : config.port();
        return vertx.deployVerticle(
                        () -> {
                            HttpVerticle instance =
                                    new HttpVerticle(config, port, tls, modules, metrics, openConnections);
                            instances.add(instance);
                            return instance;
                        },
                        new DeploymentOptions().setInstances(config.eventLoops()))
                .map(id -> new HttpListener(
                        vertx, id, config.host(), instances.element().actualPort()))
                .onSuccess(listener -> LOG.info(
                        "HTTP{} listens, host={} port={}", tls == null ? "" : "S", listener.host, listener.port))
                .recover(failure -> Future.failedFuture(explain(config, failure)));
    }

    /** As {@link #start(Vertx, HttpConfig, TlsIdentity, List, HttpMetrics)}, in plain text. */
    public static Future<HttpListener> start(
            Vertx vertx, HttpConfig config, List<RouteModule> modules, HttpMetrics metrics) {
        return start(vertx, config, null, modules, metrics);
    }

    /** The port that is bound. */
    public int port() {
        return port;
    }

    /** Closes the port and waits for requests that are under way, up to the configured time. */
    public Future<Void> stop() {
        return vertx.undeploy(deploymentId);
    }

    private static Throwable explain(HttpConfig config, Throwable failure) {
        String address = config.host() + ":" + config.port();
        if (failure instanceof UnknownHostException || failure instanceof UnresolvedAddressException) {
            return new IOException(
                    "cannot listen for HTTP on " + address + ": the host name is not known; check http.host", failure);
        }
        // Sockets of epoll have an exception of their own for a port that is taken.
        if (failure instanceof IOException) {
            return new IOException(
                    "cannot listen for HTTP on " + address + " (" + failure.getMessage()
                            + "): stop the program that uses the port, or choose another address with http.host and http.port",
                    failure);
        }
        return failure;
    }
}
