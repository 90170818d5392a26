package io.millrace.storage.file;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.List;

/** A disk that nothing can be written to: for looking at a data directory that may belong to a running node. */
public final class ReadOnlyDisk implements Disk {

    private final Disk disk;

    public ReadOnlyDisk(Disk disk) {
        this.disk = disk;
    }

    @Override
    public DiskFile open(Path file, Mode mode) throws IOException {
        if (mode == Mode.CREATE) {
            throw refused(file);
        }
        return new ReadOnlyFile(file, disk.open(file, Mode.READ));
    }

    @Override
    public BlockFile openBlocks(Path file, long sizeBytes) throws IOException {
        throw refused(file);
    }

    @Override
    public String bootId() {
        return disk.bootId();
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
    public List<Path> list(Path directory) throws IOException {
        return disk.list(directory);
    }

    @Override
    public long usableBytes(Path path) throws IOException {
        return disk.usableBytes(path);
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
        throw refused(directory);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        throw refused(from);
    }

    @Override
    public void delete(Path path) throws IOException {
        throw refused(path);
    }

    @Override
    public void forceDirectory(Path directory) throws IOException {
        throw refused(directory);
    }

    @Override
    public Closeable lock(Path file) throws IOException {
        throw refused(file);
    }

    private static IOException refused(Path path) {
        return new IOException("nothing may be written here, and something tried to: " + path);
    }

    /** A file that can only be read. */
    private record ReadOnlyFile(Path path, DiskFile file) implements DiskFile {

        @Override
        public long sizeBytes() throws IOException {
            return file.sizeBytes();
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
        public void append(ByteBuffer... sources) throws IOException {
            throw refused(path);
        }

        @Override
        public void truncate(long sizeBytes) throws IOException {
            throw refused(path);
        }

        @Override
        public void force() throws IOException {
            throw refused(path);
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
