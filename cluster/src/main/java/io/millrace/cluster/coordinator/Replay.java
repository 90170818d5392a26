package io.millrace.cluster.coordinator;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.function.LongSupplier;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.requests.TransactionResult;
import org.apache.kafka.coordinator.common.runtime.CoordinatorPlayback;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.apache.kafka.coordinator.common.runtime.Deserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One reading of a partition. The library answers from its state at the high watermark, and can do so for offsets that it was told were
 * written; compaction may have left no batch that ends at the high watermark, so it is told of the last end of a batch below.
 */
final class Replay {

    private static final Logger log = LoggerFactory.getLogger(Replay.class);

    private final TopicPartition partition;
    private final CoordinatorPlayback<CoordinatorRecord> playback;
    private final LongSupplier highWatermark;
    private final Deserializer<CoordinatorRecord> serde;

    /** Ends of batches that the library knows and has not been told to be acknowledged. */
    private final ArrayDeque<Long> ends = new ArrayDeque<>();

    private long written;
    private long lastEnd;
    private long records;
    private long bytes;

    Replay(
            TopicPartition partition,
            Deserializer<CoordinatorRecord> serde,
            CoordinatorPlayback<CoordinatorRecord> playback,
            LongSupplier highWatermark) {
        this.partition = partition;
        this.serde = serde;
        this.playback = playback;
        this.highWatermark = highWatermark;
    }

    void batch(MutableRecordBatch batch) {
        if (batch.nextOffset() > highWatermark.getAsLong()) {
            // The state before the first batch that may not be acknowledged: answers come from it until that is.
            writtenUpTo(lastEnd);
        }
        for (Record record : batch) {
            records++;
            if (batch.isControlBatch()) {
                control(batch, record);
            } else {
                data(batch, record);
            }
        }
        bytes += batch.sizeInBytes();
        lastEnd = batch.nextOffset();
        long acknowledged = highWatermark.getAsLong();
        if (lastEnd >= acknowledged) {
            writtenUpTo(lastEnd);
            commit(acknowledged);
        }
    }

    private void control(MutableRecordBatch batch, Record record) {
        ControlRecordType type = ControlRecordType.parse(record.key());
        if (type == ControlRecordType.COMMIT || type == ControlRecordType.ABORT) {
            playback.replayEndTransactionMarker(
                    batch.producerId(),
                    batch.producerEpoch(),
                    type == ControlRecordType.COMMIT ? TransactionResult.COMMIT : TransactionResult.ABORT);
        }
    }

    private void data(MutableRecordBatch batch, Record record) {
        ByteBuffer value = record.hasValue() ? record.value() : null;
        CoordinatorRecord read;
        try {
            read = serde.deserialize(record.key(), value);
        } catch (Deserializer.UnknownRecordTypeException e) {
            log.warn(
                    "{} holds a record of the unknown type {} at offset {}; it is left alone. A newer version wrote it",
                    partition,
                    e.unknownType(),
                    record.offset());
            return;
        }
        if (read != null) {
            playback.replay(record.offset(), batch.producerId(), batch.producerEpoch(), read);
        }
    }

    private void writtenUpTo(long offset) {
        if (offset > written) {
            written = offset;
            ends.add(offset);
            playback.updateLastWrittenOffset(offset);
        }
    }

    private void commit(long acknowledged) {
        long end = -1;
        while (!ends.isEmpty() && ends.element() <= acknowledged) {
            end = ends.remove();
        }
        if (end >= 0) {
            playback.updateLastCommittedOffset(end);
        }
    }

    /**
     * All was read.
     *
     * @param logEndOffset where the next record goes; above the last batch when compaction took that
     * @return the high watermark that the library was told of
     */
    long end(long logEndOffset) {
        writtenUpTo(logEndOffset);
        long acknowledged = highWatermark.getAsLong();
        commit(acknowledged);
        return acknowledged;
    }

    long records() {
        return records;
    }

    long bytes() {
        return bytes;
    }
}
