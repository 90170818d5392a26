package io.millrace.storage;

import io.millrace.storage.producer.LogTransactions;
import io.millrace.storage.producer.ProducerState;
import io.millrace.storage.producer.TransactionTicket;
import io.millrace.storage.producer.TransactionTickets;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;

/**
 * The log of one partition: an ordered, append-only run of record batches, cut into segments.
 *
 * <p>Threads: whatever changes the log, and {@link #settled}, may be called from any thread; it is handed to the shard thread that owns
 * this log and runs there in the order of the calls. The stages complete on the shard thread: whoever needs another thread hops. Reads run
 * on the calling thread.
 *
 * <p>Errors are {@link LogException}s, thrown by reads and delivered by stages.
 */
public interface PartitionLog {

    /** Called when {@link LogOffsets#durableOffset()} moved. Must return at once. */
    @FunctionalInterface
    interface DurableListener {
        /** Runs on the shard thread or, after a checkpoint, on the housekeeping thread; never on two threads at a time. */
        void onDurable(PartitionLog log, long durableOffset);
    }

    TopicPartition topicPartition();

    /** The newest snapshot; any thread, no lock. */
    LogOffsets offsets();

    LogConfig config();

    /** Newest leader epoch that this log has seen, empty for a log without records or epochs. */
    OptionalInt latestEpoch();

    /**
     * Writes batches at the end of the log. The stage completes when the bytes are written and offsets are assigned, which is
     * before they are durable: wait for {@link DurableListener} to pass {@link AppendResult#lastOffset()}.
     *
     * <p>The log owns {@code batches} from this call on: it writes base offset and leader epoch into the headers in place,
     * and may keep the bytes in its tail cache. The buffer must be writable and must not be reused.
     *
     * @param batches one or more whole record batches, format v2
     * @param leaderEpoch the epoch under which this replica leads (for {@link AppendOrigin#REPLICATION}: the epoch of the
     *     leader)
     */
    CompletionStage<AppendResult> append(ByteBuffer batches, int leaderEpoch, AppendOrigin origin);

    /**
     * Writes a leader's batches as they are, with their offsets and epochs, if the log ends where they were asked from. So what arrives
     * late, after the log was cut or grew, leaves no hole and no mixture; it fails with {@link LogException.UnexpectedEnd}.
     *
     * @param leaderEpoch the epoch of the leader: refused when a later one has begun here
     * @param expectedEndOffset the log end offset from which they were asked; compaction may have left a hole between it and the first
     *     batch
     * @param leaders what the leader knows of these batches, by {@link #history} before it read them: offsets and epochs that do not
     *     agree with it were damaged, and fail with {@link LogException.CorruptBatch}
     */
    CompletionStage<AppendResult> appendCopy(
            ByteBuffer batches, int leaderEpoch, long expectedEndOffset, LogHistory leaders);

    /**
     * As {@link #append} of a client, of one batch that belongs to a transaction.
     *
     * @param ticket from {@link #tickets}, issued before the coordinator was asked whether this partition is in the transaction; the
     *     append fails with {@link LogException.InvalidTransactionState} when the transaction was ended here since
     */
    CompletionStage<AppendResult> appendTransactional(ByteBuffer batches, int leaderEpoch, TransactionTicket ticket);

    /**
     * Ends the transaction of a producer here with a marker: one control batch. Also when none is open.
     *
     * @param strictly whether the producer gets a new epoch with each transaction, so that a marker whose epoch is that of the open one
     *     belongs to an earlier one (KIP-890)
     */
    CompletionStage<AppendResult> appendMarker(ByteBuffer marker, int leaderEpoch, boolean strictly);

    /** Who may write to transactions of this log. */
    TransactionTickets tickets();

    /** Up to where transactions are decided, and which were aborted. Any thread. */
    LogTransactions transactions();

    /** What is known of each producer. */
    CompletionStage<List<ProducerState>> producerStates();

