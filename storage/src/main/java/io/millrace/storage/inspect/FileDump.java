package io.millrace.storage.inspect;

import io.millrace.storage.file.Disk;
import io.millrace.storage.file.ReadOnlyDisk;
import io.millrace.storage.index.OffsetIndex;
import io.millrace.storage.index.TimeIndex;
import io.millrace.storage.segment.SegmentFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Shows what lies in a file of a data directory. Its name tells what it ought to be. Never writes. */
public final class FileDump {

    private static final Disk DISK = new ReadOnlyDisk(Disk.local());

    private FileDump() {}

    /** Whether a file is one that can be shown. */
    public static boolean isKnown(Path file) {
        String name = file.getFileName().toString();
        return name.endsWith(SegmentFiles.LOG_SUFFIX)
                || name.endsWith(JournalDump.SUFFIX)
                || isIndex(name)
                || SmallFileDump.isSmallFile(name);
    }

    /** The files of a directory and of those in it that can be shown, in the order of their names; a file alone is itself. */
    public static List<Path> knownFiles(Path fileOrDirectory) throws IOException {
        List<Path> files = new ArrayList<>();
        if (!DISK.isDirectory(fileOrDirectory)) {
            files.add(fileOrDirectory);
            return files;
        }
        for (Path entry : DISK.list(fileOrDirectory)) {
            if (DISK.isDirectory(entry)) {
                files.addAll(knownFiles(entry));
            } else if (isKnown(entry)) {
                files.add(entry);
            }
        }
        return files;
    }

    /**
     * Hands everything in a file to the sink. Blocks.
     *
     * @throws IOException when the file is not there or cannot be read
     */
    public static void dump(Path file, EntrySink sink) throws IOException {
        String name = file.getFileName().toString();
        if (name.endsWith(SegmentFiles.LOG_SUFFIX)) {
            SegmentDump.dump(DISK, file, sink);
        } else if (isIndex(name)) {
            IndexDump.dump(DISK, file, sink);
        } else if (name.endsWith(JournalDump.SUFFIX)) {
            JournalDump.dump(DISK, file, sink);
        } else if (SmallFileDump.isSmallFile(name)) {
            SmallFileDump.dump(DISK, file, sink);
        } else {
            throw new IOException("no file of a data directory has a name like " + name);
        }
    }

    private static boolean isIndex(String name) {
        return name.endsWith(OffsetIndex.SUFFIX) || name.endsWith(TimeIndex.SUFFIX);
    }
}
