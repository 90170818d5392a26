package io.millrace.storage.compaction;

import io.millrace.storage.batch.BatchHeader;
import java.nio.ByteBuffer;

/**
 * What is left of a batch without records: its header. It keeps the last sequence of a producer, and the place up to which a
 * segment reaches. Consumers step over it.
 */
final class EmptyBatch {

    private EmptyBatch() {}

    /** The header of a batch, with no records after it. */
    static ByteBuffer of(ByteBuffer batch) {
        ByteBuffer empty = ByteBuffer.allocate(BatchHeader.SIZE_BYTES);
        empty.put(0, batch, batch.position(), BatchHeader.SIZE_BYTES);
        BatchHeader.setEmpty(empty, 0);
        return empty;
    }
}
