package io.millrace.storage.journal;

import io.millrace.storage.batch.BatchHeader;
import io.millrace.storage.file.Disk;
import io.millrace.storage.file.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
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
    private record JournalFile(Path path, JournalFormat.FileHeader header) {}

    /** Looks at the first block of every file. */
    public JournalReader(JournalDirectory directory) throws IOException {
        this.directory = directory;
        for (Path path : directory.files()) {
            JournalFormat.FileHeader header = readHeader(path);
            if (header != null) {
                files.add(new JournalFile(path, header));
                lastRun = Math.max(lastRun, header.run());
            }
        }
    }

    private JournalFormat.FileHeader readHeader(Path path) throws IOException {
        ByteBuffer block = ByteBuffer.allocate(JournalFormat.FILE_HEADER_BYTES);
        try (DiskFile in = directory.disk().open(path, Disk.Mode.READ)) {
            in.read(block, 0);
        }
        return JournalFormat.fileHeader(block.flip());
    }

    /** The number of the run that wrote last, 0 when none did. */
    public long lastRun() {
        return lastRun;
    }

    /** Reads and checks all groups of the last run. */
    public JournalIndex read() throws IOException {
        JournalIndex index = new JournalIndex(directory.disk());
        files.removeIf(file -> file.header().run() != lastRun);
        files.sort(Comparator.comparingInt((JournalFile file) -> file.header().shard())
                .thenComparingLong(file -> file.header().firstGroup()));
        long expectedGroup = -1;
        int shard = -1;
        for (JournalFile file : files) {
            JournalFormat.FileHeader header = file.header();
            long nextGroup = readGroups(file, index);
            if (nextGroup == header.firstGroup()) {
                // The machine died while the file was begun, or begun again: what it held before was not needed any
                // more.
                continue;
            }
            if (header.shard() == shard && header.firstGroup() != expectedGroup) {
                log.error(
                        "The journal has no group {}, with which {} should begin: it was damaged."
                                + " A log that needs what is missing is refused.",
                        expectedGroup,
                        file.path());
            }
            shard = header.shard();
            expectedGroup = nextGroup;
        }
        return index;
    }

    /** Returns the number of the group after the last sound one. */
    private long readGroups(JournalFile file, JournalIndex index) throws IOException {
        long expected = file.header().firstGroup();
        try (DiskFile in = directory.disk().open(file.path(), Disk.Mode.READ)) {
            long size = in.sizeBytes();
            long position = JournalFormat.FILE_HEADER_BYTES;
            while (position + JournalFormat.GROUP_HEADER_BYTES <= size) {
                ByteBuffer group = readGroup(in, position, size, expected);
                if (group == null) {
                    break;
                }
                takeEntries(file.path(), position, group, index);
                position += JournalFormat.wholeBlocks(group.limit());
                expected++;
            }
        }
        return expected;
    }

    /** Null when there is none: the end of the journal, or a group that was being written when the machine died. */
    private ByteBuffer readGroup(DiskFile in, long position, long size, long expected) throws IOException {
        ByteBuffer start = ByteBuffer.allocate(JournalFormat.GROUP_HEADER_BYTES);
        in.read(start, position);
        JournalFormat.GroupHeader header = JournalFormat.groupHeader(start.flip());
        if (header == null
                || header.run() != lastRun
                || header.number() != expected
                || header.entriesBytes() > Math.min(Journal.GROUP_BYTES_MAX, size - position)) {
            return null;
        }
        ByteBuffer group = ByteBuffer.allocate(header.sizeBytes());
        in.read(group, position);
        group.flip();
        return group.limit() == header.sizeBytes() && JournalFormat.isSound(group) ? group : null;
    }

    private static void takeEntries(Path file, long groupPosition, ByteBuffer group, JournalIndex index) {
        int at = JournalFormat.GROUP_HEADER_BYTES;
        while (at < group.limit()) {
            int payloadBytes = group.getInt(at);
            UUID topicId = JournalFormat.topicId(group, at);
            int partition = group.getInt(at + 24);
            long offset = group.getLong(at + 28);
            int payload = at + JournalFormat.ENTRY_HEADER_BYTES;
            if (group.getShort(at + 4) == JournalFormat.CUT) {
                index.cut(topicId, partition, offset);
            } else {
                long end = endOffset(group, payload, payloadBytes);
                index.add(
                        topicId,
                        partition,
                        new JournalIndex.Entry(file, groupPosition + payload, payloadBytes, offset, end));
            }
            at = payload + payloadBytes;
        }
    }

    private static long endOffset(ByteBuffer group, int payload, int payloadBytes) {
        long end = -1;
        for (int at = payload; at < payload + payloadBytes; at += BatchHeader.sizeBytes(group, at)) {
            end = BatchHeader.lastOffset(group, at) + 1;
        }
        return end;
    }
}
