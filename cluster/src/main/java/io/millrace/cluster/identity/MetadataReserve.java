package io.millrace.cluster.identity;

import io.millrace.storage.file.AtomicFile;
import io.millrace.storage.file.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file {@code metadata-reserve}: bytes that mean nothing, kept so that there is something to give up. A node cannot start without
 * writing a little, its vote and that it is back, and a disk can be full to the last page. Then this file goes, and records of clients do
 * not get what it leaves. Blocks.
 */
public final class MetadataReserve {

    /** What is kept: thousands of metadata records. */
    public static final long BYTES = 4L << 20;

    /** More than what is given up leaves, so that nobody takes that. */
    private static final long LEFT_ALONE_BYTES = 2 * BYTES;

    /** Free space above which the reserve is made (again). */
    private static final long PLENTY_BYTES = 8 * BYTES;

    private static final Logger log = LoggerFactory.getLogger(MetadataReserve.class);

    private final Disk disk;
    private final Path directory;
    private final Path file;

    public MetadataReserve(Disk disk, Path directory) {
        this.disk = disk;
        this.directory = directory;
        this.file = directory.resolve("metadata-reserve");
    }

    /**
     * Gives the reserve up when the disk is full, makes it when there is room.
     *
     * @return how many bytes records of clients must leave free from now on: 0 as long as the reserve is there
     */
    public long prepare() throws IOException {
        long free = disk.usableBytes(directory);
        boolean held = disk.exists(file);
        if (held && free < BYTES) {
            log.warn(
                    "The disk of {} is full: what was kept for metadata is given up, so that this node can start",
                    directory);
            disk.delete(file);
            return LEFT_ALONE_BYTES;
        }
        if (!held && free >= PLENTY_BYTES) {
            new AtomicFile(disk, "MRSV", 1).write(file, ByteBuffer.allocate((int) BYTES));
            return 0;
        }
        return held ? 0 : LEFT_ALONE_BYTES;
    }
}
