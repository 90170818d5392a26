package io.millrace.server.kafka;

import io.millrace.cluster.ClusterNode;
import io.millrace.server.kafka.handler.ApiHandlers;
import io.millrace.server.metrics.KafkaMetrics;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The TCP listener for Kafka clients: one port, served by several event loops. Thread-safe.
 *
 * <p>The node must be started before and stopped after the listener, so that every request finds its partitions.
 */
public final class KafkaListener {

    private static final Logger log = LoggerFactory.getLogger(KafkaListener.class);

    /** Tells apart the listeners of one Vert.x that each bind a free port. */
    private static final AtomicInteger FREE_PORTS = new AtomicInteger();

    private final Vertx vertx;
    private final String deploymentId;
    private final int actualPort;
    private final ConnectionLimit connections;

    private KafkaListener(Vertx vertx, String deploymentId, int actualPort, ConnectionLimit connections) {
        this.vertx = vertx;
        this.deploymentId = deploymentId;
        this.actualPort = actualPort;
        this.connections = connections;
    }

    /**
     * Binds the port and tells the cluster where clients reach it. Completes when clients can connect; fails with a message
     * that tells the user what to do.
     */
    public static Future<KafkaListener> start(
            Vertx vertx, KafkaListenerConfig config, ClusterNode node, KafkaMetrics metrics) {
        return start(vertx, config, node, RequestMemory.ofHeap(config.maxFrameBytes()), metrics);
    }

    static Future<KafkaListener> start(
            Vertx vertx, KafkaListenerConfig config, ClusterNode node, RequestMemory memory, KafkaMetrics metrics) {
        ListenerServices services = new ListenerServices(
                new RequestDispatcher(new ApiHandlers(node, config.fetchMaxBytes())),
                new ConnectionLimit(config.maxConnections()),
                memory,
                metrics);
        if (config.port() == 0) {
            return deploy(vertx, config, -FREE_PORTS.incrementAndGet(), services)
                    .compose(listener ->
                            advertise(node, config, listener.actualPort).map(listener));
        }
        // Told before the port is open, so that no client can ask in between.
        return advertise(node, config, config.port()).compose(told -> deploy(vertx, config, config.port(), services));
    }

    private static Future<KafkaListener> deploy(
            Vertx vertx, KafkaListenerConfig config, int bindPort, ListenerServices services) {
        Queue<KafkaVerticle> verticles = new ConcurrentLinkedQueue<>();
        int instances = config.eventLoops() != 0 ? config.eventLoops() : VertxOptions.DEFAULT_EVENT_LOOP_POOL_SIZE;
        return vertx.deployVerticle(
                        () -> {
                            KafkaVerticle verticle = new KafkaVerticle(config, bindPort, services);
                            verticles.add(verticle);
                            return verticle;
                        },
                        new DeploymentOptions().setInstances(instances))
                .recover(failure -> Future.failedFuture(cannotBind(config, failure)))
                .map(deploymentId -> {
                    int port = verticles.element().actualPort();
                    log.info("Kafka clients are served on {}:{}", config.host(), port);
                    return new KafkaListener(vertx, deploymentId, port, services.connections());
                });
    }

    private static Future<Void> advertise(ClusterNode node, KafkaListenerConfig config, int boundPort) {
        return node.advertise(
                config.advertisedHost() != null ? config.advertisedHost() : config.host(),
                config.advertisedPort() != 0 ? config.advertisedPort() : boundPort);
    }

    private static IOException cannotBind(KafkaListenerConfig config, Throwable failure) {
        return new IOException(
                "The Kafka listener cannot bind " + config.host() + ":" + config.port() + " (" + failure.getMessage()
                        + "). If the port is taken, stop the other program or choose another kafka.port; if the address is"
                        + " not one of this machine, correct kafka.host.",
                failure);
    }

    /** The port that is bound. */
    public int actualPort() {
        return actualPort;
    }

    /** Number of open connections. */
    public int openConnections() {
        return connections.open();
    }

    /**
     * Takes no further connections or requests, answers what is in flight for up to {@link KafkaListenerConfig#stopTimeoutMs()},
     * and closes all connections.
     */
    public Future<Void> stop() {
        return vertx.undeploy(deploymentId);
    }
}
