package io.millrace.server.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.cluster.ClusterNode;
import io.millrace.cluster.partition.ReplicaHealth;
import io.millrace.cluster.quorum.QuorumStatus;
import io.millrace.cluster.replication.ReplicationStats;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * How this node replicates, and what it is in the cluster: {@code millrace_replication_…}, {@code millrace_cluster_…}. All of it is of
 * this node alone: sums over all nodes are those of the cluster. No label but the role, so that the number of series is fixed.
 */
final class ReplicationMeters {

    private final MeterRegistry registry;
    private final ClusterNode node;
    private volatile ReplicaHealth health;

    ReplicationMeters(MeterRegistry registry, ClusterNode node) {
        this.registry = registry;
        this.node = node;
        refresh();
        partitions();
        counters(node.health().replicationStats());
        cluster();
    }

    /** Looks at the partitions once for all meters of a scrape. */
    void refresh() {
        health = node.health().replicas();
    }

    private void partitions() {
        replicas("partitions.led", ReplicaHealth::led, "Partitions that this node leads");
        replicas(
                "partitions.under.replicated",
                ReplicaHealth::underReplicated,
                "Partitions led by this node some of whose replicas are not in sync");
        replicas(
                "partitions.under.min.insync",
                ReplicaHealth::underMinInSync,
                "Partitions led by this node that take no acks=all: too few replicas are in sync");
        replicas(
                "partitions.offline",
                ReplicaHealth::offline,
                "Replicas on this node of partitions that nobody leads, or that do not follow any more");
        replicas(
                "lag.records.max",
                ReplicaHealth::lagMax,
                "Records that the farthest follower of a partition led by this node does not have yet");
    }

    private void replicas(String name, ToDoubleFunction<ReplicaHealth> value, String description) {
        Gauge.builder("millrace.replication." + name, () -> value.applyAsDouble(health))
                .description(description)
                .register(registry);
    }

    private void counters(ReplicationStats stats) {
        count(stats, "received.bytes", ReplicationStats::receivedBytes, "Record bytes that this node got from leaders");
        count(stats, "sent.bytes", ReplicationStats::sentBytes, "Record bytes that this node answered to followers");
        count(stats, "fetch.rounds", ReplicationStats::rounds, "Answers of leaders to this node");
        count(
                stats,
                "fetch.errors",
                ReplicationStats::errors,
                "Fetches of this node without an answer, refused ones, and parts of answers that could not be taken");
        count(
                stats,
                "isr.shrinks",
                ReplicationStats::shrinks,
                "Times that fewer replicas of a partition led here were in sync");
        count(
                stats,
                "isr.expands",
                ReplicationStats::expands,
                "Times that more replicas of a partition led here were in sync");
        count(stats, "reigns", ReplicationStats::reigns, "Times that this node began to lead a partition");
    }

    private void count(
            ReplicationStats stats, String name, ToDoubleFunction<ReplicationStats> value, String description) {
        FunctionCounter.builder("millrace.replication." + name, stats, value)
                .description(description)
                .register(registry);
    }

    private void cluster() {
        Gauge.builder(
                        "millrace.cluster.active.controller",
                        node,
                        running -> running.controller().image().controllerId()
                                        == running.config().nodeId()
                                ? 1
                                : 0)
                .description("1 on the node whose controller decides; the sum over all nodes is 1")
                .register(registry);
        Gauge.builder(
                        "millrace.cluster.metadata.applied.offset",
                        node,
                        running -> running.controller().image().version())
                .description("The offset of the metadata log up to which this node carries out what was decided")
                .register(registry);
        Gauge.builder(
                        "millrace.cluster.metadata.committed.offset",
                        node,
                        running -> running.health().quorum().highWatermark().orElse(-1))
                .description(
                        "The end of what is committed of the metadata log, as far as this node knows; -1: it does not")
                .register(registry);
        for (QuorumStatus.Role role : QuorumStatus.Role.values()) {
            Gauge.builder(
                            "millrace.cluster.quorum.role",
                            node,
                            running -> running.health().quorum().role() == role ? 1 : 0)
                    .description("1 for what this node is in the metadata quorum, 0 for the others")
                    .tag("role", role.name().toLowerCase(Locale.ROOT))
                    .register(registry);
        }
    }
}
