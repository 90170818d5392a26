package io.millrace.storage.batch;

import io.millrace.storage.LogException;
import java.nio.ByteBuffer;

/**
 * What a control batch says (KIP-98): the key of its one record is version int16, type int16; the value of a transaction marker is
 * version int16, coordinator epoch int32.
 */
public final class ControlMarker {

    public static final int ABORT = 0;
    public static final int COMMIT = 1;

    /** Of a batch without a readable record. */
    public static final int NONE = -1;

    /** Of a marker that does not say which coordinator wrote it. */
    public static final int NO_COORDINATOR_EPOCH = -1;

    private static final int KEY_BYTES = 4;
    private static final int VALUE_BYTES = 6;

    private ControlMarker() {}

    /** {@link #ABORT}, {@link #COMMIT}, another type, or {@link #NONE} for a batch without a readable record. */
    public static int typeOf(ByteBuffer batches, int at) {
        ByteBuffer key = read(batches, at, RecordCursor::key);
        return key == null || key.remaining() < KEY_BYTES ? NONE : key.getShort(2);
    }

    /** The epoch of the coordinator that had a marker written, or {@link #NO_COORDINATOR_EPOCH}. */
    public static int coordinatorEpochOf(ByteBuffer batches, int at) {
        ByteBuffer value = read(batches, at, RecordCursor::value);
        return value == null || value.remaining() < VALUE_BYTES ? NO_COORDINATOR_EPOCH : value.getInt(2);
    }

    /** Whether a control batch ends a transaction. */
    public static boolean isTransactionEnd(ByteBuffer batches, int at) {
        int type = typeOf(batches, at);
        return type == ABORT || type == COMMIT;
    }

    @FunctionalInterface
    private interface Part {
        ByteBuffer of(RecordCursor record);
    }

    private static ByteBuffer read(ByteBuffer batches, int at, Part part) {
        if (BatchHeader.isCompressed(batches, at)) {
            return null;
        }
        try {
            RecordCursor records = new RecordCursor(batches, at);
            return records.next() ? part.of(records) : null;
        } catch (LogException.CorruptBatch | IndexOutOfBoundsException e) {
            return null;
        }
    }
}
