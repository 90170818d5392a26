package io.millrace.storage.crash.disk;

import java.nio.file.Path;

/**
 * One change of the disk, as a fault sees it before it happens.
 *
 * @param number counted from 1 over the life of the disk
 */
public record DiskOperation(Kind kind, Path path, long number) {

    /** What is done. */
    public enum Kind {
        CREATE,
        APPEND,
        TRUNCATE,
        FORCE,
        BLOCK_WRITE,
        CREATE_DIRECTORY,
        RENAME,
        DELETE,
        FORCE_DIRECTORY
    }

    public boolean is(Kind wanted) {
        return kind == wanted;
    }

    /** Whether the name of the file ends like this. */
    public boolean isOn(String suffix) {
        return path.toString().endsWith(suffix);
    }
}
