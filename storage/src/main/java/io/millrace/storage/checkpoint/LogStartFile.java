package io.millrace.storage.checkpoint;

import io.millrace.storage.file.Disk;
import java.nio.file.Path;

/**
 * {@code log-start} in a partition directory: the first offset that can be read, once it has moved. It is written before the
 * first segment below it is removed, so that a crash leaves files too many, never a hole. Payload: offset int64.
 */
public final class LogStartFile extends OffsetFile {

    public static final String NAME = "log-start";

    public LogStartFile(Disk disk, Path partitionDirectory) {
        super(disk, partitionDirectory.resolve(NAME), "MLLS");
    }
}
