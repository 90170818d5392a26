package io.millrace.storage.checkpoint;

import io.millrace.storage.file.Disk;
import java.io.IOException;
import java.nio.file.Path;

/**
 * {@code accept-loss} in a partition directory, made by the operator: the next start keeps what is sound of a damaged log, up to the first
 * damage, and gives up the rest. What is in the file does not matter.
 */
public final class LossAccepted {

    public static final String NAME = "accept-loss";

    private final Disk disk;
    private final Path path;

    public LossAccepted(Disk disk, Path partitionDirectory) {
        this.disk = disk;
        this.path = partitionDirectory.resolve(NAME);
    }

    public boolean isSet() throws IOException {
        return disk.exists(path);
    }

    /** It was done; durable on return. */
    public void clear() throws IOException {
        disk.delete(path);
        disk.forceDirectory(path.getParent());
    }
}
