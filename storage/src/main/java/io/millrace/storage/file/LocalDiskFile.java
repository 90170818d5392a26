package io.millrace.storage.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * {@link DiskFile} on two {@link FileChannel}s, each opened when it is first needed. A thread that is interrupted while it reads
 * closes the channel it reads from (that is how Java's channels are); with a channel of its own for the writer, such a reader
 * cannot take the log's write side down.
 */
final class LocalDiskFile implements DiskFile {

    /** Room for what one drain of a shard's queue usually writes; larger appends take several writes. */
    private static final int STAGING_BYTES = 512 * 1024;

    /** Up to here the JDK's own small buffers do. */
    private static final int SMALL_BYTES = 8 * 1024;

    /** A read into heap memory goes in pieces: the JDK keeps, per thread, a direct buffer as large as the largest one. */
    private static final int READ_BYTES = 128 * 1024;

    /**
     * Heap buffers are gathered here and written with one system call. The JDK would copy them to direct memory too, but into
     * buffers that it keeps per thread without a limit.
     */
    private static final ThreadLocal<ByteBuffer> STAGING =
            ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(STAGING_BYTES));

    private final Path path;
    private FileChannel writer;
    private FileChannel reader;
    private boolean closed;

    /** The name may belong to another file. */
    private boolean nameless;

    LocalDiskFile(Path path, Disk.Mode mode) throws IOException {
        this.path = path;
        switch (mode) {
            case CREATE ->
                writer = FileChannel.open(
                        path,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING);
            case READ -> reader = FileChannel.open(path, StandardOpenOption.READ);
            case APPEND -> {
                // Opened by whatever is done first.
            }
        }
    }

    @Override
    public long sizeBytes() throws IOException {
        return Files.size(path);
    }

    @Override
    public void append(ByteBuffer... sources) throws IOException {
        FileChannel channel = writer();
        long total = 0;
        for (ByteBuffer source : sources) {
            total += source.remaining();
        }
        if (sources.length == 1 && sources[0].isDirect()) {
            writeAll(channel, sources[0]);
        } else if (total <= SMALL_BYTES) {
            writeSmall(channel, sources, total);
        } else {
            writeStaged(channel, sources);
        }
    }

    private static void writeSmall(FileChannel channel, ByteBuffer[] sources, long total) throws IOException {
        long written = 0;
        while (written < total) {
            long count = channel.write(sources);
            if (count <= 0) {
                throw new IOException("short write: " + (total - written) + " bytes were not taken");
            }
            written += count;
        }
    }

    private static void writeStaged(FileChannel channel, ByteBuffer[] sources) throws IOException {
        ByteBuffer staging = STAGING.get().clear();
        for (ByteBuffer source : sources) {
            if (source.isDirect() && source.remaining() >= STAGING_BYTES / 8) {
                writeAll(channel, staging.flip());
                staging.clear();
                writeAll(channel, source);
                continue;
            }
            while (source.hasRemaining()) {
                int count = Math.min(source.remaining(), staging.remaining());
                int limit = source.limit();
                staging.put(source.limit(source.position() + count));
                source.limit(limit);
                if (!staging.hasRemaining()) {
                    writeAll(channel, staging.flip());
                    staging.clear();
                }
            }
        }
        writeAll(channel, staging.flip());
    }

    private static void writeAll(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            if (channel.write(bytes) <= 0) {
                throw new IOException("short write: " + bytes.remaining() + " bytes were not taken");
            }
        }
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
        int start = target.position();
        int limit = target.limit();
        while (target.hasRemaining()) {
            FileChannel channel = reader();
            try {
                target.limit(Math.min(limit, target.position() + READ_BYTES));
                if (channel.read(target, position + target.position() - start) < 0) {
                    break;
                }
            } catch (ClosedChannelException e) {
                rethrowUnlessAnotherThreadWasInterrupted(e);
            } finally {
                target.limit(limit);
            }
        }
        return target.position() - start;
    }

    @Override
    public long transferTo(long position, long count, WritableByteChannel target) throws IOException {
        try {
            FileChannel channel = reader();
            long sent = channel.transferTo(position, count, target);
            return sent == 0 && count > 0 && position >= channel.size() ? -1 : sent;
        } catch (AsynchronousCloseException e) {
            rethrowUnlessAnotherThreadWasInterrupted(e);
            // Nothing of this call went out: the caller goes on from the same position.
            return 0;
        }
    }

    private void rethrowUnlessAnotherThreadWasInterrupted(ClosedChannelException failure) throws IOException {
        synchronized (this) {
            if (closed || failure instanceof ClosedByInterruptException) {
                throw failure;
            }
        }
    }

    @Override
    public void truncate(long sizeBytes) throws IOException {
        writer().truncate(sizeBytes).position(sizeBytes);
    }

    @Override
    public void force() throws IOException {
        // fdatasync: the file size is among the metadata that it does write, times are not.
        writer().force(false);
    }

    @Override
    public synchronized void keepOpen() throws IOException {
        reader();
        nameless = true;
    }

    private synchronized FileChannel writer() throws IOException {
        requireOpen();
        if (writer == null) {
            FileChannel opened = FileChannel.open(path, StandardOpenOption.WRITE);
            try {
                opened.position(opened.size());
            } catch (IOException e) {
                opened.close();
                throw e;
            }
            writer = opened;
        }
        return writer;
    }

    private synchronized FileChannel reader() throws IOException {
        requireOpen();
        if (reader == null || !reader.isOpen()) {
            if (nameless) {
                throw new ClosedChannelException();
            }
            reader = FileChannel.open(path, StandardOpenOption.READ);
        }
        return reader;
    }

    private void requireOpen() throws IOException {
        if (closed) {
            throw new ClosedChannelException();
        }
    }

    @Override
    public synchronized void close() throws IOException {
        closed = true;
        try {
            if (reader != null) {
                reader.close();
            }
        } finally {
            if (writer != null) {
                writer.close();
            }
        }
    }
}
