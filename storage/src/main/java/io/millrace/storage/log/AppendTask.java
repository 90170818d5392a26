package io.millrace.storage.log;

import io.millrace.storage.AppendOrigin;
import io.millrace.storage.AppendResult;
import io.millrace.storage.LogHistory;
import io.millrace.storage.producer.ProducerStateManager.Undo;
import io.millrace.storage.producer.TransactionTicket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** One append on its way: the future that its caller holds, and what the shard notes about it until the write is done. */
final class AppendTask extends CompletableFuture<AppendResult> implements LogShard.Task {

    private final SegmentedLog log;
    private final ByteBuffer batches;
    private final int leaderEpoch;
    private final AppendOrigin origin;
    private final int batchCount;
    private final long logAppendTimeMs;
    private final long expectedEndOffset;
    private final LogHistory leaders;
    private final TransactionTicket ticket;
    private final boolean strictMarker;

    // Shard thread only, from here on.
    private AppendResult outcome;
    private List<Undo> undos;

    /** Of {@link #expectedEndOffset} when the log may end anywhere. */
    static final long ANY_END = -1;

    /**
     * @param batches position 0 to limit, checked
     * @param ticket of batches that belong to a transaction, else null
     * @param strictMarker whether a marker must be of a newer epoch than the transaction that it ends
     */
    AppendTask(
            SegmentedLog log,
            ByteBuffer batches,
            int leaderEpoch,
            AppendOrigin origin,
            int batchCount,
            long logAppendTimeMs,
            long expectedEndOffset,
            LogHistory leaders,
            TransactionTicket ticket,
            boolean strictMarker) {
        this.log = log;
        this.batches = batches;
        this.leaderEpoch = leaderEpoch;
        this.origin = origin;
        this.batchCount = batchCount;
        this.logAppendTimeMs = logAppendTimeMs;
        this.expectedEndOffset = expectedEndOffset;
        this.leaders = leaders;
        this.ticket = ticket;
        this.strictMarker = strictMarker;
    }

    @Override
    public SegmentedLog log() {
        return log;
    }

    @Override
    public void fail(Throwable bug) {
        completeExceptionally(bug);
    }

    @Override
    public int queuedBytes() {
        return batches.limit();
    }

    ByteBuffer batches() {
        return batches;
    }

    int leaderEpoch() {
        return leaderEpoch;
    }

    AppendOrigin origin() {
        return origin;
    }

    int batchCount() {
        return batchCount;
    }

    long logAppendTimeMs() {
        return logAppendTimeMs;
    }

    /** Where the log has to end before this append, or {@link #ANY_END}. */
    long expectedEndOffset() {
        return expectedEndOffset;
    }

    /** What the leader knows of copied batches. */
    LogHistory leaders() {
        return leaders;
    }

    /** Of batches that belong to a transaction, else null. */
    TransactionTicket ticket() {
        return ticket;
    }

    boolean isStrictMarker() {
        return strictMarker;
    }

    void outcome(AppendResult outcome) {
        this.outcome = outcome;
    }

    AppendResult outcome() {
        return outcome;
    }

    /** Whether the bytes have to be written: not those of a duplicate. */
    boolean hasBytes() {
        return !outcome.duplicate();
    }

    void addUndo(Undo undo) {
        if (undo == null) {
            return;
        }
        if (undos == null) {
            undos = new ArrayList<>(batchCount);
        }
        undos.add(undo);
    }

    /** Oldest first. */
    List<Undo> undos() {
        return undos == null ? List.of() : undos;
    }
}
