package io.millrace.storage.compaction;

import io.millrace.storage.LogException;
import java.nio.ByteBuffer;

/**
 * Looks into the records of a batch and leaves some out. A seam: the storage module cannot decompress. Called on the cleaner
 * thread and on threads that append: must be thread-safe.
 */
public interface BatchRewriter {

    /** Knows nothing about records: without somebody who does, nothing is compacted. */
    BatchRewriter NONE = new BatchRewriter() {
        @Override
        public void forEach(ByteBuffer batch, RecordVisitor visitor) {}

        @Override
        public ByteBuffer rewrite(ByteBuffer batch, RecordFilter filter, DeleteHorizon horizon) {
            return batch;
        }
    };

    /** Sees a record. */
    @FunctionalInterface
    interface RecordVisitor {
        /**
         * @param key null when it has none; valid during the call
         * @return whether to go on
         */
        boolean record(long offset, ByteBuffer key);
    }

    /** Decides about a record; may be asked more than once about the same one. */
    @FunctionalInterface
    interface RecordFilter {
        /**
         * @param key null when it has none; valid during the call
         * @param hasValue false for a tombstone
         */
        boolean keep(long offset, ByteBuffer key, boolean hasValue);
    }

    /**
     * From when on tombstones and markers may go (KIP-534): written into a batch that keeps a tombstone and has none yet.
     *
     * @param always whether to write it in a batch without tombstones too
     */
    record DeleteHorizon(long horizonMs, boolean always) {}

    /**
     * Visits the records in order.
     *
     * @param batch exactly one whole batch, read-only, from position to limit
     * @throws LogException.CorruptBatch when its records cannot be read
     */
    void forEach(ByteBuffer batch, RecordVisitor visitor);

    /**
     * The batch with fewer records. What is kept stays in its order, with its offset, timestamp, key, value and headers; the
     * batch keeps its base offset, its last offset and its base sequence.
     *
     * @param batch exactly one whole batch, read-only, from position to limit
     * @return the same buffer when nothing changes, null when no record is left
     * @throws LogException.CorruptBatch when its records cannot be read
     */
    ByteBuffer rewrite(ByteBuffer batch, RecordFilter filter, DeleteHorizon horizon);
}
