package io.millrace.server.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.millrace.cluster.ClusterNode;
import io.millrace.cluster.metadata.TopicMetadata;
import io.millrace.server.http.topic.TopicTotals;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * The size of each topic: {@code millrace_topic_…}. Only the first topics by name, up to {@link #TOPICS_MAX}: more series than
 * that would cost a scraper more than they tell. Computed when scraped.
 */
final class TopicMeters {

    static final int TOPICS_MAX = 500;

    private final ClusterNode node;
    private final MultiGauge records;
    private final MultiGauge endOffsets;
    private final MultiGauge bytes;

    TopicMeters(MeterRegistry registry, ClusterNode node) {
        this.node = node;
        records = MultiGauge.builder("millrace.topic.records")
                .description("Offsets between log start and high watermark, of the partitions that this node leads")
                .register(registry);
        endOffsets = MultiGauge.builder("millrace.topic.end.offset.sum")
                .description(
                        "Sum of the high watermarks of the partitions that this node leads; its rate is the rate of records")
                .register(registry);
        bytes = MultiGauge.builder("millrace.topic.bytes")
                .description("Bytes on the disk of this node, of the partitions that it leads")
                .register(registry);
    }

    /** Not to be called on two threads at a time. */
    void refresh() {
        List<MultiGauge.Row<?>> recordRows = new ArrayList<>();
        List<MultiGauge.Row<?>> endOffsetRows = new ArrayList<>();
        List<MultiGauge.Row<?>> byteRows = new ArrayList<>();
        new TreeMap<>(node.controller().image().topics())
                .values().stream().limit(TOPICS_MAX).forEach(topic -> {
                    TopicTotals totals = TopicTotals.of(topic, node.partitions());
                    Tags tags = tags(topic);
                    recordRows.add(MultiGauge.Row.of(tags, totals.records()));
                    endOffsetRows.add(MultiGauge.Row.of(tags, totals.endOffsetSum()));
                    byteRows.add(MultiGauge.Row.of(tags, totals.bytes()));
                });
        records.register(recordRows, true);
        endOffsets.register(endOffsetRows, true);
        bytes.register(byteRows, true);
    }

    private static Tags tags(TopicMetadata topic) {
        return Tags.of("topic", topic.name());
    }
}
