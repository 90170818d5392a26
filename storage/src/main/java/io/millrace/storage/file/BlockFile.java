package io.millrace.storage.file;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * An open file of a fixed size whose blocks are overwritten in place. Since its blocks are on the disk already, making a write
 * durable touches no file system metadata: it is the cheapest durable write that there is.
 *
 * <p>One thread writes at a time; reads may run beside it on any thread.
 */
public interface BlockFile extends Closeable {

    /** Positions and lengths of writes are multiples of this, and so is the address of the memory written from. */
    int BLOCK_BYTES = 4096;

    /** A buffer that can be written from: direct, and aligned to {@link #BLOCK_BYTES}. */
    static ByteBuffer allocate(int sizeBytes) {
        return ByteBuffer.allocateDirect(sizeBytes + BLOCK_BYTES)
                .alignedSlice(BLOCK_BYTES)
                .limit(sizeBytes)
                .slice();
    }

    long sizeBytes() throws IOException;

    /**
     * Overwrites whole blocks with what is left in the buffer; durable on return. Moves the position of the buffer. A failure
     * is final, like one of {@link DiskFile#force()}: any part of the blocks may be on the disk.
     */
    void write(ByteBuffer blocks, long position) throws IOException;

    /**
     * Reads from a position until the buffer is full or the file ends.
     *
     * @return bytes read, 0 at the end of the file
     */
    int read(ByteBuffer target, long position) throws IOException;
}
