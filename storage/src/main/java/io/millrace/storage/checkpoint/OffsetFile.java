package io.millrace.storage.checkpoint;

import io.millrace.storage.file.AtomicFile;
import io.millrace.storage.file.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** A small file in a partition directory that holds one offset. Payload: offset int64. */
abstract class OffsetFile {

    private final Disk disk;
    private final AtomicFile file;
    private final Path path;

    OffsetFile(Disk disk, Path path, String kind) {
        this.disk = disk;
        this.file = new AtomicFile(disk, kind, 1);
        this.path = path;
    }

    /** Durable on return. */
    public void write(long offset) throws IOException {
        file.write(path, ByteBuffer.allocate(8).putLong(offset).flip());
    }

    /** Whether it was ever written. */
    public boolean exists() throws IOException {
        return disk.exists(path);
    }

    /** The offset, or 0 when there is none that can be read. */
    public long read() throws IOException {
        return file.read(path)
                .filter(payload -> payload.remaining() == 8)
                .map(ByteBuffer::getLong)
                .filter(offset -> offset >= 0)
                .orElse(0L);
    }
}
