package io.millrace.storage.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;

/** {@link DiskFile} on a {@link FileChannel}. */
final class LocalDiskFile implements DiskFile {

    /** Room for what one drain of a shard's queue usually writes; larger appends take several writes. */
    private static final int STAGING_BYTES = 512 * 1024;

    /**
     * Heap buffers are gathered here and written with one system call. The JDK would copy them to direct memory too, but into
     * buffers that it keeps per thread without a limit.
     */
    private static final ThreadLocal<ByteBuffer> STAGING =
            ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(STAGING_BYTES));

    private final FileChannel channel;

    LocalDiskFile(FileChannel channel) {
        this.channel = channel;
    }

    @Override
    public long sizeBytes() throws IOException {
        return channel.size();
    }

    @Override
    public void append(ByteBuffer... sources) throws IOException {
        ByteBuffer staging = STAGING.get().clear();
        for (ByteBuffer source : sources) {
            if (source.isDirect() && source.remaining() >= STAGING_BYTES / 8) {
                writeAll(staging.flip());
                staging.clear();
                writeAll(source);
                continue;
            }
            while (source.hasRemaining()) {
                int count = Math.min(source.remaining(), staging.remaining());
                int limit = source.limit();
                staging.put(source.limit(source.position() + count));
                source.limit(limit);
                if (!staging.hasRemaining()) {
                    writeAll(staging.flip());
                    staging.clear();
                }
            }
        }
        writeAll(staging.flip());
    }

    private void writeAll(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            if (channel.write(bytes) <= 0) {
                throw new IOException("short write: " + bytes.remaining() + " bytes were not taken");
            }
        }
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
        int total = 0;
        int limit = target.limit();
        while (target.hasRemaining()) {
            // In pieces, for the same reason as STAGING: the JDK keeps a direct buffer as large as the largest read.
            target.limit(Math.min(limit, target.position() + STAGING_BYTES));
            int count = channel.read(target, position + total);
            target.limit(limit);
            if (count < 0) {
                break;
            }
            total += count;
        }
        return total;
    }

    @Override
    public long transferTo(long position, long count, WritableByteChannel target) throws IOException {
        return channel.transferTo(position, count, target);
    }

    @Override
    public void truncate(long sizeBytes) throws IOException {
        channel.truncate(sizeBytes);
        channel.position(sizeBytes);
    }

    @Override
    public void force() throws IOException {
        // fdatasync: the file size is among the metadata that it does write, times are not.
        channel.force(false);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
