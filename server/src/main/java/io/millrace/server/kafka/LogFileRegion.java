package io.millrace.server.kafka;

import io.millrace.storage.file.FileRegion;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.AbstractReferenceCounted;
import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;

/**
 * A region of a segment file as Netty sends it: with sendfile where the system can. Bytes that have to be encrypted are read instead.
 *
 * <p>Does not close the region: the read result that it comes from stays open until the whole answer is written.
 */
final class LogFileRegion extends AbstractReferenceCounted implements io.netty.channel.FileRegion {

    private final FileRegion region;
    private long transferred;

    LogFileRegion(FileRegion region) {
        this.region = region;
    }

    @Override
    public long position() {
        return 0;
    }

    @Override
    public long count() {
        return region.sizeBytes();
    }

    @Override
    public long transferred() {
        return transferred;
    }

    @Override
    @Deprecated
    @SuppressWarnings("deprecation") // Netty's interface still has the misspelt twin.
    public long transfered() {
        return transferred;
    }

    @Override
    public long transferTo(WritableByteChannel target, long position) throws IOException {
        long left = count() - position;
        if (left <= 0) {
            return 0;
        }
        long sent = region.transferTo(position, target);
        if (sent < 0) {
            throw new EOFException("the segment file ends " + left + " bytes before the region that was read from it");
        }
        transferred += sent;
        return sent;
    }

    /**
     * Reads what follows the bytes that were sent, for a socket that cannot send files.
     *
     * @param bytesMax of which as many are read as there are
     */
    ByteBuf read(ByteBufAllocator allocator, int bytesMax) throws IOException {
        int wanted = (int) Math.min(bytesMax, count() - transferred);
        ByteBuf bytes = allocator.heapBuffer(wanted);
        try {
            region.read(transferred, bytes.internalNioBuffer(0, wanted));
        } catch (IOException | RuntimeException e) {
            bytes.release();
            throw e;
        }
        transferred += wanted;
        return bytes.writerIndex(wanted);
    }

    /** Whether everything was sent or read. */
    boolean isUsedUp() {
        return transferred >= count();
    }

    @Override
    public LogFileRegion retain() {
        super.retain();
        return this;
    }

    @Override
    public LogFileRegion retain(int increment) {
        super.retain(increment);
        return this;
    }

    @Override
    public LogFileRegion touch() {
        return this;
    }

    @Override
    public LogFileRegion touch(Object hint) {
        return this;
    }

    @Override
    protected void deallocate() {
        // The read result closes the region.
    }
}
