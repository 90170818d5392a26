package io.millrace.cluster.share;

import io.millrace.storage.batch.BatchHeader;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Whole record batches in memory, seen as what a {@link ShareWindow} wants to know of them. */
record LogBatches(ByteBuffer bytes) {

    List<LogBatch> all() {
        List<LogBatch> all = new ArrayList<>();
        int size;
        for (int at = bytes.position(); at < bytes.limit(); at += size) {
            size = BatchHeader.sizeBytes(bytes, at);
            boolean deliverable = !BatchHeader.isControl(bytes, at) && BatchHeader.recordsCount(bytes, at) > 0;
            all.add(new LogBatch(BatchHeader.baseOffset(bytes, at), BatchHeader.lastOffset(bytes, at), deliverable));
        }
        return all;
    }

    /** The batches that have an offset of a range in them. */
    ByteBuffer between(long first, long last) {
        int from = bytes.limit();
        int to = bytes.limit();
        int size;
        for (int at = bytes.position(); at < bytes.limit(); at += size) {
            size = BatchHeader.sizeBytes(bytes, at);
            if (BatchHeader.lastOffset(bytes, at) >= first) {
                from = Math.min(from, at);
            }
            if (BatchHeader.baseOffset(bytes, at) > last) {
                to = at;
                break;
            }
        }
        return bytes.slice(from, Math.max(0, to - from));
    }
}
