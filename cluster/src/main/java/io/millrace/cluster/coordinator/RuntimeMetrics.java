package io.millrace.cluster.coordinator;

import io.millrace.cluster.group.GroupTimes;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRuntime.CoordinatorState;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRuntimeMetrics;

/** Hears from the library what its threads do, and hands on what somebody measures. Thread-safe. */
final class RuntimeMetrics implements CoordinatorRuntimeMetrics {

    private final Supplier<GroupTimes> times;

    /** Partitions in the states that last. */
    private final Map<CoordinatorState, AtomicInteger> partitions = new EnumMap<>(Map.of(
            CoordinatorState.LOADING, new AtomicInteger(),
            CoordinatorState.ACTIVE, new AtomicInteger(),
            CoordinatorState.FAILED, new AtomicInteger()));

    private volatile Supplier<Integer> queueSize = () -> 0;

    /** @param times asked each time: whoever measures may come later */
    RuntimeMetrics(Supplier<GroupTimes> times) {
        this.times = times;
    }

    Map<String, Long> partitions() {
        return partitions.entrySet().stream()
                .collect(Collectors.toMap(state -> state.getKey().name().toLowerCase(Locale.ROOT), state ->
                        (long) state.getValue().get()));
    }

    int queuedEvents() {
        return queueSize.get();
    }

    @Override
    public void recordPartitionStateChange(CoordinatorState before, CoordinatorState after) {
        move(before, -1);
        move(after, 1);
    }

    private void move(CoordinatorState state, int count) {
        AtomicInteger number = partitions.get(state);
        if (number != null) {
            number.addAndGet(count);
        }
    }

    @Override
    public void recordPartitionLoadSensor(long startMs, long endMs) {
        times.get().loaded(endMs - startMs);
    }

    @Override
    public void recordEventQueueTime(long ms) {
        times.get().queued(ms);
    }

    @Override
    public void recordEventProcessingTime(long ms) {
        times.get().processed(ms);
    }

    @Override
    public void recordEventPurgatoryTime(long ms) {
        times.get().replicated(ms);
    }

    @Override
    public void recordLingerTime(long ms) {}

    @Override
    public void recordFlushTime(long ms) {
        times.get().written(ms);
    }

    @Override
    public void recordThreadIdleTime(double ms) {}

    @Override
    public void recordBackgroundQueueTime(long ms) {}

    @Override
    public void recordBackgroundProcessingTime(long ms) {}

    @Override
    public void recordBackgroundThreadBusyTime(double ms) {}

    @Override
    public void registerEventQueueSizeGauge(Supplier<Integer> size) {
        queueSize = size;
    }

    @Override
    public void registerBufferCacheSizeGauge(Supplier<Long> size) {}

    @Override
    public void recordBufferCacheDiscarded() {}

    @Override
    public void close() {}
}
