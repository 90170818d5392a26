package io.millrace.cluster.record;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Consumer;

/** Builds record batches (format v2) and takes them apart. */
public final class RecordBatches {

    private RecordBatches() {}

    /**
     * One uncompressed batch of records, with offsets from 0 and no producer id, ready for {@link
     * io.millrace.storage.PartitionLog#append}.
     *
     * @param nowMs timestamp for the records that have none
     */
    public static ByteBuffer build(List<NewRecord> records, long nowMs) {
        throw new UnsupportedOperationException("not written yet");
    }

    /** The size that a record will take in a batch, at most. */
    public static int sizeBoundBytes(NewRecord record) {
        throw new UnsupportedOperationException("not written yet");
    }

    /**
     * Calls the consumer for each data record at or above an offset, in order; control records (transaction markers) are left
     * out.
     *
     * @param batches whole batches, as {@link io.millrace.storage.ReadResult#toBuffer()} gives them
     * @return the offset after the last record of the last batch (the position to go on from), or {@code fromOffset} when
     *     there is no batch
     */
    public static long forEach(ByteBuffer batches, long fromOffset, Consumer<StreamRecord> consumer) {
        throw new UnsupportedOperationException("not written yet");
    }
}
