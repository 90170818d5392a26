package io.millrace.websocket.delivery;

import io.millrace.cluster.partition.PartitionService;
import io.millrace.websocket.GatewayLimits;
import io.millrace.websocket.GatewayMetrics;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** The shared streams of a node, each there as long as somebody follows it. Thread-safe. */
public final class SharedStreams {

    private final PartitionService partitions;
    private final GatewayLimits limits;
    private final GatewayMetrics metrics;
    private final TableIndexes tables;
    private final AtomicLong ringBytes = new AtomicLong();
    private final Map<StreamKey, SharedStream> streams = new HashMap<>();

    public SharedStreams(PartitionService partitions, GatewayLimits limits, GatewayMetrics metrics) {
        this.partitions = partitions;
        this.limits = limits;
        this.metrics = metrics;
        this.tables = new TableIndexes(partitions, limits);
    }

    /**
     * The stream of a key, with one holder more.
     *
     * @param home where its pump runs if this call makes it
     */
    public synchronized SharedStream hold(StreamKey key, LoopDelivery home) {
        SharedStream stream = streams.computeIfAbsent(key, k -> new SharedStream(k, this, home, ringBytes));
        stream.holders(stream.holders() + 1);
        return stream;
    }

    void release(SharedStream stream) {
        synchronized (this) {
            stream.holders(stream.holders() - 1);
            if (stream.holders() > 0) {
                return;
            }
            streams.remove(stream.key());
        }
        stream.dispose();
    }

    /** Number of streams. */
    public synchronized int size() {
        return streams.size();
    }

    /** Memory held by recent frames. */
    public long ringBytes() {
        return ringBytes.get();
    }

    /** Keys in the indexes of tables. */
    public long tableKeys() {
        return tables.keys();
    }

    TableIndexes tables() {
        return tables;
    }

    PartitionService partitions() {
        return partitions;
    }

    GatewayLimits limits() {
        return limits;
    }

    GatewayMetrics metrics() {
        return metrics;
    }
}
