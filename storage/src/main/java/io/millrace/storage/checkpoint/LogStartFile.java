package io.millrace.storage.checkpoint;

import io.millrace.storage.file.AtomicFile;
import io.millrace.storage.file.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * {@code log-start} in a partition directory: the first offset that can be read, once it has moved. It is written before the
 * first segment below it is removed, so that a crash leaves files too many, never a hole. Payload: offset int64.
 */
public final class LogStartFile {

    public static final String NAME = "log-start";

    private final AtomicFile file;
    private final Path path;

    public LogStartFile(Disk disk, Path partitionDirectory) {
        this.file = new AtomicFile(disk, "MLLS", 1);
        this.path = partitionDirectory.resolve(NAME);
    }

    public void write(long logStartOffset) throws IOException {
        file.write(path, ByteBuffer.allocate(8).putLong(logStartOffset).flip());
    }

    /** The offset, or 0 when it never moved. */
    public long read() throws IOException {
        return file.read(path)
                .filter(payload -> payload.remaining() == 8)
                .map(ByteBuffer::getLong)
                .orElse(0L);
    }
}
