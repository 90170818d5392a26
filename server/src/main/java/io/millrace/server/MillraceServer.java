package io.millrace.server;

import io.millrace.cluster.ClusterNode;
import io.millrace.cluster.NodeEndpoints;
import io.millrace.cluster.peer.PeerAddress;
import io.millrace.cluster.tls.TlsException;
import io.millrace.cluster.tls.TlsIdentity;
import io.millrace.server.config.MillraceConfig;
import io.millrace.server.config.TlsSettings;
import io.millrace.server.http.HttpConfig;
import io.millrace.server.http.HttpListener;
import io.millrace.server.http.HttpQuota;
import io.millrace.server.http.Readiness;
import io.millrace.server.http.RouteModule;
import io.millrace.server.http.auth.TicketRoutes;
import io.millrace.server.http.body.BodyBudget;
import io.millrace.server.http.cluster.ClusterRoutes;
import io.millrace.server.http.document.DocumentRoutes;
import io.millrace.server.http.group.GroupRoutes;
import io.millrace.server.http.page.DashboardRoutes;
import io.millrace.server.http.produce.ProducerRoutes;
import io.millrace.server.http.produce.QuotaProducer;
import io.millrace.server.http.read.ReadRoutes;
import io.millrace.server.http.read.WaitingReads;
import io.millrace.server.http.topic.OverviewRoutes;
import io.millrace.server.http.topic.TopicRoutes;
import io.millrace.server.kafka.KafkaListener;
import io.millrace.server.kafka.handler.ApiHandlers;
import io.millrace.server.metrics.HealthRoutes;
import io.millrace.server.metrics.KafkaMetrics;
import io.millrace.server.metrics.NodeFacts;
import io.millrace.server.metrics.ServerMetrics;
import io.millrace.websocket.GatewayBackend;
import io.millrace.websocket.StreamGateway;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One node, started in order and stopped in reverse. Start and stop may be called on any thread but an event loop. */
public final class MillraceServer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(MillraceServer.class);

    /** How long a stop may last in all; service managers kill after about this time. */
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(30);

    private static final String DASHBOARD_FOLDER = "dashboard";

    private final MillraceConfig config;
    private final Clock clock = Clock.systemUTC();
    private final Readiness readiness = new Readiness();
    private final WaitingReads waitingReads = new WaitingReads();

    private final StartupSequence sequence = new StartupSequence(List.of(
            new StartupStep("Vert.x", this::openVertx, this::closeVertx),
            new StartupStep("metrics", this::openMetrics, this::closeMetrics),
            new StartupStep("certificates", this::openTls, this::closeTls),
            new StartupStep("the data directory", this::openNode, this::closeNode),
            new StartupStep("the listener for other nodes", this::openPeers, this::closePeers),
            new StartupStep("the metadata of the cluster", this::joinCluster, this::leaveQuorum),
            new StartupStep("the stream gateway", this::openGateway, this::closeGateway),
            new StartupStep("the Kafka listener", this::openKafka, this::closeKafka),
            new StartupStep("the HTTP listener", this::openHttp, this::closeHttp),
            new StartupStep("the place in the cluster", this::registerNode, this::leaveCluster),
            new StartupStep("what other nodes are told", this::startFacts, this::stopFacts),
            new StartupStep("readiness", this::becomeReady, this::drain)));

    private Vertx vertx;
    private ServerMetrics metrics;
    private TlsIdentity peerTls;
    private TlsIdentity kafkaTls;
    private TlsIdentity httpTls;
    private ClusterNode node;
    private KafkaListener peers;
    private KafkaListener kafka;
    private StreamGateway gateway;
    private HttpListener http;
    private NodeFacts facts;

    private MillraceServer(MillraceConfig config) {
        this.config = config;
    }

    /**
     * Starts a node. Blocks until clients can use it.
     *
     * @throws StartupException when it cannot start, with everything stopped again
     */
    public static MillraceServer start(MillraceConfig config) throws StartupException {
        MillraceServer server = new MillraceServer(config);
        server.sequence.start(STOP_TIMEOUT);
        return server;
    }

    /** Stops the node. Blocks until it is stopped, 30 seconds at most; calling it again does nothing. */
    @Override
    public void close() {
        sequence.stop(STOP_TIMEOUT);
    }

    public MillraceConfig config() {
        return config;
    }

    /** The part that it has in its cluster. */
    ClusterNode node() {
        return node;
    }

    /** The port that is bound. */
    public int kafkaPort() {
        return kafka.actualPort();
    }

    /** The port that is bound. */
    public int httpPort() {
        return http.port();
    }

    /** The host on which clients on this machine reach the HTTP listener. */
    public String httpHost() {
        return LocalUrl.host(config.http().host());
    }

    /** {@code host:port} for Kafka clients on this machine. */
    public String kafkaAddress() {
        return LocalUrl.authority(config.kafka().host(), kafkaPort());
    }

    /** The base URL for HTTP clients on this machine. */
    public String httpUrl() {
        return LocalUrl.of(config.http().host(), httpPort(), httpTls != null);
    }

    private Future<?> openVertx() {
        // Sockets of Linux by way of epoll, which costs a third less where many clients are sent little (decision 028);
        // elsewhere, or where it cannot be loaded, by way of the JDK.
        vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
        if (!vertx.isNativeTransportEnabled()) {
            LOG.debug("Sockets are those of the JDK", vertx.unavailableNativeTransportCause());
        }
        return Future.succeededFuture();
    }

    private Future<?> closeVertx() {
        return vertx.close();
    }

    private Future<?> openMetrics() {
        metrics = new ServerMetrics(BuildInfo.current().version());
        return Future.succeededFuture();
    }

    private Future<?> closeMetrics() {
        metrics.close();
        return Future.succeededFuture();
    }

    /** Before the data directory: a node that nobody would let in founds nothing. */
    private Future<?> openTls() {
        return vertx.executeBlocking(() -> {
            if (config.cluster().isClustered() && config.cluster().tls().isOn()) {
                peerTls = TlsIdentity.ofNode(
                        vertx,
                        ComponentConfigs.peerTls(config),
                        config.node().id(),
                        ComponentConfigs.peerAddress(config).host());
            }
            kafkaTls = openTls("kafka.tls", config.kafka().tls());
            httpTls = openTls("http.tls", config.http().tls());
            return null;
        });
    }

    private TlsIdentity openTls(String section, TlsSettings tls) throws TlsException {
        return tls.isOn() ? TlsIdentity.ofServer(vertx, ComponentConfigs.clientTls(section, tls)) : null;
    }

    private Future<?> closeTls() {
        Stream.of(peerTls, kafkaTls, httpTls).filter(Objects::nonNull).forEach(TlsIdentity::close);
        return Future.succeededFuture();
    }

    private Future<?> openNode() {
        return ClusterNode.open(vertx, ComponentConfigs.cluster(config, peerTls), clock, metrics.storage())
                .onSuccess(started -> {
                    node = started;
                    metrics.watch(started);
                });
    }

    private Future<?> closeNode() {
        return node.stop();
    }

    private Future<?> openPeers() {
        if (!config.cluster().isClustered()) {
            return Future.succeededFuture();
        }
        ApiHandlers table = ApiHandlers.forPeers(
                node.peerApis(),
                node.replicas(),
                node.partitions(),
                node.onceAppends(),
                node.controller(),
                config.kafka().fetchMaxBytes());
        return KafkaListener.startForPeers(vertx, ComponentConfigs.peers(config), peerTls, table, KafkaMetrics.NONE)
                .onSuccess(started -> peers = started);
    }

    private Future<?> closePeers() {
        return peers == null ? Future.succeededFuture() : peers.stop();
    }

    private Future<?> joinCluster() {
        return node.join();
    }

    private Future<?> registerNode() {
        return node.register(new NodeEndpoints(
                kafka.advertised(),
                new PeerAddress(httpHost(), httpPort()),
                httpTls != null,
                config.cluster().isClustered() ? node.config().peers().address() : null));
    }

    /** Before the listeners close, so that clients are told where to go. */
    private Future<?> leaveCluster() {
        return node.leave();
    }

    /** While other nodes still reach this one. */
    private Future<?> leaveQuorum() {
        return node.leaveQuorum();
    }

    private Future<?> openGateway() {
        gateway = new StreamGateway(
                vertx,
                new GatewayBackend(
                        Integer.toString(node.config().nodeId()),
                        node.anywhere(),
                        node.controller(),
                        write -> new QuotaProducer(node.producer(), kafka.quotas()).produce(write),
                        node.groupMembers(),
                        (client, bytes) -> HttpQuota.ofReads(kafka.quotas()).charge(bytes),
                        config.topicDefaults()),
                ComponentConfigs.gateway(config),
                metrics.gateway(),
                clock);
        return Future.succeededFuture();
    }

    private Future<?> closeGateway() {
        return gateway.close();
    }

    private Future<?> openKafka() {
        return KafkaListener.start(vertx, ComponentConfigs.kafka(config), kafkaTls, node, metrics.kafka())
                .onSuccess(started -> kafka = started);
    }

    private Future<?> closeKafka() {
        return kafka.stop();
    }

    private Future<?> openHttp() {
        HttpConfig httpConfig = ComponentConfigs.http(config);
        return HttpListener.start(vertx, httpConfig, httpTls, routes(httpConfig), metrics.http())
                .onSuccess(started -> http = started);
    }

    private List<RouteModule> routes(HttpConfig httpConfig) {
        BodyBudget budget = new BodyBudget(httpConfig.maxBodyBytesInFlight());
        return List.of(
                new HealthRoutes(vertx, node, readiness, metrics),
                gateway::mount,
                new TicketRoutes(vertx, gateway.access()),
                new ProducerRoutes(vertx, httpConfig, node, budget, kafka.quotas(), readiness, metrics.http()),
                new ReadRoutes(
                        vertx,
                        node,
                        ComponentConfigs.gateway(config),
                        kafka.quotas(),
                        metrics.gateway(),
                        waitingReads,
                        clock),
                new TopicRoutes(vertx, httpConfig, node, budget),
                new GroupRoutes(node),
                new DocumentRoutes(node, BuildInfo.current().version()),
                new ClusterRoutes(vertx, httpConfig, node, budget),
                new OverviewRoutes(node, BuildInfo.current().version(), clock, gateway::openStreams),
                new DashboardRoutes(vertx, DASHBOARD_FOLDER));
    }

    private Future<?> closeHttp() {
        return http.stop();
    }

    private Future<?> startFacts() {
        facts = new NodeFacts(vertx, node, gateway::openStreams);
        facts.start();
        return Future.succeededFuture();
    }

    private Future<?> stopFacts() {
        facts.stop();
        return Future.succeededFuture();
    }

    private Future<?> becomeReady() {
        readiness.become(Readiness.Phase.READY);
        return Future.succeededFuture();
    }

    /** Balancers, reads that wait and streams go first, while every listener still answers. */
    private Future<?> drain() {
        readiness.become(Readiness.Phase.DRAINING);
        waitingReads.drain();
        return gateway.drain();
    }
}
