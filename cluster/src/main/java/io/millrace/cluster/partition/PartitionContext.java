package io.millrace.cluster.partition;

import io.millrace.cluster.metadata.BrokerMetadata;
import io.millrace.cluster.metadata.ClusterImage;
import io.millrace.cluster.replication.ReplicaFetchers;
import io.millrace.cluster.replication.Replication;
import java.util.function.Supplier;

/** What the partitions of a node share. */
record PartitionContext(int nodeId, Supplier<ClusterImage> image, Replication replication, ReplicaFetchers fetchers) {

    long nowMs() {
        return replication.monotonicMs().getAsLong();
    }

    /** A node as registered in the newest image, or null. */
    BrokerMetadata broker(int id) {
        ClusterImage newest = image.get();
        return newest == null ? null : newest.brokers().get(id);
    }
}
