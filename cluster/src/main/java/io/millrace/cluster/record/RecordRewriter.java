package io.millrace.cluster.record;

import io.millrace.storage.LogException;
import io.millrace.storage.batch.BatchHeader;
import io.millrace.storage.compaction.BatchRewriter;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.List;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecords.RecordFilter.BatchRetention;
import org.apache.kafka.common.record.internal.MemoryRecords.RecordFilter.BatchRetentionResult;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.BufferSupplier;

/**
 * {@link BatchRewriter} for every codec. Most batches that compaction meets stay as they are: so what is to stay is decided
 * first, and only a batch that loses something is written anew. Stateless.
 */
public final class RecordRewriter implements BatchRewriter {

    @Override
    public void forEach(ByteBuffer batch, RecordVisitor visitor) {
        for (Record record : recordsOf(batch)) {
            if (!visitor.record(record.offset(), record.key())) {
                return;
            }
        }
    }

    @Override
    public ByteBuffer rewrite(ByteBuffer batch, RecordFilter filter, DeleteHorizon horizon) {
        List<Record> records = recordsOf(batch);
        BitSet kept = new BitSet(records.size());
        boolean tombstones = false;
        for (int i = 0; i < records.size(); i++) {
            Record record = records.get(i);
            if (filter.keep(record.offset(), record.key(), record.hasValue())) {
                kept.set(i);
                tombstones |= !record.hasValue();
            }
        }
        if (kept.isEmpty()) {
            return null;
        }
        boolean hasHorizon = BatchHeader.deleteHorizonMs(batch, batch.position()) != BatchHeader.NO_HORIZON;
        boolean needsHorizon = !hasHorizon && (horizon.always() || tombstones);
        return kept.cardinality() == records.size() && !needsHorizon ? batch : write(batch, kept, horizon);
    }

    private static ByteBuffer write(ByteBuffer batch, BitSet kept, DeleteHorizon horizon) {
        // The library adds its two numbers to the horizon.
        MemoryRecords.RecordFilter filter = new MemoryRecords.RecordFilter(horizon.horizonMs(), 0) {
            private int next;

            @Override
            protected BatchRetentionResult checkBatchRetention(RecordBatch recordBatch) {
                return new BatchRetentionResult(BatchRetention.DELETE_EMPTY, horizon.always());
            }

            @Override
            protected boolean shouldRetainRecord(RecordBatch recordBatch, Record record) {
                return kept.get(next++);
            }
        };
        try {
            return MemoryRecords.readableRecords(batch.slice())
                    .filterTo(filter, ByteBuffer.allocate(batch.remaining()), BufferSupplier.NO_CACHING)
                    .outputBuffer()
                    .flip();
        } catch (KafkaException | IllegalArgumentException e) {
            throw corrupt(String.valueOf(e.getMessage()));
        }
    }

    private static List<Record> recordsOf(ByteBuffer batch) {
        try {
            return BatchContent.recordsOf(batch, batch.position());
        } catch (UnreadableBatchException e) {
            throw corrupt(e.getMessage());
        }
    }

    private static LogException.CorruptBatch corrupt(String why) {
        return new LogException.CorruptBatch("the records of a batch cannot be read: " + why);
    }
}
