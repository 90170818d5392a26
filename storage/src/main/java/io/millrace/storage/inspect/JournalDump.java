package io.millrace.storage.inspect;

import io.millrace.storage.file.Disk;
import io.millrace.storage.journal.JournalScan;
import java.io.IOException;
import java.nio.file.Path;

/** The groups of a journal file, up to where it ends. */
final class JournalDump {

    static final String SUFFIX = ".journal";

    private JournalDump() {}

    static void dump(Disk disk, Path path, EntrySink sink) throws IOException {
        try (JournalScan journal = JournalScan.open(disk, path)) {
            if (!journal.isUsed()) {
                sink.entry(new FileEntry.Unreadable(0, disk.sizeBytes(path), "it was never used, or is none of ours"));
                return;
            }
            sink.entry(new FileEntry.Journal(journal.shard(), journal.run(), journal.firstGroup()));
            for (JournalScan.Group group = journal.next(); group != null; group = journal.next()) {
                sink.entry(new FileEntry.JournalGroup(
                        group.position(),
                        group.sizeBytes(),
                        group.number(),
                        group.crcOk(),
                        group.entries().size()));
                for (JournalScan.Entry entry : group.entries()) {
                    sink.entry(new FileEntry.JournalEntry(
                            entry.cut() ? "cut" : "batches",
                            entry.topicId(),
                            entry.partition(),
                            entry.offset(),
                            entry.payloadBytes()));
                }
                if (!group.crcOk()) {
                    return;
                }
            }
        }
    }
}
