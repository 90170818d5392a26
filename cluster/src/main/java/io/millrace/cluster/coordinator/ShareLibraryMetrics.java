package io.millrace.cluster.coordinator;

import io.millrace.cluster.group.GroupTimes;
import io.millrace.cluster.group.ShareStateCounts;
import java.util.function.Supplier;
import org.apache.kafka.common.metrics.KafkaMetric;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.coordinator.share.metrics.ShareCoordinatorMetrics;

/** Where the library counts what it does with states of share groups; read here when somebody asks. Thread-safe. */
final class ShareLibraryMetrics {

    private final Metrics registry = new Metrics();
    private final ShareCoordinatorMetrics ofStates = new ShareCoordinatorMetrics(registry);
    private final RuntimeMetrics ofThreads;

    ShareLibraryMetrics(Supplier<GroupTimes> times) {
        this.ofThreads = new RuntimeMetrics(times);
    }

    ShareCoordinatorMetrics ofStates() {
        return ofStates;
    }

    RuntimeMetrics ofThreads() {
        return ofThreads;
    }

    ShareStateCounts counts() {
        KafkaMetric writes = registry.metric(registry.metricName("write-total", ShareCoordinatorMetrics.METRICS_GROUP));
        // Gone once the library stops.
        long number = writes != null && writes.metricValue() instanceof Number value ? value.longValue() : 0;
        return new ShareStateCounts(ofThreads.partitions(), number, ofThreads.queuedEvents());
    }
}
