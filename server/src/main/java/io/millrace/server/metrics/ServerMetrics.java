package io.millrace.server.metrics;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.millrace.cluster.ClusterNode;
import io.millrace.server.http.HttpMetrics;
import io.millrace.storage.StorageMetrics;
import io.millrace.websocket.GatewayMetrics;

/**
 * Every meter of the process, and their text for Prometheus. Made before everything that counts; {@link #watch} adds what can be
 * read from the node once it runs. Thread-safe.
 */
public final class ServerMetrics implements AutoCloseable {

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final JvmGcMetrics garbageCollection = new JvmGcMetrics();
    private final StorageMeters storage = new StorageMeters(registry);
    private final HttpMeters http = new HttpMeters(registry);
    private final KafkaMeters kafka = new KafkaMeters(registry);
    private final GatewayMeters gateway = new GatewayMeters(registry);

    private TopicMeters topics;
    private ReplicationMeters replication;
    private CoordinatorMeters coordinators;
    private ShareMeters shares;

    /** @param version of this build, for {@code millrace_build_info} */
    public ServerMetrics(String version) {
        Gauge.builder("millrace.build.info", () -> 1)
                .description("Always 1; the labels say which build runs on which Java")
                .tag("version", version)
                .tag("java", Runtime.version().toString())
                .register(registry);
        new JvmMemoryMetrics().bindTo(registry);
        garbageCollection.bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
    }

    public StorageMetrics storage() {
        return storage;
    }

    public HttpMetrics http() {
        return http;
    }

    public KafkaMetrics kafka() {
        return kafka;
    }

    public GatewayMetrics gateway() {
        return gateway;
    }

    /** Adds the meters that are read from a running node. */
    public synchronized void watch(ClusterNode node) {
        Gauge.builder(
                        "millrace.storage.online",
                        node,
                        running -> running.health().isOnline() ? 1 : 0)
                .description("1 while appends are possible, 0 when the log directory is offline")
                .register(registry);
        Gauge.builder(
                        "millrace.storage.damaged.segments",
                        node,
                        running -> running.health().scrubReport().damages().size())
                .description("Old segments that are known to be damaged; the log and /healthz say which")
                .register(registry);
        Gauge.builder(
                        "millrace.gateway.idempotency.keys",
                        node,
                        running -> running.onceAppends().remembered())
                .description("Idempotency keys that are remembered here; gateway.idempotencyKeysMax is the limit")
                .register(registry);
        topics = new TopicMeters(registry, node);
        replication = new ReplicationMeters(registry, node);
        coordinators = new CoordinatorMeters(registry, node);
        shares = new ShareMeters(registry, node);
    }

    /** All meters in Prometheus' text format. May take milliseconds: not for event loops. */
    public synchronized String scrape() {
        if (topics != null) {
            topics.refresh();
            replication.refresh();
            coordinators.refresh();
            shares.refresh();
        }
        return registry.scrape();
    }

    @Override
    public void close() {
        garbageCollection.close();
        registry.close();
    }
}
