package io.millrace.server.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.millrace.cluster.ClusterNode;
import io.millrace.cluster.group.ShareStateCounts;
import io.millrace.cluster.share.AckType;
import io.millrace.cluster.share.ShareCounts;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/**
 * Share groups: {@code millrace_share_…} of what members do with the partitions that this node leads, {@code millrace_share_states_…} of the
 * states that it keeps. How many groups there are is told by {@link CoordinatorMeters}. No label but types and states, so that the number of
 * series is fixed.
 */
final class ShareMeters {

    private final MeterRegistry registry;
    private final ClusterNode node;
    private final MultiGauge partitions;
    private volatile ShareCounts counts;
    private volatile ShareStateCounts ofStates;

    ShareMeters(MeterRegistry registry, ClusterNode node) {
        this.registry = registry;
        this.node = node;
        this.partitions = MultiGauge.builder("millrace.share.states.partitions")
                .description("Partitions of __share_group_state that this node leads, by what it does with them")
                .register(registry);
        refresh();
        records();
        states();
    }

    /** Counts once for all meters of a scrape. */
    void refresh() {
        counts = node.shareGroups().counts();
        ofStates = node.shareStates().counts();
        partitions.register(
                ofStates.partitions().entrySet().stream()
                        .map(each -> MultiGauge.Row.of(Tags.of("state", each.getKey()), each.getValue()))
                        .toList(),
                true);
    }

    private void records() {
        for (AckType type : AckType.values()) {
            FunctionCounter.builder(
                            "millrace.share.acknowledgements",
                            this,
                            meters -> meters.counts.acknowledged().getOrDefault(type, 0L))
                    .description("Records of which members said something that was stored")
                    .tag("type", type.name().toLowerCase(Locale.ROOT))
                    .register(registry);
        }
        count(
                "lock.timeouts",
                ShareCounts::lockTimeouts,
                "Records that were taken back because their member had them for too long");
        count(
                "given.up",
                ShareCounts::givenUp,
                "Records that nobody is given any more because they were delivered as often as may be");
        gauge("in.flight", ShareCounts::inFlight, "Records that a member has, or had and another is to get");
        gauge("sessions", ShareCounts::sessions, "Members that fetch from this node");
        gauge("partitions", ShareCounts::sharePartitions, "Groups and partitions that are served by this node");
        Timer loads = CoordinatorTimers.timer(
                registry, "millrace.share.load", "Readings of the state of a group and a partition, which wait for it");
        node.shareGroups().measureLoads(ms -> loads.record(ms, TimeUnit.MILLISECONDS));
    }

    private void count(String name, ToDoubleFunction<ShareCounts> value, String description) {
        FunctionCounter.builder("millrace.share." + name, this, meters -> value.applyAsDouble(meters.counts))
                .description(description)
                .register(registry);
    }

    private void gauge(String name, ToDoubleFunction<ShareCounts> value, String description) {
        Gauge.builder("millrace.share." + name, () -> value.applyAsDouble(counts))
                .description(description)
                .register(registry);
    }

    private void states() {
        FunctionCounter.builder("millrace.share.states.writes", this, meters -> meters.ofStates.writes())
                .description("Writes of states of share groups")
                .register(registry);
        Gauge.builder("millrace.share.states.events.queued", () -> ofStates.queuedEvents())
                .description("Requests and timeouts of states of share groups that wait for a thread")
                .register(registry);
        node.shareStates()
                .measure(new CoordinatorTimers(
                        registry, "millrace.share.states.", "states of share groups", "__share_group_state"));
    }
}
