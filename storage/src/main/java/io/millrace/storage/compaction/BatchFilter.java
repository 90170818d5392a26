package io.millrace.storage.compaction;

import io.millrace.storage.LogException;
import io.millrace.storage.batch.BatchHeader;
import io.millrace.storage.batch.ControlMarker;
import io.millrace.storage.compaction.BatchRewriter.DeleteHorizon;
import io.millrace.storage.producer.ProducerEnd;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.LongConsumer;

/**
 * Decides what stays of each batch, as Kafka's cleaner does: of each key the newest record below the point that the map reaches;
 * a tombstone until its delete horizon; a transaction marker while its transaction has batches below it, and until its delete
 * horizon then; nothing of an aborted transaction. Sees all batches from the log start, in order.
 */
final class BatchFilter {

    private final BatchRewriter rewriter;
    private final OffsetMap newest;
    private final long reach;
    private final AbortedTransactions aborted;
    private final Map<Long, ProducerEnd> producerEnds;
    private final long nowMs;
    private final long horizonMs;
    private final CompactionStats stats;
    private final LongConsumer markerRemoved;

    /** Producers with a batch in a transaction whose marker was not met yet. */
    private final Set<Long> inTransaction = new HashSet<>();

    /**
     * @param reach what lies at or above it stays as it is
     * @param markerRemoved told of the offset of each transaction marker that does not stay
     */
    BatchFilter(
            BatchRewriter rewriter,
            OffsetMap newest,
            long reach,
            AbortedTransactions aborted,
            Map<Long, ProducerEnd> producerEnds,
            long nowMs,
            long deleteRetentionMs,
            CompactionStats stats,
            LongConsumer markerRemoved) {
        this.rewriter = rewriter;
        this.newest = newest;
        this.reach = reach;
        this.aborted = aborted;
        this.producerEnds = producerEnds;
        this.nowMs = nowMs;
        this.horizonMs = nowMs + Math.min(deleteRetentionMs, Long.MAX_VALUE - nowMs);
        this.stats = stats;
        this.markerRemoved = markerRemoved;
    }

    /**
     * @param keepHeader whether the header stays when no record does
     * @return what to write: the same buffer, a smaller one, or null for nothing
     */
    ByteBuffer apply(ByteBuffer batch, boolean keepHeader) {
        if (BatchHeader.baseOffset(batch, 0) >= reach) {
            return batch;
        }
        ByteBuffer kept = recordsOf(batch);
        if (kept == null && (keepHeader || isLastOfProducer(batch))) {
            kept = BatchHeader.recordsCount(batch, 0) == 0 ? batch : EmptyBatch.of(batch);
        }
        stats.recordsRemoved +=
                BatchHeader.recordsCount(batch, 0) - (kept == null ? 0 : BatchHeader.recordsCount(kept, 0));
        return kept;
    }

    private ByteBuffer recordsOf(ByteBuffer batch) {
        long producerId = BatchHeader.producerId(batch, 0);
        boolean empty = BatchHeader.recordsCount(batch, 0) == 0;
        if (BatchHeader.isControl(batch, 0)) {
            boolean emptyTransaction = !inTransaction.remove(producerId);
            return empty ? null : marker(batch, emptyTransaction);
        }
        if (BatchHeader.isTransactional(batch, 0)) {
            if (aborted.contains(producerId, BatchHeader.baseOffset(batch, 0))) {
                return null;
            }
            inTransaction.add(producerId);
        }
        return empty ? null : data(batch);
    }

    private ByteBuffer marker(ByteBuffer batch, boolean emptyTransaction) {
        if (!emptyTransaction || !ControlMarker.isTransactionEnd(batch, 0)) {
            return batch;
        }
        long horizon = BatchHeader.deleteHorizonMs(batch, 0);
        if (horizon == BatchHeader.NO_HORIZON) {
            return rewrite(batch, (offset, key, hasValue) -> true, true);
        }
        if (horizon > nowMs) {
            return batch;
        }
        markerRemoved.accept(BatchHeader.lastOffset(batch, 0));
        return null;
    }

    private ByteBuffer data(ByteBuffer batch) {
        long horizon = BatchHeader.deleteHorizonMs(batch, 0);
        boolean keepTombstones = horizon == BatchHeader.NO_HORIZON || nowMs < horizon;
        return rewrite(
                batch,
                (offset, key, hasValue) -> {
                    if (offset >= reach) {
                        return true;
                    }
                    if (key == null) {
                        stats.keylessRecords++;
                        return false;
                    }
                    return offset >= newest.get(key) && (hasValue || keepTombstones);
                },
                false);
    }

    private ByteBuffer rewrite(ByteBuffer batch, BatchRewriter.RecordFilter filter, boolean always) {
        try {
            return rewriter.rewrite(batch, filter, new DeleteHorizon(horizonMs, always));
        } catch (LogException.CorruptBatch e) {
            // Somebody's garbage with a right checksum. What cannot be read is not thrown away.
            stats.unreadableBatches++;
            return batch;
        }
    }

    private boolean isLastOfProducer(ByteBuffer batch) {
        ProducerEnd end = producerEnds.get(BatchHeader.producerId(batch, 0));
        if (end == null) {
            return false;
        }
        return end.lastOffset() == ProducerEnd.MARKER_ONLY
                ? BatchHeader.isControl(batch, 0) && BatchHeader.producerEpoch(batch, 0) == end.producerEpoch()
                : BatchHeader.lastOffset(batch, 0) == end.lastOffset();
    }
}
