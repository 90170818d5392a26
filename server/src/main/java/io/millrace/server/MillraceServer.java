package io.millrace.server;

import io.millrace.cluster.ClusterConfig;
import io.millrace.cluster.ClusterNode;
import io.millrace.server.config.MillraceConfig;
import io.millrace.storage.StorageMetrics;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.time.Clock;
import java.time.Duration;
import java.util.List;

/** One node, started in order and stopped in reverse. Start and stop may be called on any thread but an event loop. */
public final class MillraceServer implements AutoCloseable {

    /** How long a stop may last in all; service managers kill after about this time. */
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(30);

    private final MillraceConfig config;
    private final StartupSequence sequence = new StartupSequence(List.of(
            new StartupStep("Vert.x", this::openVertx, this::closeVertx),
            new StartupStep("the data directory", this::openNode, this::closeNode)));

    private Vertx vertx;
    private ClusterNode node;

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

    /** {@code host:port} for Kafka clients on this machine. */
    public String kafkaAddress() {
        return HttpUrl.authority(config.kafka().host(), config.kafka().port());
    }

    /** The base URL for clients on this machine. */
    public String httpUrl() {
        return HttpUrl.of(config.http().host(), config.http().port());
    }

    public String httpHost() {
        return config.http().host();
    }

    public int httpPort() {
        return config.http().port();
    }

    private Future<?> openVertx() {
        vertx = Vertx.vertx(new VertxOptions());
        return Future.succeededFuture();
    }

    private Future<?> closeVertx() {
        return vertx.close();
    }

    private Future<?> openNode() {
        return ClusterNode.start(vertx, clusterConfig(), Clock.systemUTC(), StorageMetrics.NONE)
                .onSuccess(started -> node = started);
    }

    private Future<?> closeNode() {
        return node.stop();
    }

    private ClusterConfig clusterConfig() {
        return new ClusterConfig(
                config.node().id(),
                config.node().rack(),
                config.storage().toStorageConfig(config.node().dataDir()),
                config.topics().defaultPartitions(),
                config.topics().autoCreate(),
                config.topicDefaults(),
                config.topics().maxPartitions(),
                config.topics().appenderBytesMax());
    }
}
