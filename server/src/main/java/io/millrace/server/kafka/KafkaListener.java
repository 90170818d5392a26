package io.millrace.server.kafka;

import io.millrace.cluster.ClusterNode;
import io.millrace.cluster.peer.PeerAddress;
import io.millrace.cluster.tls.RefusalLog;
import io.millrace.cluster.tls.TlsIdentity;
import io.millrace.server.kafka.handler.ApiHandlers;
import io.millrace.server.kafka.quota.ClientQuotas;
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
 * A TCP listener that speaks the Kafka protocol: one port, served by several event loops. There is one for clients, and in a cluster
 * another one, with a table of its own, for the other nodes. Thread-safe.
 *
 * <p>The node must be started before and stopped after the listener, so that every request finds its partitions.
 */
public final class KafkaListener {

    private static final Logger log = LoggerFactory.getLogger(KafkaListener.class);

    /** Tells apart the listeners of one Vert.x that each bind a free port. */
    private static final AtomicInteger FREE_PORTS = new AtomicInteger();

    private final Vertx vertx;
    private final KafkaListenerConfig config;
    private final String deploymentId;
    private final int actualPort;
    private final ConnectionLimit connections;
    private final ClientQuotas quotas;

    private KafkaListener(
            Vertx vertx, KafkaListenerConfig config, String deploymentId, int actualPort, ListenerServices services) {
        this.vertx = vertx;
        this.config = config;
        this.deploymentId = deploymentId;
        this.actualPort = actualPort;
        this.connections = services.connections();
        this.quotas = services.quotas();
    }

    /**
     * Binds the port for clients. Completes when they can connect; fails with a message that tells the user what to do.
     */
    public static Future<KafkaListener> start(
            Vertx vertx, KafkaListenerConfig config, ClusterNode node, KafkaMetrics metrics) {
        return start(vertx, config, null, node, metrics);
    }

    /**
     * As {@link #start(Vertx, KafkaListenerConfig, ClusterNode, KafkaMetrics)}.
     *
     * @param tls what clients are shown; null for plain text. Whoever opened it closes it, after the listener
     */
    public static Future<KafkaListener> start(
            Vertx vertx, KafkaListenerConfig config, TlsIdentity tls, ClusterNode node, KafkaMetrics metrics) {
        return startForClients(vertx, config, tls, node, RequestMemory.ofHeap(config.maxFrameBytes()), metrics);
    }

    static Future<KafkaListener> start(
            Vertx vertx, KafkaListenerConfig config, ClusterNode node, RequestMemory memory, KafkaMetrics metrics) {
        return startForClients(vertx, config, null, node, memory, metrics);
    }

    private static Future<KafkaListener> startForClients(
            Vertx vertx,
            KafkaListenerConfig config,
            TlsIdentity tls,
            ClusterNode node,
            RequestMemory memory,
            KafkaMetrics metrics) {
        ClientQuotas quotas = ClientQuotas.of(node.controller(), config.quotaWindowNum(), config.quotaWindowMs());
        ApiHandlers table = ApiHandlers.forClients(node, config.limits(), quotas);
        return deploy(vertx, config, services(config, table, memory, metrics, ListenerAudience.CLIENTS, tls, quotas));
    }

    /**
     * Binds the port for the other nodes. Completes when they can connect; fails with a message that tells the user what to do.
     *
     * @param tls who this node is, and whom it believes; null for plain text. Whoever opened it closes it, after the listener
     * @param table what they may ask
     */
    public static Future<KafkaListener> startForPeers(
            Vertx vertx, KafkaListenerConfig config, TlsIdentity tls, ApiHandlers table, KafkaMetrics metrics) {
        RequestMemory memory = RequestMemory.ofHeap(config.maxFrameBytes());
        return deploy(vertx, config, services(config, table, memory, metrics, ListenerAudience.PEERS, tls, null));
    }

    /** As {@link #startForPeers(Vertx, KafkaListenerConfig, TlsIdentity, ApiHandlers, KafkaMetrics)}, in plain text. */
    public static Future<KafkaListener> startForPeers(
            Vertx vertx, KafkaListenerConfig config, ApiHandlers table, KafkaMetrics metrics) {
        return startForPeers(vertx, config, null, table, metrics);
    }

    private static ListenerServices services(
            KafkaListenerConfig config,
            ApiHandlers table,
            RequestMemory memory,
            KafkaMetrics metrics,
            ListenerAudience audience,
            TlsIdentity tls,
            ClientQuotas quotas) {
        return new ListenerServices(
                new RequestDispatcher(table),
                new ConnectionLimit(config.maxConnections()),
                memory,
                metrics,
                audience,
                tls,
                quotas,
                new RefusalLog(LoggerFactory.getLogger(KafkaConnection.class)));
    }

    private static Future<KafkaListener> deploy(Vertx vertx, KafkaListenerConfig config, ListenerServices services) {
        ListenerAudience audience = services.audience();
        int bindPort = config.port() == 0 ? -FREE_PORTS.incrementAndGet() : config.port();
        Queue<KafkaVerticle> verticles = new ConcurrentLinkedQueue<>();
        int instances = config.eventLoops() != 0 ? config.eventLoops() : VertxOptions.DEFAULT_EVENT_LOOP_POOL_SIZE;
        return vertx.deployVerticle(
                        () -> {
                            KafkaVerticle verticle = new KafkaVerticle(config, bindPort, services);
                            verticles.add(verticle);
                            return verticle;
                        },
                        new DeploymentOptions().setInstances(instances))
                .recover(failure -> Future.failedFuture(cannotBind(config, audience, failure)))
                .map(deploymentId -> {
                    int port = verticles.element().actualPort();
                    log.info(
                            "{} are served on {}:{}{}",
                            audience.who(),
                            config.host(),
                            port,
                            services.tls() == null ? "" : ", with TLS");
                    return new KafkaListener(vertx, config, deploymentId, port, services);
                });
    }

    private static IOException cannotBind(KafkaListenerConfig config, ListenerAudience audience, Throwable failure) {
        String section = audience.section();
        return new IOException(
                "The listener for " + audience.who() + " cannot bind " + config.host() + ":" + config.port() + " ("
                        + failure.getMessage() + "). If the port is taken, stop the other program or choose another "
                        + section + ".port; if the address is not one of this machine, correct " + section + ".host.",
                failure);
    }

    /** The port that is bound. */
    public int actualPort() {
        return actualPort;
    }

    /** Where clients are told to connect. */
    public PeerAddress advertised() {
        return new PeerAddress(
                config.advertisedHost() != null ? config.advertisedHost() : config.host(),
                config.advertisedPort() != 0 ? config.advertisedPort() : actualPort);
    }

    /** What clients use of their quotas, by whatever protocol; null for the listener for other nodes. */
    public ClientQuotas quotas() {
        return quotas;
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
