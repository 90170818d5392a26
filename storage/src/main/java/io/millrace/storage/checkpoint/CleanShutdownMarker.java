package io.millrace.storage.checkpoint;

import io.millrace.storage.file.AtomicFile;
import io.millrace.storage.file.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * {@code clean-shutdown}: written last when a node stops in order, taken away before it serves again. While it is there, the
 * checkpoints can be trusted and nothing needs to be checked. Payload: stopped int64 (milliseconds since the epoch), the run that
 * wrote last to the journals int64: a marker of an earlier run, put back by somebody, is not believed.
 */
public final class CleanShutdownMarker {

    public static final String NAME = "clean-shutdown";

    private static final int PAYLOAD_BYTES = 16;

    private final AtomicFile file;
    private final Disk disk;
    private final Path path;

    public CleanShutdownMarker(Disk disk, Path dataDirectory) {
        this.disk = disk;
        this.file = new AtomicFile(disk, "MLCS", 1);
        this.path = dataDirectory.resolve(NAME);
    }

    /** @param journalRun the newest one in the journals, 0 for none */
    public void write(long nowMs, long journalRun) throws IOException {
        file.write(
                path,
                ByteBuffer.allocate(PAYLOAD_BYTES)
                        .putLong(nowMs)
                        .putLong(journalRun)
                        .flip());
    }

    /** When the node stopped in order; empty when it did not, or when the marker cannot be read. */
    public OptionalLong stoppedMs() throws IOException {
        return file.read(path)
                .filter(payload -> payload.remaining() == PAYLOAD_BYTES)
                .map(payload -> OptionalLong.of(payload.getLong()))
                .orElseGet(OptionalLong::empty);
    }

    /**
     * Whether the last stop was clean. The marker is gone, durably, on return.
     *
     * @param journalRun the newest one in the journals now
     */
    public boolean take(long journalRun) throws IOException {
        boolean clean = file.read(path)
                .filter(payload -> payload.remaining() == PAYLOAD_BYTES)
                .filter(payload -> payload.getLong(payload.position() + 8) == journalRun)
                .isPresent();
        if (disk.exists(path)) {
            disk.delete(path);
            disk.forceDirectory(path.getParent());
        }
        return clean;
    }
}
