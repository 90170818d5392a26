package io.millrace.storage.file;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.concurrent.atomic.AtomicBoolean;

/** {@link FileRegion} of a {@link SharedFile}. */
public final class SharedFileRegion implements FileRegion {

    private final SharedFile shared;
    private final DiskFile file;
    private final long start;
    private final int sizeBytes;
    private final AtomicBoolean closed = new AtomicBoolean();

    /** Takes its own hold of the file. */
    public SharedFileRegion(SharedFile shared, long start, int sizeBytes) throws IOException {
        this(shared, shared.acquire(), start, sizeBytes);
    }

    private SharedFileRegion(SharedFile shared, DiskFile file, long start, int sizeBytes) {
        this.shared = shared;
        this.file = file;
        this.start = start;
        this.sizeBytes = sizeBytes;
    }

    @Override
    public int sizeBytes() {
        return sizeBytes;
    }

    @Override
    public long transferTo(long position, WritableByteChannel target) throws IOException {
        if (position < 0 || position > sizeBytes) {
            throw new IllegalArgumentException("position " + position + " is outside of " + sizeBytes + " bytes");
        }
        return file.transferTo(start + position, sizeBytes - position, target);
    }

    @Override
    public void read(long position, ByteBuffer target) throws IOException {
        int wanted = target.remaining();
        if (position < 0 || position + wanted > sizeBytes) {
            throw new IllegalArgumentException(
                    wanted + " bytes from " + position + " on are outside of " + sizeBytes + " bytes");
        }
        if (file.read(target, start + position) < wanted) {
            throw new EOFException(shared.path() + " ends before byte " + (start + position + wanted)
                    + ": the log was truncated while it was read");
        }
    }

    @Override
    public void readInto(ByteBuffer target) throws IOException {
        int limit = target.limit();
        target.limit(target.position() + sizeBytes);
        try {
            read(0, target);
        } finally {
            target.limit(limit);
        }
    }

    @Override
    public FileRegion retain() {
        return new SharedFileRegion(shared, shared.retain(), start, sizeBytes);
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            shared.release();
        }
    }
}
