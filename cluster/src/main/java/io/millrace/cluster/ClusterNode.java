package io.millrace.cluster;

import io.millrace.cluster.metadata.Controller;
import io.millrace.cluster.partition.PartitionService;
import io.millrace.cluster.partition.Partitioner;
import io.millrace.cluster.partition.RecordAppender;
import io.millrace.storage.StorageMetrics;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;

/** One node's part of the cluster: its logs, its metadata and the doors to them, started and stopped together. */
public final class ClusterNode {

    private ClusterNode() {}

    /**
     * Opens the data directory and recovers its logs. Completes when everything can be appended to and read. Fails with an
     * exception whose message tells the user what to do.
     */
    public static Future<ClusterNode> start(Vertx vertx, ClusterConfig config, Clock clock, StorageMetrics metrics) {
        throw new UnsupportedOperationException("not written yet");
    }

    public ClusterConfig config() {
        throw new UnsupportedOperationException("not written yet");
    }

    public Controller controller() {
        throw new UnsupportedOperationException("not written yet");
    }

    public PartitionService partitions() {
        throw new UnsupportedOperationException("not written yet");
    }

    public RecordAppender appender() {
        throw new UnsupportedOperationException("not written yet");
    }

    public Partitioner partitioner() {
        throw new UnsupportedOperationException("not written yet");
    }

    /** Whether appends are possible; false once the log directory is offline. */
    public boolean isHealthy() {
        throw new UnsupportedOperationException("not written yet");
    }

    /** Tells clients where this node's Kafka listener can be reached. To be called before the listener takes requests. */
    public void advertise(String host, int port) {
        throw new UnsupportedOperationException("not written yet");
    }

    /** Flushes and closes everything; the next start is clean. */
    public Future<Void> stop() {
        throw new UnsupportedOperationException("not written yet");
    }
}
