package io.millrace.server.chaos;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** How long each partition could not be written after each fault, in milliseconds. */
final class Unavailability {

    private final List<Long> all = new ArrayList<>();
    private final List<Long> worst = new ArrayList<>();

    /** @param gapsMs of all partitions after one fault, ascending */
    void add(long[] gapsMs) {
        Arrays.stream(gapsMs).forEach(all::add);
        worst.add(gapsMs[gapsMs.length - 1]);
    }

    /** Of the worst partition of each fault. */
    long p50Ms() {
        return percentile(worst, 50);
    }

    long maxMs() {
        return percentile(worst, 100);
    }

    @Override
    public String toString() {
        return String.format(
                "worst partition of each fault: p50 %d ms, max %d ms, all %s; over all partitions: p50 %d, p95 %d, max %d ms",
                p50Ms(), maxMs(), worst, percentile(all, 50), percentile(all, 95), percentile(all, 100));
    }

    private static long percentile(List<Long> values, int percent) {
        List<Long> sorted = values.stream().sorted().toList();
        return sorted.isEmpty() ? 0 : sorted.get(Math.max(0, (sorted.size() * percent + 99) / 100 - 1));
    }
}
