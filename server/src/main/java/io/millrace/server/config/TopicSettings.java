package io.millrace.server.config;

import io.millrace.cluster.ClusterConfig;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.metadata.TopicConfig;
import io.millrace.storage.FlushPolicy;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * What topics are like when nobody says otherwise.
 *
 * @param defaultPartitions number of partitions of a topic that does not ask for one
 * @param autoCreate whether a topic is created by its first use
 * @param maxPartitions how many partitions this node carries
 * @param appenderBytesMax how many bytes of single HTTP and WebSocket records may wait to be gathered into batches
 * @param retentionIntervalMs how often it is looked for segments that may be deleted
 * @param defaults topic settings by Kafka's names
 */
public record TopicSettings(
        int defaultPartitions,
        boolean autoCreate,
        int maxPartitions,
        long appenderBytesMax,
        long retentionIntervalMs,
        Map<String, String> defaults) {

    private static final String FLUSH_POLICY = "flush.policy";

    public TopicSettings {
        defaults = Map.copyOf(defaults);
        Checks checks = new Checks("topics")
                .range("defaultPartitions", defaultPartitions, 1, 10_000)
                .range("maxPartitions", maxPartitions, 1, 1_000_000)
                .atLeast("appenderBytesMax", appenderBytesMax, 1L << 20)
                .atLeast("retentionIntervalMs", retentionIntervalMs, 100);
        defaults.forEach((name, value) -> {
            try {
                TopicConfig.validate(Map.of(name, value));
            } catch (MillraceException e) {
                checks.problem("defaults." + name, e.getMessage());
            }
        });
        checks.done();
    }

    static TopicSettings standard() {
        return new TopicSettings(1, true, 10_000, 64L << 20, ClusterConfig.RETENTION_INTERVAL_MS, Map.of());
    }

    Map<String, String> defaultsWith(FlushPolicy flush) {
        Map<String, String> all = new HashMap<>(defaults);
        all.putIfAbsent(FLUSH_POLICY, flush.name().toLowerCase(Locale.ROOT));
        return all;
    }
}
