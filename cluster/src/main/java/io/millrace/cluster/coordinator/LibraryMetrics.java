package io.millrace.cluster.coordinator;

import com.yammer.metrics.core.Gauge;
import com.yammer.metrics.core.MetricName;
import com.yammer.metrics.core.MetricsRegistry;
import io.millrace.cluster.group.GroupCounts;
import io.millrace.cluster.group.GroupTimes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.common.metrics.KafkaMetric;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.coordinator.group.metrics.GroupCoordinatorMetrics;

/** Where the library counts groups: in registries of its own, which are read here when somebody asks. Thread-safe. */
final class LibraryMetrics {

    /** It counts classic groups in an older registry than the others. */
    private static final Map<String, MetricName> CLASSIC_STATES = Map.of(
            "PreparingRebalance", GroupCoordinatorMetrics.NUM_CLASSIC_GROUPS_PREPARING_REBALANCE,
            "CompletingRebalance", GroupCoordinatorMetrics.NUM_CLASSIC_GROUPS_COMPLETING_REBALANCE,
            "Stable", GroupCoordinatorMetrics.NUM_CLASSIC_GROUPS_STABLE,
            "Empty", GroupCoordinatorMetrics.NUM_CLASSIC_GROUPS_EMPTY,
            "Dead", GroupCoordinatorMetrics.NUM_CLASSIC_GROUPS_DEAD);

    /** By protocol: how many groups there are in each state, and how often they were rebalanced. */
    private static final Map<String, String> STATES = Map.of(
            "consumer", GroupCoordinatorMetrics.CONSUMER_GROUP_COUNT_METRIC_NAME,
            "share", GroupCoordinatorMetrics.SHARE_GROUP_COUNT_METRIC_NAME,
            "streams", GroupCoordinatorMetrics.STREAMS_GROUP_COUNT_METRIC_NAME);

    private static final Map<String, String> REBALANCES = Map.of(
            "classic", "group-completed-rebalance-count",
            "consumer", "consumer-group-rebalance-count",
            "share", "share-group-rebalance-count",
            "streams", "streams-group-rebalance-count");

    private final MetricsRegistry older = new MetricsRegistry();
    private final Metrics newer = new Metrics();
    private final GroupCoordinatorMetrics ofGroups = new GroupCoordinatorMetrics(older, newer);
    private final RuntimeMetrics ofThreads;

    LibraryMetrics(Supplier<GroupTimes> times) {
        this.ofThreads = new RuntimeMetrics(times);
    }

    GroupCoordinatorMetrics ofGroups() {
        return ofGroups;
    }

    RuntimeMetrics ofThreads() {
        return ofThreads;
    }

    GroupCounts counts() {
        List<GroupCounts.Groups> groups = new ArrayList<>();
        CLASSIC_STATES.forEach((state, name) -> groups.add(new GroupCounts.Groups("classic", state, older(name))));
        Map<String, Long> totals = new HashMap<>();
        for (KafkaMetric metric : newer.metrics().values()) {
            org.apache.kafka.common.MetricName name = metric.metricName();
            if (!name.group().equals(GroupCoordinatorMetrics.METRICS_GROUP)) {
                continue;
            }
            String state = name.tags().get(GroupCoordinatorMetrics.CONSUMER_GROUP_COUNT_STATE_TAG);
            if (state == null) {
                totals.put(name.name(), number(metric.metricValue()));
            } else {
                STATES.forEach((protocol, counted) -> {
                    if (counted.equals(name.name())) {
                        groups.add(new GroupCounts.Groups(protocol, state, number(metric.metricValue())));
                    }
                });
            }
        }
        Map<String, Long> rebalances = new HashMap<>();
        REBALANCES.forEach((protocol, counted) -> rebalances.put(protocol, totals.getOrDefault(counted, 0L)));
        return new GroupCounts(
                groups,
                older(GroupCoordinatorMetrics.NUM_OFFSETS),
                totals.getOrDefault("offset-commit-count", 0L),
                totals.getOrDefault("offset-expiration-count", 0L),
                totals.getOrDefault("offset-deletion-count", 0L),
                rebalances,
                ofThreads.partitions(),
                ofThreads.queuedEvents());
    }

    /** 0 once the library has taken it away, because it stops. */
    private long older(MetricName name) {
        return older.allMetrics().get(name) instanceof Gauge<?> gauge ? number(gauge.value()) : 0;
    }

    private static long number(Object value) {
        return value instanceof Number number ? number.longValue() : 0;
    }
}
