package io.millrace.cluster.identity;

import io.millrace.storage.file.AtomicFile;
import io.millrace.storage.file.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The file {@code broker-epoch}: how the controller let the last process life in. Payload: its epoch (int64), then the address that other
 * nodes reached it at ({@code host:port}, UTF-8, the rest). The next life shows the epoch: whoever has the directory has what that life
 * acknowledged, because every acknowledged byte was forced to the disk. Not thread-safe; blocks.
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
        return payload().map(ByteBuffer::getLong).orElse(NONE);
    }

    /** Whether the last life was let in at this address: a copy of the directory that is run elsewhere was not. */
    public boolean wasAt(String address) throws IOException {
        return payload()
                .map(bytes -> StandardCharsets.UTF_8
                        .decode(bytes.position(bytes.position() + Long.BYTES))
                        .toString())
                .filter(address::equals)
                .isPresent();
    }

    private Optional<ByteBuffer> payload() throws IOException {
        return disk.exists(file)
                ? format.read(file).filter(bytes -> bytes.remaining() >= Long.BYTES)
                : Optional.empty();
    }

    /** Durable on return. */
    public void write(long epoch, String address) throws IOException {
        byte[] at = address.getBytes(StandardCharsets.UTF_8);
        format.write(
                file,
                ByteBuffer.allocate(Long.BYTES + at.length)
                        .putLong(epoch)
                        .put(at)
                        .flip());
    }
}
