package io.millrace.cluster.record;

import io.millrace.storage.batch.BatchHeader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.record.internal.DefaultRecord;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.utils.BufferSupplier;

/**
 * The records inside one batch. A batch is a stranger's: it may announce more records than it holds, hold lengths that point
 * nowhere, or decompress to far more than it looks. So it is decompressed into a bounded buffer first, and its records are read
 * within that.
 */
final class BatchContent {

    /** A megabyte of compressed readings is some ten megabytes; what is beyond this is made to exhaust memory. */
    static final int DECOMPRESSED_BYTES_MAX = 128 << 20;

    private static final int FIRST_BUFFER_BYTES = 16 << 10;

    /** How much larger than its compressed form a batch is taken to be, before it is known. */
    private static final int EXPECTED_RATIO = 4;

    private BatchContent() {}

    /**
     * @param at where the batch begins
     * @throws UnreadableBatchException when the batch cannot be taken apart whole
     */
    static List<Record> recordsOf(ByteBuffer batches, int at) {
        int size = BatchHeader.sizeBytes(batches, at);
        Long logAppendTimeMs = BatchHeader.isLogAppendTime(batches, at) ? BatchHeader.maxTimestamp(batches, at) : null;
        int count = BatchHeader.recordsCount(batches, at);
        try {
            ByteBuffer content = BatchHeader.isCompressed(batches, at)
                    ? decompress(batches.slice(at, size))
                    : batches.slice(at + BatchHeader.SIZE_BYTES, size - BatchHeader.SIZE_BYTES);
            List<Record> records = new ArrayList<>(Math.min(count, content.remaining()));
            for (int i = 0; i < count; i++) {
                records.add(DefaultRecord.readFrom(
                        content,
                        BatchHeader.baseOffset(batches, at),
                        BatchHeader.baseTimestamp(batches, at),
                        BatchHeader.baseSequence(batches, at),
                        logAppendTimeMs));
            }
            return records;
        } catch (IOException
                | KafkaException
                | IllegalArgumentException
                | IndexOutOfBoundsException
                | BufferUnderflowException e) {
            throw new UnreadableBatchException(String.valueOf(e.getMessage()), e);
        }
    }

    private static ByteBuffer decompress(ByteBuffer batch) throws IOException {
        DefaultRecordBatch compressed = (DefaultRecordBatch)
                MemoryRecords.readableRecords(batch).batches().iterator().next();
        long expected = Math.max(FIRST_BUFFER_BYTES, (long) EXPECTED_RATIO * batch.remaining());
        byte[] bytes = new byte[(int) Math.min(expected, DECOMPRESSED_BYTES_MAX)];
        int filled = 0;
        try (InputStream in = compressed.recordInputStream(BufferSupplier.NO_CACHING)) {
            int read;
            while ((read = in.read(bytes, filled, bytes.length - filled)) >= 0) {
                filled += read;
                if (filled == bytes.length) {
                    if (filled >= DECOMPRESSED_BYTES_MAX) {
                        throw new IOException("it decompresses to more than " + DECOMPRESSED_BYTES_MAX + " bytes");
                    }
                    bytes = Arrays.copyOf(bytes, (int) Math.min(2L * filled, DECOMPRESSED_BYTES_MAX));
                }
            }
        }
        return ByteBuffer.wrap(bytes, 0, filled);
    }
}
