package io.millrace.server.metrics;

import io.millrace.cluster.ClusterNode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.metadata.PartitionMetadata;
import io.millrace.cluster.metadata.TopicMetadata;
import io.millrace.storage.TopicPartition;
import io.vertx.core.Vertx;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the other nodes some numbers of this one, every few seconds, for pages that show the whole cluster. Runs on one event loop. */
public final class NodeFacts {

    private static final Logger log = LoggerFactory.getLogger(NodeFacts.class);

    private static final long INTERVAL_MS = 2_000;

    private final Vertx vertx;
    private final ClusterNode node;
    private final IntSupplier openStreams;
    private final DefaultsWatch defaults;
    private Map<TopicPartition, Long> lastEnds = new HashMap<>();
    private long lastNanos = System.nanoTime();
    private long timer = -1;

    /** @param openStreams how many streams are open now */
    public NodeFacts(Vertx vertx, ClusterNode node, IntSupplier openStreams) {
        this.vertx = vertx;
        this.node = node;
        this.openStreams = openStreams;
        this.defaults = new DefaultsWatch(node.config());
    }

    public void start() {
        if (node.config().peers().isClustered()) {
            defaults.facts().forEach(node.facts()::tell);
        }
        timer = vertx.setPeriodic(INTERVAL_MS, id -> tell());
    }

    public void stop() {
        vertx.cancelTimer(timer);
    }

    private void tell() {
        Map<TopicPartition, Long> ends = ends();
        long records = 0;
        for (Map.Entry<TopicPartition, Long> each : ends.entrySet()) {
            // A partition that is led here only since then has no difference yet.
            records += each.getValue() - lastEnds.getOrDefault(each.getKey(), each.getValue());
        }
        long nowNanos = System.nanoTime();
        long passedMs = Math.max(1, TimeUnit.NANOSECONDS.toMillis(nowNanos - lastNanos));
        lastEnds = ends;
        lastNanos = nowNanos;
        node.facts().tell("open_streams", openStreams.getAsInt());
        node.facts().tell("records_per_second", records * 1000 / passedMs);
        node.facts().tell("partitions_led", ends.size());
        defaults.differences(node.facts().all()).forEach(log::warn);
    }

    /** Whether a fact is a number for people, and not one that only nodes compare. */
    public static boolean isForPeople(String name) {
        return !name.startsWith(DefaultsWatch.FACT_PREFIX);
    }

    /** The high watermarks of what this node leads. */
    private Map<TopicPartition, Long> ends() {
        Map<TopicPartition, Long> ends = new HashMap<>();
        for (TopicMetadata topic : node.controller().image().topics().values()) {
            for (PartitionMetadata partition : topic.partitions()) {
                if (partition.leader() == node.config().nodeId()) {
                    TopicPartition key = new TopicPartition(topic.id(), topic.name(), partition.partition());
                    try {
                        ends.put(key, node.partitions().offsets(key).highWatermark());
                    } catch (MillraceException e) {
                        // It just went to another node.
                        continue;
                    }
                }
            }
        }
        return ends;
    }
}
