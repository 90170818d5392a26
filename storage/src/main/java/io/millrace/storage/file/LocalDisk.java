package io.millrace.storage.file;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** {@link Disk} on the file system of this machine. */
final class LocalDisk implements Disk {

    static final LocalDisk INSTANCE = new LocalDisk();

    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

    private LocalDisk() {}

    @Override
    public DiskFile open(Path file, Mode mode) throws IOException {
        return new LocalDiskFile(file, mode);
    }

    @Override
    public BlockFile openBlocks(Path file, long sizeBytes) throws IOException {
        return LocalBlockFile.open(file, sizeBytes);
    }

    @Override
    public String bootId() {
        try {
            return Files.readString(BOOT_ID).strip();
        } catch (IOException e) {
            // Not Linux: every start counts as one after a power cut.
            return "";
        }
    }

    @Override
    public boolean exists(Path path) {
        return Files.exists(path);
    }

    @Override
    public boolean isDirectory(Path path) {
        return Files.isDirectory(path);
    }

    @Override
    public long sizeBytes(Path file) throws IOException {
        return Files.size(file);
    }

    @Override
    public long lastModifiedMs(Path file) throws IOException {
        return Files.getLastModifiedTime(file).toMillis();
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
        Files.createDirectories(directory);
    }

    @Override
    public List<Path> list(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.sorted().collect(Collectors.toList());
        }
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public void delete(Path path) throws IOException {
        Files.deleteIfExists(path);
    }

    @Override
    public void forceDirectory(Path directory) throws IOException {
        // Opening a directory for reading and forcing it is fsync(2) of the directory on Linux and macOS.
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    @Override
    public long usableBytes(Path path) throws IOException {
        // One statvfs; the file store of NIO would read the table of mounts each time.
        long bytes = path.toFile().getUsableSpace();
        if (bytes == 0 && !Files.exists(path)) {
            throw new NoSuchFileException(path.toString());
        }
        return bytes;
    }

    @Override
    public Closeable lock(Path file) throws IOException {
        return DirectoryLock.acquire(file);
    }
}
