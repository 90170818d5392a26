package io.millrace.cluster.partition;

import io.millrace.cluster.error.MillraceException;
import io.millrace.storage.ReadResult;
import io.millrace.storage.TimestampOffset;
import io.millrace.storage.TopicPartition;
import io.vertx.core.Future;
import java.io.IOException;
import java.util.Optional;

/**
 * Reads the replicas on this node below the last stable offset that they know, whoever leads: what lies there is acknowledged, decided and
 * the same on every node. Nothing of an aborted transaction is given out, and the high watermark is told as the last stable offset. A follower's high watermark is a little behind its leader's, so this is for those who can wait for it to move.
 *
 * <p>Thread-safe, never blocks.
 */
public final class ReplicaReader {

    private final PartitionRegistry registry;
    private final LogReaders readers;

    ReplicaReader(PartitionRegistry registry, LogReaders readers) {
        this.registry = registry;
        this.readers = readers;
    }

    /** Whether there is a replica here that can be read. */
    public boolean has(TopicPartition key) {
        return registry.find(key) != null;
    }

    /** Whether this node leads the partition, and the role is in force. */
    public boolean leads(TopicPartition key) {
        Partition partition = registry.find(key);
        return partition != null && partition.leadingOrNull() != null;
    }

    /** The offsets as they are known here. Throws MillraceException when there is no replica. */
    public PartitionOffsets offsets(TopicPartition key) {
        Partition partition = registry.existing(key);
        LeaderRole leader = partition.leadingOrNull();
        return (leader != null ? leader.offsets() : partition.offsets()).committed();
    }

    /** See {@link PartitionService#read}; empty at and above the last stable offset, however far above. */
    public Future<ReadResult> read(TopicPartition key, long offset, int maxBytes) {
        Partition partition;
        try {
            partition = registry.existing(key);
        } catch (MillraceException e) {
            return Future.failedFuture(e);
        }
        long limit = partition.lastStable();
        if (offset >= limit) {
            return Future.succeededFuture(ReadResult.empty());
        }
        return partition.log().isCached(offset)
                ? LogReaders.now(() -> read(partition, offset, limit, maxBytes))
                : readers.submit(() -> read(partition, offset, limit, maxBytes));
    }

    private static ReadResult read(Partition partition, long offset, long limit, int maxBytes) throws IOException {
        return CommittedRead.read(partition.log(), offset, limit, maxBytes);
    }

    /** See {@link PartitionService#watch}. */
    public Watch watch(TopicPartition key, long position, Runnable listener) {
        return registry.watchStable(key, position, listener);
    }

    /** See {@link PartitionService#findByTimestamp}. */
    public Future<Optional<TimestampOffset>> findByTimestamp(TopicPartition key, long timestampMs) {
        return readers.submit(() -> {
            Partition partition = registry.existing(key);
            return partition.log().findByTimestamp(timestampMs, partition.lastStable());
        });
    }

    /** Bytes on disk; 0 when there is no replica. */
    public long sizeBytes(TopicPartition key) {
        Partition partition = registry.find(key);
        return partition == null ? 0 : partition.log().sizeBytes();
    }
}
