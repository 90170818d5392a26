package io.millrace.storage.compaction;

import io.millrace.storage.LogException;
import io.millrace.storage.batch.BatchHeader;
import io.millrace.storage.batch.RecordCursor;
import java.nio.ByteBuffer;

/** What a control batch says: the key of its one record is version int16, type int16 (KIP-98). */
final class ControlMarker {

    static final int ABORT = 0;
    static final int COMMIT = 1;
    static final int NONE = -1;

    private static final int KEY_BYTES = 4;

    private ControlMarker() {}

    /** {@link #ABORT}, {@link #COMMIT}, another type, or {@link #NONE} for a batch without a readable record. */
    static int typeOf(ByteBuffer controlBatch) {
        if (BatchHeader.isCompressed(controlBatch, 0)) {
            return NONE;
        }
        try {
            RecordCursor records = new RecordCursor(controlBatch, 0);
            ByteBuffer key = records.next() ? records.key() : null;
            return key == null || key.remaining() < KEY_BYTES ? NONE : key.getShort(2);
        } catch (LogException.CorruptBatch e) {
            return NONE;
        }
    }

    static boolean isTransactionEnd(ByteBuffer controlBatch) {
        int type = typeOf(controlBatch);
        return type == ABORT || type == COMMIT;
    }
}
