package io.millrace.cluster.partition;

import io.millrace.cluster.error.MillraceException;
import io.millrace.storage.AppendResult;
import io.millrace.storage.LogOffsets;
import io.millrace.storage.ReadResult;
import io.millrace.storage.TopicPartition;
import io.millrace.storage.producer.TransactionTicket;
import io.millrace.storage.producer.TransactionTickets;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/**
 * Partitions of internal topics as their coordinators see them: a coordinator lives where its partition is led, reads all of the log when
 * the reign begins, and is the only one that appends to it.
 *
 * <p>Thread-safe. Everything but {@link #read} returns at once.
 */
public final class CoordinatorLogs {

    private final PartitionRegistry registry;
    private final Supplier<TransactionVerifier> verifier;
    private final BiFunction<TopicPartition, Long, Future<Long>> deletion;

    /**
     * @param verifier who is asked before something is written in a transaction
     * @param deletion see {@link PartitionService#deleteRecords}
     */
    CoordinatorLogs(
            PartitionRegistry registry,
            Supplier<TransactionVerifier> verifier,
            BiFunction<TopicPartition, Long, Future<Long>> deletion) {
        this.registry = registry;
        this.verifier = verifier;
        this.deletion = deletion;
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
     * @param strictly of a transaction marker: whether its producer has an epoch for each transaction (KIP-890)
     */
    public CompletionStage<AppendResult> append(
            TopicPartition key, ByteBuffer batches, int leaderEpoch, boolean strictly) {
        CompletableFuture<AppendResult> written = new CompletableFuture<>();
        try {
            registry.leading(key)
                    .appends()
                    .appendOwn(batches, leaderEpoch, strictly)
                    .whenComplete((result, failure) -> {
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

    /**
     * Asks the coordinator of a transaction whether this partition is part of it, or has it made a part. Completes with what a write in the
     * transaction needs: it must still be valid when it is written. Never blocks.
     */
    public Future<TransactionTicket> ticket(
            TopicPartition key, ProducerTransaction transaction, long producerId, short producerEpoch) {
        TransactionTickets tickets;
        try {
            tickets = registry.leading(key).log().tickets();
        } catch (MillraceException e) {
            return Future.failedFuture(e);
        }
        // Before the question: whatever ends the transaction meanwhile takes it back.
        TransactionTicket ticket = tickets.issue(producerId, producerEpoch, transaction.addsPartitions());
        return verifier.get()
                .verify(key, transaction, producerId, producerEpoch)
                .map(ticket)
                .onFailure(refused -> tickets.giveBack(ticket));
    }

    /** See {@link PartitionService#deleteRecords}. */
    public Future<Long> deleteRecords(TopicPartition key, long beforeOffset) {
        return deletion.apply(key, beforeOffset);
    }

    /** See {@link PartitionService#watch}. */
    public Watch watch(TopicPartition key, long position, Runnable listener) {
        return registry.watch(key, position, listener);
    }
}
