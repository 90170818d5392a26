package io.millrace.storage.journal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the journals that the last run left. Only its files count: before a run writes its first group, everything that earlier
 * ones left has been forced into the segments.
 *
 * <p>Runs once, at start, on one thread.
 */
public final class JournalReader {

    private static final Logger log = LoggerFactory.getLogger(JournalReader.class);

    private final JournalDirectory directory;
    private final List<JournalFile> files = new ArrayList<>();
    private long lastRun;

    /** A file that was used, and what its first block says. */
    private record JournalFile(Path path, int shard, long run, long firstGroup) {}

    /** Looks at the first block of every file. */
    public JournalReader(JournalDirectory directory) throws IOException {
        this.directory = directory;
        for (Path path : directory.files()) {
            try (JournalScan scan = JournalScan.open(directory.disk(), path)) {
                if (scan.isUsed()) {
                    files.add(new JournalFile(path, scan.shard(), scan.run(), scan.firstGroup()));
                    lastRun = Math.max(lastRun, scan.run());
                }
            }
        }
    }

    /** The number of the run that wrote last, 0 when none did. */
    public long lastRun() {
        return lastRun;
    }

    /** Reads and checks all groups of the last run. */
    public JournalIndex read() throws IOException {
        JournalIndex index = new JournalIndex(directory.disk());
        files.removeIf(file -> file.run() != lastRun);
        files.sort(Comparator.comparingInt((JournalFile file) -> file.shard())
                .thenComparingLong(file -> file.firstGroup()));
        long expectedGroup = -1;
        int shard = -1;
        for (JournalFile file : files) {
            long nextGroup = readGroups(file, index);
            if (nextGroup == file.firstGroup()) {
                // The machine died while the file was begun, or begun again: what it held before was not needed any
                // more.
                continue;
            }
            if (file.shard() == shard && file.firstGroup() != expectedGroup) {
                log.error(
                        "The journal has no group {}, with which {} should begin: it was damaged."
                                + " A log that needs what is missing is refused.",
                        expectedGroup,
                        file.path());
            }
            shard = file.shard();
            expectedGroup = nextGroup;
        }
        return index;
    }

    /** Returns the number of the group after the last sound one, which is where the journal ends or the machine died. */
    private long readGroups(JournalFile file, JournalIndex index) throws IOException {
        long next = file.firstGroup();
        try (JournalScan scan = JournalScan.open(directory.disk(), file.path())) {
            for (JournalScan.Group group = scan.next(); group != null && group.crcOk(); group = scan.next()) {
                group.entries().forEach(entry -> take(file.path(), entry, index));
                next = group.number() + 1;
            }
        }
        return next;
    }

    private static void take(Path file, JournalScan.Entry entry, JournalIndex index) {
        if (entry.cut()) {
            index.cut(entry.topicId(), entry.partition(), entry.offset());
        } else {
            index.add(
                    entry.topicId(),
                    entry.partition(),
                    new JournalIndex.Entry(
                            file, entry.payloadPosition(), entry.payloadBytes(), entry.offset(), entry.endOffset()));
        }
    }
}
