package io.millrace.storage.file;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * The few operations that the storage module needs of a file system. Everything that touches a disk goes through here, so
 * that tests can make a disk fail, run full, or lose what was not forced.
 *
 * <p>Thread-safe. Every method may block.
 */
public interface Disk {

    /** How a file is opened. */
    enum Mode {
        /** An existing file, for reading. */
        READ,
        /** An existing file, for reading and appending. */
        APPEND,
        /** A new file; one that is there is emptied. */
        CREATE
    }

    /** The file system of this machine. */
    static Disk local() {
        return LocalDisk.INSTANCE;
    }

    DiskFile open(Path file, Mode mode) throws IOException;

    /**
     * Opens a file of blocks. A file that is not there is made; one that is shorter is filled up with zeros, which are durable
     * on return; one that is longer stays as it is. The name of a new one is durable after {@link #forceDirectory}.
     *
     * @param sizeBytes a multiple of {@link BlockFile#BLOCK_BYTES}
     */
    BlockFile openBlocks(Path file, long sizeBytes) throws IOException;

    /**
     * Names this run of the machine: as long as it stays the same, what was written is in the page cache or on the disk, also
     * after a process was killed. Empty when the machine does not say.
     */
    String bootId();

    boolean exists(Path path) throws IOException;

    boolean isDirectory(Path path) throws IOException;

    /** Bytes in a file. */
    long sizeBytes(Path file) throws IOException;

    /** When a file was last written, in milliseconds since the epoch. */
    long lastModifiedMs(Path file) throws IOException;

    /** Creates a directory and its parents; nothing happens when it is there. */
    void createDirectories(Path directory) throws IOException;

    /** What lies in a directory, sorted by name. */
    List<Path> list(Path directory) throws IOException;

    /** Renames a file (replacing the target at once) or a directory. Durable after {@link #forceDirectory} of the parent. */
    void rename(Path from, Path to) throws IOException;

    /** Removes a file or an empty directory; nothing happens when it is not there. */
    void delete(Path path) throws IOException;

    /** Makes creations, renames and deletions in a directory durable. */
    void forceDirectory(Path directory) throws IOException;

    /** Free bytes that this process may use on the file system of a path. */
    long usableBytes(Path path) throws IOException;

    /**
     * Takes a lock that no other process can hold at the same time; given back by closing it, and by the end of the process.
     *
     * @throws IOException saying that another process uses the directory
     */
    Closeable lock(Path file) throws IOException;
}
