package io.millrace.cluster.quorum;

import java.nio.ByteBuffer;
import org.apache.kafka.common.errors.CorruptRecordException;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;

/**
 * Batches that are about to be appended to the metadata log: whole, sound, one behind the other, and copied, because they come in
 * buffers that are used again.
 */
record IncomingBatches(ByteBuffer bytes, long firstOffset, long lastOffset) {

    /**
     * Takes batches up to the first one of an epoch that is newer than the leader's.
     *
     * @throws CorruptRecordException when there is none, or one is damaged: the Raft client fetches again
     * @throws IllegalArgumentException when they do not continue the log at {@code endOffset}
     */
    static IncomingBatches check(MemoryRecords records, int epoch, long endOffset) {
        if (records.sizeInBytes() == 0) {
            throw new IllegalArgumentException("nothing to append");
        }
        long next = endOffset;
        int size = 0;
        for (MutableRecordBatch batch : records.batches()) {
            if (batch.partitionLeaderEpoch() > epoch) {
                break;
            }
            batch.ensureValid();
            if (batch.baseOffset() != next) {
                throw new IllegalArgumentException(
                        "a batch begins at offset " + batch.baseOffset() + ", but the metadata log goes on at " + next);
            }
            next = batch.lastOffset() + 1;
            size += batch.sizeInBytes();
        }
        if (size == 0) {
            throw new CorruptRecordException(
                    "there is no whole batch of epoch " + epoch + " or before in " + records.sizeInBytes() + " bytes");
        }
        ByteBuffer source = records.buffer();
        ByteBuffer copy = ByteBuffer.allocate(size);
        copy.put(0, source, source.position(), size);
        return new IncomingBatches(copy, endOffset, next - 1);
    }
}
