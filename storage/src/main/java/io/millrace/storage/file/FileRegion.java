package io.millrace.storage.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/**
 * A run of bytes in an open segment file. Keeps the file open until {@link #close()}, also when the segment is deleted
 * meanwhile.
 */
public interface FileRegion extends AutoCloseable {

    int sizeBytes();

    /**
     * Sends bytes with sendfile where the system can.
     *
     * @param position first byte, relative to this region
     * @return number of bytes sent, may be less than what is left; -1 when the file was cut there
     */
    long transferTo(long position, WritableByteChannel target) throws IOException;

    /**
     * Reads as many bytes as the target has room for, where sendfile is no way. Blocks, if at all, like {@link #transferTo}.
     *
     * @param position first byte, relative to this region; there must be that many bytes from it on
     * @throws java.io.EOFException when the file was cut there
     */
    void read(long position, ByteBuffer target) throws IOException;

    /** Reads the whole region into a buffer that has room for it. Blocks. */
    void readInto(ByteBuffer target) throws IOException;

    /** Another holder of the same region; each is closed on its own. */
    FileRegion retain();

    @Override
    void close();
}
