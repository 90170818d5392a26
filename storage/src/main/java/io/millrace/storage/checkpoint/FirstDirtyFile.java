package io.millrace.storage.checkpoint;

import io.millrace.storage.file.AtomicFile;
import io.millrace.storage.file.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * {@code first-dirty} in a partition directory: the offset below which the log was compacted. Written after the compacted
 * segments are in place; without it they are compacted once more, which changes nothing. Payload: offset int64.
 */
public final class FirstDirtyFile {

    public static final String NAME = "first-dirty";

    private final AtomicFile file;
    private final Path path;

    public FirstDirtyFile(Disk disk, Path partitionDirectory) {
        this.file = new AtomicFile(disk, "MLFD", 1);
        this.path = partitionDirectory.resolve(NAME);
    }

    public void write(long firstDirtyOffset) throws IOException {
        file.write(path, ByteBuffer.allocate(8).putLong(firstDirtyOffset).flip());
    }

    /** The offset, or 0 when nothing that can be trusted is there. */
    public long read() throws IOException {
        return file.read(path)
                .filter(payload -> payload.remaining() == 8)
                .map(ByteBuffer::getLong)
                .filter(offset -> offset >= 0)
                .orElse(0L);
    }
}
