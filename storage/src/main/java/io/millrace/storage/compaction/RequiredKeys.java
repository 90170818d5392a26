package io.millrace.storage.compaction;

import io.millrace.storage.LogException;
import io.millrace.storage.batch.BatchHeader;
import io.millrace.storage.batch.BatchValidator;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

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
                List<Integer> withoutKey = new ArrayList<>();
                long baseOffset = BatchHeader.baseOffset(batches, at);
                rewriter.forEach(batches.slice(at, BatchHeader.sizeBytes(batches, at)), (offset, key) -> {
                    if (key == null) {
                        withoutKey.add((int) (offset - baseOffset));
                    }
                    return true;
                });
                BatchValidator.requireKeys(withoutKey);
            }
        }
    }
}
