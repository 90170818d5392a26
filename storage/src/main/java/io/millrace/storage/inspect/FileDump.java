package io.millrace.storage.inspect;

import io.millrace.storage.file.Disk;
import io.millrace.storage.file.ReadOnlyDisk;
import io.millrace.storage.index.OffsetIndex;
import io.millrace.storage.index.TimeIndex;
import io.millrace.storage.segment.SegmentFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Shows what lies in a file of a data directory. Its name tells what it ought to be. Never writes. Thread-safe. */
public final class FileDump {

    /** Ends the names of snapshots of the metadata log; they hold record batches, as segments do. */
    static final String CHECKPOINT_SUFFIX = ".checkpoint";

    private static final Disk DISK = new ReadOnlyDisk(Disk.local());

    private final Map<String, KnownFile> others = new HashMap<>();

    /** @param others the files of other modules */
    public FileDump(Collection<KnownFile> others) {
        others.forEach(each -> this.others.put(each.name(), each));
    }

    /** Whether a file is one that can be shown. */
    public boolean isKnown(Path file) {
        String name = file.getFileName().toString();
        return hasBatches(name)
                || name.endsWith(JournalDump.SUFFIX)
                || isIndex(name)
                || SmallFileDump.isSmallFile(name)
                || others.containsKey(name);
    }

    /** The files of a directory and of those in it that can be shown, in the order of their names; a file alone is itself. */
    public List<Path> knownFiles(Path fileOrDirectory) throws IOException {
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
    public void dump(Path file, EntrySink sink) throws IOException {
        String name = file.getFileName().toString();
        if (hasBatches(name)) {
            SegmentDump.dump(DISK, file, sink);
        } else if (isIndex(name)) {
            IndexDump.dump(DISK, file, sink);
        } else if (name.endsWith(JournalDump.SUFFIX)) {
            JournalDump.dump(DISK, file, sink);
        } else if (SmallFileDump.isSmallFile(name)) {
            SmallFileDump.dump(DISK, file, sink);
        } else if (others.containsKey(name)) {
            SmallFileDump.dump(DISK, file, others.get(name), sink);
        } else {
            throw new IOException("no file of a data directory has a name like " + name);
        }
    }

    private static boolean hasBatches(String name) {
        return name.endsWith(SegmentFiles.LOG_SUFFIX) || name.endsWith(CHECKPOINT_SUFFIX);
    }

    private static boolean isIndex(String name) {
        return name.endsWith(OffsetIndex.SUFFIX) || name.endsWith(TimeIndex.SUFFIX);
    }
}
