package io.millrace.cluster.record;

import io.millrace.storage.TimestampOffset;
import io.millrace.storage.batch.BatchHeader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.utils.Utils;

/** Builds record batches (format v2) and takes them apart. */
public final class RecordBatches {

    /** A record's length, attributes, timestamp delta, offset delta, key length, value length and header count at their longest. */
    private static final int RECORD_OVERHEAD_BYTES = 5 + 1 + 10 + 5 + 5 + 5 + 5;

    /** A header's name and value lengths at their longest. */
    private static final int HEADER_OVERHEAD_BYTES = 5 + 5;

    private static final Header[] NO_HEADERS = new Header[0];

    private RecordBatches() {}

    /**
     * One uncompressed batch of records, with offsets from 0 and no producer id, ready for {@link
     * io.millrace.storage.PartitionLog#append}.
     *
     * @param nowMs timestamp for the records that have none
     */
    public static ByteBuffer build(List<NewRecord> records, long nowMs) {
        int bound = BatchHeader.SIZE_BYTES;
        for (NewRecord record : records) {
            bound += sizeBoundBytes(record);
        }
        try (MemoryRecordsBuilder builder =
                MemoryRecords.builder(ByteBuffer.allocate(bound), Compression.NONE, TimestampType.CREATE_TIME, 0)) {
            for (NewRecord record : records) {
                builder.append(
                        record.timestampMs() < 0 ? nowMs : record.timestampMs(),
                        record.key(),
                        record.value(),
                        kafkaHeaders(record.headers()));
            }
            return builder.build().buffer();
        }
    }

    /** The size that a record will take in a batch, at most. */
    public static int sizeBoundBytes(NewRecord record) {
        int bound = RECORD_OVERHEAD_BYTES + lengthOf(record.key()) + lengthOf(record.value());
        for (RecordHeader header : record.headers()) {
            bound += HEADER_OVERHEAD_BYTES
                    + header.name().getBytes(StandardCharsets.UTF_8).length
                    + lengthOf(header.value());
        }
        return bound;
    }

    /**
     * Calls the consumer for each data record at or above an offset, in order; control records (transaction markers) are left
     * out.
     *
     * @param batches whole batches, as {@link io.millrace.storage.ReadResult#toBuffer()} gives them
     * @return the offset after the last record of the last batch (the position to go on from), or {@code fromOffset} when
     *     there is no batch
     */
    public static long forEach(ByteBuffer batches, long fromOffset, RecordConsumer consumer) {
        long next = fromOffset;
        for (int at = batches.position(); at < batches.limit(); at += BatchHeader.sizeBytes(batches, at)) {
            long afterBatch = BatchHeader.lastOffset(batches, at) + 1;
            if (!BatchHeader.isControl(batches, at)) {
                for (Record record : recordsOf(batches, at, fromOffset, consumer)) {
                    if (record.offset() >= fromOffset) {
                        consumer.accept(streamRecord(record));
                    }
                }
            }
            next = Math.max(next, afterBatch);
        }
        return next;
    }

    /**
     * Gives the headers of a name, in order; of a record that has several the last one. Looks only into batches as {@link #build} makes
     * them, neither compressed nor of a producer with an id: in a log with others that is much less to look into.
     *
     * @param batches whole batches
     * @return the offset after the last batch, -1 when there is none
     */
    public static long forEachHeader(ByteBuffer batches, String name, HeaderConsumer consumer) {
        long next = -1;
        for (int at = batches.position(); at < batches.limit(); at += BatchHeader.sizeBytes(batches, at)) {
            next = BatchHeader.lastOffset(batches, at) + 1;
            if (BatchHeader.isControl(batches, at)
                    || BatchHeader.isCompressed(batches, at)
                    || BatchHeader.producerId(batches, at) >= 0) {
                continue;
            }
            try {
                for (Record record : BatchContent.recordsOf(batches, at)) {
                    Header[] headers = record.headers();
                    for (int i = headers.length - 1; i >= 0; i--) {
                        if (headers[i].key().equals(name)) {
                            consumer.accept(record.offset(), headers[i].value());
                            break;
                        }
                    }
                }
            } catch (UnreadableBatchException e) {
                // Not one that was built here.
                continue;
            }
        }
        return next;
    }

    private static List<Record> recordsOf(ByteBuffer batches, int at, long fromOffset, RecordConsumer consumer) {
        try {
            return BatchContent.recordsOf(batches, at);
        } catch (UnreadableBatchException e) {
            long from = Math.max(fromOffset, BatchHeader.baseOffset(batches, at));
            consumer.unreadable(from, BatchHeader.lastOffset(batches, at) + 1, e.getMessage());
            return List.of();
        }
    }

    /**
     * The first record of one batch at or after a time and at or above an offset: what the storage cannot find out by itself
     * when a batch is compressed (see {@link io.millrace.storage.batch.RecordTimestamps}).
     */
    public static Optional<TimestampOffset> firstAtOrAfter(ByteBuffer batch, long timestampMs, long minOffset) {
        int at = batch.position();
        try {
            for (Record record : BatchContent.recordsOf(batch, at)) {
                if (record.timestamp() >= timestampMs && record.offset() >= minOffset) {
                    return Optional.of(new TimestampOffset(
                            record.timestamp(), record.offset(), BatchHeader.leaderEpoch(batch, at)));
                }
            }
        } catch (UnreadableBatchException e) {
            // What cannot be read is not what is looked for; the reader meets it when it reads on.
            return Optional.empty();
        }
        return Optional.empty();
    }

    private static int lengthOf(byte[] bytes) {
        return bytes == null ? 0 : bytes.length;
    }

    private static StreamRecord streamRecord(Record record) {
        return new StreamRecord(
                record.offset(),
                record.timestamp(),
                Utils.toNullableArray(record.key()),
                Utils.toNullableArray(record.value()),
                headers(record.headers()));
    }

    private static List<RecordHeader> headers(Header[] headers) {
        if (headers.length == 0) {
            return List.of();
        }
        List<RecordHeader> result = new ArrayList<>(headers.length);
        for (Header header : headers) {
            result.add(new RecordHeader(header.key(), header.value()));
        }
        return result;
    }

    private static Header[] kafkaHeaders(List<RecordHeader> headers) {
        if (headers.isEmpty()) {
            return NO_HEADERS;
        }
        RecordHeaders result = new RecordHeaders();
        headers.forEach(header -> result.add(header.name(), header.value()));
        return result.toArray();
    }
}
