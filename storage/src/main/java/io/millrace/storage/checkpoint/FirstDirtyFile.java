package io.millrace.storage.checkpoint;

import io.millrace.storage.file.Disk;
import java.nio.file.Path;

/**
 * {@code first-dirty} in a partition directory: the offset below which the log was compacted. Written after the compacted
 * segments are in place; without it they are compacted once more, which changes nothing. Payload: offset int64.
 *
 * <p>A log without the file has a batch for every offset: it is there, with 0 if need be, before compaction or a copy of a compacted log
 * leaves a gap.
 */
public final class FirstDirtyFile extends OffsetFile {

    public static final String NAME = "first-dirty";

    public FirstDirtyFile(Disk disk, Path partitionDirectory) {
        super(disk, partitionDirectory.resolve(NAME), "MLFD");
    }
}