    /**
     * Reads whole batches from the one that contains {@code offset} up to {@code maxOffset} (exclusive).
     *
     * @param maxBytes bound on the result; the first batch is returned even when it is larger, if {@code
     *     atLeastOneBatch}
     * @return empty when {@code offset} is at or above {@code maxOffset} but not above the log end offset
     * @throws LogException.OffsetOutOfRange below the log start offset or above the log end offset
     */
    ReadResult read(long offset, long maxOffset, int maxBytes, boolean atLeastOneBatch) throws IOException;

    /** Whether {@link #read} at this offset would be answered from memory, without a system call. Any thread. */
    boolean isCached(long offset);

    /**
     * The first record at or after a time, below {@code maxOffset}; precise to the record. May block on the disk.
     */
    Optional<TimestampOffset> findByTimestamp(long timestampMs, long maxOffset) throws IOException;

    /** The record with the largest timestamp below {@code maxOffset}. May block on the disk. */
    Optional<TimestampOffset> findMaxTimestamp(long maxOffset) throws IOException;

    /**
     * An offset below which nothing was written to this log at or after a time, as the clock of this machine says, whatever timestamps the
     * records have: the first one of the oldest segment whose file was written since. May lie far below the record that is meant, and blocks
     * on the disk.
     */
    default long writtenSince(long timeMs) throws IOException {
        return offsets().logStartOffset();
    }

    /**
     * Notes that this replica begins to lead (or follow) under an epoch at the present log end offset; durable when the stage
     * completes (replication-safe leaders do this before their first append).
     */
    CompletionStage<Void> beginEpoch(int leaderEpoch);

    /**
     * The largest epoch at or below {@code leaderEpoch} known here and the offset where it ends (KIP-101); empty when there is
     * none.
     */
    Optional<EpochEndOffset> endOffsetForEpoch(int leaderEpoch);

    /** What is known of the batches at and above an offset without reading them. Any thread; never blocks. */
    LogHistory history(long fromOffset);

    /**
     * Cuts everything at and above {@code offset}; durable when the stage completes. The log ends lower when the batch before
     * spans the offset, or when compaction left nothing right below it.
     */
    CompletionStage<Void> truncateTo(long offset);

    /**
     * Drops everything and goes on, empty, at any offset: start, end and durable offset are there, epochs and producers are
     * forgotten. For a copy whose end lies below what the leader still has, or that begins with a snapshot. Durable when the stage
     * completes; a crash before leaves the old log, a beginning of it, or one whose start has moved. The durable listener is told
     * of the first offset above.
     */
    CompletionStage<Void> restartAt(long offset);

    /**
     * Moves the log start offset up; what lies below is not readable any more and is deleted as soon as whole segments are
     * free. Durable when the stage completes; completes with the new log start offset.
     */
    CompletionStage<Long> advanceLogStart(long offset);

    /** Applies retention by time and size now, for records below {@code highWatermark}. Completes with the log start offset. */
    CompletionStage<Long> applyRetention(long highWatermark);

    /**
     * Says how far this log may be compacted: below the high watermark and the first open transaction. Asked by the cleaner
     * thread whenever it looks at the log; must answer at once. Nothing is compacted before this was called.
     */
    void compactBelow(LongSupplier stableOffset);

    CompletionStage<Void> updateConfig(LogConfig config);

    /**
     * Completes when everything that was asked of this log before has been done, or has failed: from then on {@link #offsets} no longer
     * tells of what is about to be cut. Succeeds also when that failed.
     */
    CompletionStage<Void> settled();

    /** Replaces the listener; there is one, set by the owner of the partition before the first append. */
    void onDurable(DurableListener listener);

    /** Bytes on disk. */
    long sizeBytes();

    int segmentCount();

    /** The largest epoch at or below an asked one, and the first offset after it. */
    record EpochEndOffset(int leaderEpoch, long endOffset) {}
}
