package io.millrace.storage.compaction;

import io.millrace.storage.LogException;
import io.millrace.storage.batch.BatchHeader;
import java.nio.ByteBuffer;

/**
 * The check that records of a compacted log have keys, for compressed batches: others are checked by {@link
 * io.millrace.storage.batch.BatchValidator}, which cannot look into these.
 */
public final class RequiredKeys {

    private RequiredKeys() {}

    /**
     * @param batches sound ones, from position 0
     * @throws LogException.InvalidRecord when a record has no key
     * @throws LogException.CorruptBatch when the records cannot be read
     */
    public static void check(ByteBuffer batches, BatchRewriter rewriter) {
        for (int at = 0; at < batches.limit(); at += BatchHeader.sizeBytes(batches, at)) {
            if (BatchHeader.isCompressed(batches, at)) {
                rewriter.forEach(batches.slice(at, BatchHeader.sizeBytes(batches, at)), (offset, key) -> {
                    if (key == null) {
                        throw new LogException.InvalidRecord(
                                "a record has no key: a compacted topic keeps the newest record of each key and needs one");
                    }
                    return true;
                });
            }
        }
    }
}
