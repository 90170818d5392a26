package io.millrace.storage.file;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/**
 * An open file. One thread appends, forces or truncates at a time; reads may run beside it on any thread.
 */
public interface DiskFile extends Closeable {

    long sizeBytes() throws IOException;

    /**
     * Writes all that is left in the buffers at the end of the file, in one go where the system can. Moves the positions of
     * the buffers. When it throws, any part may have been written: the caller truncates.
     */
    void append(ByteBuffer... sources) throws IOException;

    /**
     * Reads from a position until the buffer is full or the file ends.
     *
     * @return bytes read, 0 at the end of the file
     */
    int read(ByteBuffer target, long position) throws IOException;

    /**
     * Sends bytes with sendfile where the system can; may send less than asked, and nothing when the target takes nothing.
     *
     * @return -1 when the file ends before the position: it was cut
     */
    long transferTo(long position, long count, WritableByteChannel target) throws IOException;

    /**
     * From now on the file is read without its name, which is about to belong to another one. What is open stays readable; what
     * was closed by an interrupt is not opened again. Nothing is written after this.
     */
    default void keepOpen() throws IOException {
        read(ByteBuffer.allocate(1), 0);
    }

    /** Cuts the file; the next append begins there. */
    void truncate(long sizeBytes) throws IOException;

    /**
     * Makes everything written so far durable. A failure is final: what was written since the last success may be gone, even
     * when a later call succeeds.
     */
    void force() throws IOException;
}
