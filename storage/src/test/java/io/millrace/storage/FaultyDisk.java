package io.millrace.storage;

import io.millrace.storage.file.BlockFile;
import io.millrace.storage.file.Disk;
import io.millrace.storage.file.DiskFile;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** The local disk, with faults that a test switches on: failing writes, forces, truncations, and little space. */
public final class FaultyDisk implements Disk {

    private final Disk disk = Disk.local();

    /** Fails appends to files of this suffix, after half of the bytes went out. */
    public volatile String failAppendsTo;

    public volatile String appendFailure = "No space left on device";
    public volatile String failForcesOf;

    /** Fails the next force of a file of this suffix, after it was held; the one after that succeeds. */
    public final AtomicReference<String> failOneForceOf = new AtomicReference<>();

    public volatile boolean failTruncations;

    /** Fails durable writes of blocks, after half of the blocks went out. */
    public volatile boolean failBlockWrites;

    /** Keeps everything that makes something durable waiting until it is counted down. */
    public volatile CountDownLatch holdForces = new CountDownLatch(0);

    /** Changed, it is as if the machine had been started again. */
    public volatile String bootId = "first";

    /** Keeps journal files from being made. */
    public volatile boolean failOpeningBlocks;

    public volatile long usableBytes = Long.MAX_VALUE;
    public final AtomicInteger forces = new AtomicInteger();

    /** How many wait for {@link #holdForces}, or have waited. */
    public final AtomicInteger held = new AtomicInteger();

    public final AtomicInteger blockWrites = new AtomicInteger();

    /** Files that were forced. */
    public final Set<Path> forced = ConcurrentHashMap.newKeySet();

    @Override
    public DiskFile open(Path file, Mode mode) throws IOException {
        return new Faulty(file, disk.open(file, mode));
    }

    @Override
    public BlockFile openBlocks(Path file, long sizeBytes) throws IOException {
        if (failOpeningBlocks) {
            throw new IOException("No space left on device");
        }
        return new FaultyBlocks(disk.openBlocks(file, sizeBytes));
    }

    @Override
    public String bootId() {
        return bootId;
    }

    private void awaitRelease() throws IOException {
        if (holdForces.getCount() > 0) {
            held.incrementAndGet();
        }
        try {
            if (!holdForces.await(20, TimeUnit.SECONDS)) {
                throw new IOException("held for too long");
            }
        } catch (InterruptedException e) {
            throw new InterruptedIOException();
        }
    }

    private final class FaultyBlocks implements BlockFile {
        private final BlockFile file;

        FaultyBlocks(BlockFile file) {
            this.file = file;
        }

        @Override
        public long sizeBytes() throws IOException {
            return file.sizeBytes();
        }

        @Override
        public void write(ByteBuffer blocks, long position) throws IOException {
            if (failBlockWrites) {
                int half = blocks.remaining() / 2 / BLOCK_BYTES * BLOCK_BYTES;
                file.write(blocks.duplicate().limit(blocks.position() + half), position);
                throw new IOException("Input/output error");
            }
            awaitRelease();
            forces.incrementAndGet();
            file.write(blocks, position);
            blockWrites.incrementAndGet();
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            return file.read(target, position);
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }

    private final class Faulty implements DiskFile {
        private final Path path;
        private final DiskFile file;

        Faulty(Path path, DiskFile file) {
            this.path = path;
            this.file = file;
        }

        private boolean isOne(String suffix) {
            return suffix != null && path.toString().endsWith(suffix);
        }

        @Override
        public long sizeBytes() throws IOException {
            return file.sizeBytes();
        }

        @Override
        public void append(ByteBuffer... sources) throws IOException {
            if (isOne(failAppendsTo)) {
                ByteBuffer half = sources[0].duplicate();
                file.append(half.limit(half.position() + half.remaining() / 2));
                throw new IOException(appendFailure);
            }
            file.append(sources);
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            return file.read(target, position);
        }

        @Override
        public long transferTo(long position, long count, WritableByteChannel target) throws IOException {
            return file.transferTo(position, count, target);
        }

        @Override
        public void truncate(long sizeBytes) throws IOException {
            if (failTruncations) {
                throw new IOException("Input/output error");
            }
            file.truncate(sizeBytes);
        }

        @Override
        public void force() throws IOException {
            if (isOne(failForcesOf)) {
                throw new IOException("Input/output error");
            }
            awaitRelease();
            String one = failOneForceOf.get();
            if (isOne(one) && failOneForceOf.compareAndSet(one, null)) {
                throw new IOException("Input/output error");
            }
            forces.incrementAndGet();
            file.force();
            forced.add(path);
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }

    @Override
    public boolean exists(Path path) throws IOException {
        return disk.exists(path);
    }

    @Override
    public boolean isDirectory(Path path) throws IOException {
        return disk.isDirectory(path);
    }

    @Override
    public long sizeBytes(Path file) throws IOException {
        return disk.sizeBytes(file);
    }

    @Override
    public long lastModifiedMs(Path file) throws IOException {
        return disk.lastModifiedMs(file);
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
        disk.createDirectories(directory);
    }

    @Override
    public List<Path> list(Path directory) throws IOException {
        return disk.list(directory);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        disk.rename(from, to);
    }

    @Override
    public void delete(Path path) throws IOException {
        disk.delete(path);
    }

    @Override
    public void forceDirectory(Path directory) throws IOException {
        disk.forceDirectory(directory);
    }

    @Override
    public long usableBytes(Path path) {
        return usableBytes;
    }

    @Override
    public Closeable lock(Path file) throws IOException {
        return disk.lock(file);
    }
}
