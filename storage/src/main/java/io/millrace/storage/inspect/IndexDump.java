package io.millrace.storage.inspect;

import io.millrace.storage.file.Disk;
import io.millrace.storage.index.IndexScan;
import io.millrace.storage.index.TimeIndex;
import java.io.IOException;
import java.nio.file.Path;

/** The entries of an index of either kind. */
final class IndexDump {

    private IndexDump() {}

    static void dump(Disk disk, Path path, EntrySink sink) throws IOException {
        boolean times = path.getFileName().toString().endsWith(TimeIndex.SUFFIX);
        try (IndexScan index = IndexScan.open(disk, path)) {
            if (index.doubt() != null) {
                sink.entry(new FileEntry.Unreadable(0, disk.sizeBytes(path), index.doubt()));
                return;
            }
            sink.entry(new FileEntry.Index(index.baseOffset(), index.entryCount(), index.isComplete()));
            for (IndexScan.Entry entry = index.next(); entry != null; entry = index.next()) {
                sink.entry(
                        times
                                ? new FileEntry.TimeIndexEntry(
                                        entry.filePosition(), entry.timestampMs(), entry.batchBaseOffset())
                                : new FileEntry.OffsetIndexEntry(
                                        entry.filePosition(), entry.batchBaseOffset(), entry.batchPosition()));
            }
        }
    }
}
