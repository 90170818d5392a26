package io.millrace.cluster.partition;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.metadata.BrokerMetadata;
import io.millrace.cluster.metadata.ClusterImage;
import io.millrace.cluster.replication.ReplicaFetchers;
import io.millrace.cluster.replication.Replication;
import io.millrace.storage.TopicPartition;
import io.vertx.core.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/** What the partitions of a node share. */
record PartitionContext(
        int nodeId,
        Supplier<ClusterImage> image,
        Replication replication,
        ReplicaFetchers fetchers,
        AtomicReference<TransactionVerifier> verifier) {

    /** Without a transaction coordinator, until one is set. */
    PartitionContext(int nodeId, Supplier<ClusterImage> image, Replication replication, ReplicaFetchers fetchers) {
        this(nodeId, image, replication, fetchers, new AtomicReference<>(PartitionContext::noCoordinator));
    }

    private static Future<Void> noCoordinator(
            TopicPartition partition, ProducerTransaction transaction, long producerId, short producerEpoch) {
        return Future.failedFuture(new MillraceException(
                ErrorCode.NOT_ENOUGH_REPLICAS,
                "The node is starting and cannot ask the transaction coordinator yet: nothing was stored, try again"));
    }

    long nowMs() {
        return replication.monotonicMs().getAsLong();
    }

    /** A node as registered in the newest image, or null. */
    BrokerMetadata broker(int id) {
        ClusterImage newest = image.get();
        return newest == null ? null : newest.brokers().get(id);
    }
}
