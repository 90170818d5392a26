package io.millrace.storage.journal;

import io.millrace.storage.batch.BatchHeader;
import io.millrace.storage.file.Disk;
import io.millrace.storage.file.DiskFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Reads one journal file from its start, group by group, whatever run it belongs to: for looking at files. */
public final class JournalScan implements Closeable {

    /**
     * A group that was written at one time.
     *
     * @param position where it begins in the file
     * @param crcOk whether its checksum is right; without that it has no entries
     */
    public record Group(long position, int sizeBytes, long run, long number, boolean crcOk, List<Entry> entries) {
        public Group {
            entries = List.copyOf(entries);
        }
    }

    /**
     * What a group says of one partition.
     *
     * @param cut whether the log was cut at the offset; otherwise batches follow that begin there
     * @param payloadPosition where the batches begin in the file
     * @param endOffset the offset after the last record of the batches; without batches the offset
     */
    public record Entry(
            boolean cut,
            UUID topicId,
            int partition,
            long offset,
            int payloadBytes,
            long payloadPosition,
            long endOffset) {}

    private final DiskFile file;
    private final long size;
    private final JournalFormat.FileHeader header;
    private long position = JournalFormat.FILE_HEADER_BYTES;
    private long expected;

    private JournalScan(DiskFile file, long size, JournalFormat.FileHeader header) {
        this.file = file;
        this.size = size;
        this.header = header;
        this.expected = header == null ? 0 : header.firstGroup();
    }

    public static JournalScan open(Disk disk, Path path) throws IOException {
        DiskFile file = disk.open(path, Disk.Mode.READ);
        try {
            ByteBuffer block = ByteBuffer.allocate(JournalFormat.FILE_HEADER_BYTES);
            file.read(block, 0);
            return new JournalScan(file, file.sizeBytes(), JournalFormat.fileHeader(block.flip()));
        } catch (IOException e) {
            file.close();
            throw e;
        }
    }

    /** Whether the file was ever used; if not, it holds nothing. */
    public boolean isUsed() {
        return header != null;
    }

    public int shard() {
        return header.shard();
    }

    public long run() {
        return header.run();
    }

    public long firstGroup() {
        return header.firstGroup();
    }

    /** The next group; null at the end, which is where older groups, zeros, or one that was being written begin. */
    public Group next() throws IOException {
        if (header == null || position + JournalFormat.GROUP_HEADER_BYTES > size) {
            return null;
        }
        ByteBuffer start = ByteBuffer.allocate(JournalFormat.GROUP_HEADER_BYTES);
        file.read(start, position);
        JournalFormat.GroupHeader group = JournalFormat.groupHeader(start.flip());
        if (group == null
                || group.run() != header.run()
                || group.number() != expected
                || group.entriesBytes() > Math.min(Journal.GROUP_BYTES_MAX, size - position)) {
            return null;
        }
        ByteBuffer bytes = ByteBuffer.allocate(group.sizeBytes());
        file.read(bytes, position);
        bytes.flip();
        boolean crcOk = bytes.limit() == group.sizeBytes() && JournalFormat.isSound(bytes);
        Group result = new Group(
                position,
                group.sizeBytes(),
                group.run(),
                group.number(),
                crcOk,
                crcOk ? entries(bytes, position) : List.of());
        position += group.blocksBytes();
        expected++;
        return result;
    }

    private static List<Entry> entries(ByteBuffer group, long groupPosition) {
        List<Entry> entries = new ArrayList<>();
        int at = JournalFormat.GROUP_HEADER_BYTES;
        while (at < group.limit()) {
            int payloadBytes = group.getInt(at);
            int payload = at + JournalFormat.ENTRY_HEADER_BYTES;
            long offset = group.getLong(at + 28);
            boolean cut = group.getShort(at + 4) == JournalFormat.CUT;
            entries.add(new Entry(
                    cut,
                    JournalFormat.topicId(group, at),
                    group.getInt(at + 24),
                    offset,
                    payloadBytes,
                    groupPosition + payload,
                    cut ? offset : endOffset(group, payload, payloadBytes)));
            at = payload + payloadBytes;
        }
        return entries;
    }

    private static long endOffset(ByteBuffer group, int payload, int payloadBytes) {
        long end = -1;
        for (int at = payload; at < payload + payloadBytes; at += BatchHeader.sizeBytes(group, at)) {
            end = BatchHeader.lastOffset(group, at) + 1;
        }
        return end;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
