package io.millrace.cluster.identity;

import io.millrace.storage.file.AtomicFile;
import io.millrace.storage.file.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * The file {@code broker-epoch}: the epoch of the last process life that the controller let in (8 bytes). The next life shows it: whoever
 * has the directory has what that life acknowledged, because every acknowledged byte was forced to the disk. Not thread-safe; blocks.
 */
public final class BrokerEpochFile {

    /** There was no life before. */
    public static final long NONE = -1;

    private final Disk disk;
    private final Path file;
    private final AtomicFile format;

    public BrokerEpochFile(Disk disk, Path directory) {
        this.disk = disk;
        this.file = directory.resolve("broker-epoch");
        this.format = new AtomicFile(disk, "BEPO", 1);
    }

    /** The epoch; {@link #NONE} when there is none or it cannot be read, which costs the node its places in the in-sync sets. */
    public long read() throws IOException {
        return disk.exists(file)
                ? format.read(file)
                        .filter(bytes -> bytes.remaining() == Long.BYTES)
                        .map(ByteBuffer::getLong)
                        .orElse(NONE)
                : NONE;
    }

    /** Durable on return. */
    public void write(long epoch) throws IOException {
        format.write(file, ByteBuffer.allocate(Long.BYTES).putLong(epoch).flip());
    }
}
