package io.millrace.server.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.millrace.cluster.ClusterNode;
import io.millrace.cluster.group.GroupCounts;
import io.millrace.cluster.transaction.TransactionCounts;
import io.millrace.cluster.transaction.TransactionState;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/**
 * What this node coordinates: {@code millrace_groups_…}, {@code millrace_transactions_…}. Sums over all nodes are those of the cluster. No
 * label but protocols and states, so that the number of series is fixed. Looking does not make a node coordinate anything.
 */
final class CoordinatorMeters {

    /** A transaction is never in the others. */
    private static final List<TransactionState> STATES = List.of(
            TransactionState.EMPTY,
            TransactionState.ONGOING,
            TransactionState.PREPARE_COMMIT,
            TransactionState.PREPARE_ABORT,
            TransactionState.COMPLETE_COMMIT,
            TransactionState.COMPLETE_ABORT);

    private final MeterRegistry registry;
    private final ClusterNode node;
    private final MultiGauge groups;
    private final MultiGauge partitions;
    private volatile GroupCounts ofGroups;
    private volatile TransactionCounts ofTransactions;

    CoordinatorMeters(MeterRegistry registry, ClusterNode node) {
        this.registry = registry;
        this.node = node;
        this.groups = MultiGauge.builder("millrace.groups")
                .description("Groups that this node coordinates, by protocol and state; counted once a minute, none"
                        + " before it coordinates any")
                .register(registry);
        this.partitions = MultiGauge.builder("millrace.groups.partitions")
                .description("Partitions of __consumer_offsets that this node leads, by what it does with them")
                .register(registry);
        refresh();
        groups();
        node.groups().measure(new CoordinatorTimers(registry, "millrace.groups.", "groups", "__consumer_offsets"));
        transactions();
    }

    /** Counts once for all meters of a scrape. */
    void refresh() {
        ofGroups = node.groups().counts();
        ofTransactions = node.transactions().coordinator().counts();
        groups.register(
                ofGroups.groups().stream()
                        .map(each -> MultiGauge.Row.of(
                                Tags.of("protocol", each.protocol(), "state", each.state()), each.count()))
                        .toList(),
                true);
        partitions.register(
                ofGroups.partitions().entrySet().stream()
                        .map(each -> MultiGauge.Row.of(Tags.of("state", each.getKey()), each.getValue()))
                        .toList(),
                true);
    }

    private void groups() {
        Gauge.builder("millrace.groups.offsets", () -> ofGroups.offsets())
                .description("Committed offsets that this node keeps")
                .register(registry);
        Gauge.builder("millrace.groups.events.queued", () -> ofGroups.queuedEvents())
                .description("Requests and timeouts of groups that wait for a thread")
                .register(registry);
        count("offset.commits", GroupCounts::offsetCommits, "Offsets that were committed");
        count(
                "offset.expirations",
                GroupCounts::offsetExpirations,
                "Offsets that were forgotten because nobody was in their group for too long");
        count("offset.deletions", GroupCounts::offsetDeletions, "Offsets that an administrator had deleted");
        for (String protocol : List.of("classic", "consumer", "share", "streams")) {
            FunctionCounter.builder(
                            "millrace.groups.rebalances",
                            this,
                            meters -> meters.ofGroups.rebalances().getOrDefault(protocol, 0L))
                    .description("Times that a group was rebalanced")
                    .tag("protocol", protocol)
                    .register(registry);
        }
    }

    private void count(String name, ToDoubleFunction<GroupCounts> value, String description) {
        FunctionCounter.builder("millrace.groups." + name, this, meters -> value.applyAsDouble(meters.ofGroups))
                .description(description)
                .register(registry);
    }

    private void transactions() {
        for (TransactionState state : STATES) {
            Gauge.builder(
                            "millrace.transactions",
                            () -> ofTransactions.byState().getOrDefault(state, 0L))
                    .description("Transactional ids that this node coordinates, by the state of their last transaction")
                    .tag("state", state.kafkaName())
                    .register(registry);
        }
        TimeGauge.builder(
                        "millrace.transactions.longest.ongoing",
                        () -> ofTransactions.longestOngoingMs(),
                        TimeUnit.MILLISECONDS)
                .description("For how long the oldest open transaction has been open; readers of what is committed wait"
                        + " for it")
                .register(registry);
        Gauge.builder("millrace.transactions.partitions.loading", () -> ofTransactions.partitionsLoading())
                .description("Partitions of __transaction_state that this node leads and has not read to the end")
                .register(registry);
    }
}
