package io.millrace.cluster.quorum;

import java.nio.ByteBuffer;
import org.apache.kafka.common.memory.MemoryPool;

/**
 * Buffers for the batches of the metadata log. Asked for the largest batch there can be, it gives what is enough for nearly all:
 * who writes more makes room itself.
 */
final class SmallBuffers implements MemoryPool {

    private static final int BYTES = 64 << 10;

    @Override
    public ByteBuffer tryAllocate(int sizeBytes) {
        return ByteBuffer.allocate(Math.min(sizeBytes, BYTES));
    }

    @Override
    public void release(ByteBuffer buffer) {
        // The garbage collector has it.
    }

    @Override
    public long size() {
        return Long.MAX_VALUE;
    }

    @Override
    public long availableMemory() {
        return Long.MAX_VALUE;
    }

    @Override
    public boolean isOutOfMemory() {
        return false;
    }
}
