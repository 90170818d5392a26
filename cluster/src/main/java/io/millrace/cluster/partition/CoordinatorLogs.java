package io.millrace.cluster.partition;

import io.millrace.cluster.error.MillraceException;
import io.millrace.storage.AppendResult;
import io.millrace.storage.LogOffsets;
import io.millrace.storage.ReadResult;
import io.millrace.storage.TopicPartition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Partitions of internal topics as their coordinators see them: a coordinator lives where its partition is led, reads all of the log when
 * the reign begins, and is the only one that appends to it.
 *
 * <p>Thread-safe. Everything but {@link #read} returns at once.
 */
public final class CoordinatorLogs {

    private final PartitionRegistry registry;

    CoordinatorLogs(PartitionRegistry registry) {
        this.registry = registry;
    }

    /** The epoch of this node's reign over a partition, if there is one and it is in force. */
    public OptionalInt reign(TopicPartition key) {
        Partition partition = registry.find(key);
        LeaderRole leader = partition == null ? null : partition.leadingOrNull();
        return leader == null || leader.isOver() ? OptionalInt.empty() : OptionalInt.of(leader.leaderEpoch());
    }

    /** The offsets of a partition that is led here. Throws NOT_LEADER_OR_FOLLOWER. */
    public PartitionOffsets offsets(TopicPartition key) {
        return registry.leading(key).offsets();
    }

    /**
     * Appends under a reign. Completes, on a thread of the storage, when the bytes are written: they count when the high watermark has
     * passed them. Fails with a {@link MillraceException}: NOT_LEADER_OR_FOLLOWER when that reign is over, NOT_ENOUGH_REPLICAS.
     *
     * @param batches owned by the log from here on
     */
    public CompletionStage<AppendResult> append(TopicPartition key, ByteBuffer batches, int leaderEpoch) {
        CompletableFuture<AppendResult> written = new CompletableFuture<>();
        try {
            registry.leading(key).appendOwn(batches, leaderEpoch).whenComplete((result, failure) -> {
                if (failure == null) {
                    written.complete(result);
                } else {
                    written.completeExceptionally(LogErrors.translate(failure));
                }
            });
        } catch (RuntimeException e) {
            written.completeExceptionally(LogErrors.translate(e));
        }
        return written;
    }

    /**
     * Reads whole batches up to the end of the log, also above the high watermark. Blocks on the disk. The receiver closes the result;
     * empty at the end of the log.
     *
     * @throws MillraceException NOT_LEADER_OR_FOLLOWER
     */
    public ReadResult read(TopicPartition key, long offset, int maxBytes) throws IOException {
        LeaderRole leader = registry.leading(key);
        LogOffsets offsets = leader.log().offsets();
        return leader.read(offset, offsets.logEndOffset(), maxBytes, true);
    }

    /** See {@link PartitionService#watch}. */
    public Watch watch(TopicPartition key, long position, Runnable listener) {
        return registry.watch(key, position, listener);
    }
}
