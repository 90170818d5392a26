package io.millrace.storage.log;

import io.millrace.storage.TopicPartition;
import io.millrace.storage.batch.BatchHeader;
import io.millrace.storage.file.Disk;
import io.millrace.storage.journal.JournalIndex;
import java.io.IOException;
import java.nio.ByteBuffer;

/** The batches that the journal has of one log, at start. */
record JournaledBatches(JournalIndex journal, TopicPartition partition) {

    /** Sees batches in order of offsets. */
    @FunctionalInterface
    interface Visitor {
        /** {@code buffer} holds the batch at {@code at}. */
        void batch(ByteBuffer buffer, int at);
    }

    /** Of a log that is open. */
    static JournaledBatches none(Disk disk, TopicPartition partition) {
        return new JournaledBatches(new JournalIndex(disk), partition);
    }

    boolean isEmpty() {
        return journal.entries(partition).isEmpty();
    }

    /** The base offset of the batch that holds an offset; the offset itself when there is none. */
    long batchStartOf(long offset) throws IOException {
        long[] start = {offset};
        visit(0, offset, (buffer, at) -> {
            if (BatchHeader.lastOffset(buffer, at) >= offset) {
                start[0] = BatchHeader.baseOffset(buffer, at);
            }
        });
        return start[0];
    }

    /** Visits the batches that begin at or above one offset and below another, and were not cut off. */
    void visit(long fromOffset, long toOffset, Visitor visitor) throws IOException {
        for (JournalIndex.Entry entry : journal.entries(partition)) {
            if (entry.endOffset() <= fromOffset || entry.startOffset() >= toOffset) {
                continue;
            }
            ByteBuffer batches = journal.read(entry);
            long limit = Math.min(toOffset, entry.endOffset());
            for (int at = 0; at < batches.limit(); at += BatchHeader.sizeBytes(batches, at)) {
                long baseOffset = BatchHeader.baseOffset(batches, at);
                if (baseOffset >= fromOffset && baseOffset < limit) {
                    visitor.batch(batches, at);
                }
            }
        }
    }
}
