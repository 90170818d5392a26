package io.millrace.storage.journal;

import io.millrace.storage.TopicPartition;
import io.millrace.storage.file.BlockFile;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The journal of one shard. Entries are staged and then written as one group, which is durable when {@link #write} returns.
 *
 * <p>Shard thread only.
 */
public final class Journal {

    /** The largest group; a larger append does not go through the journal. */
    public static final int GROUP_BYTES_MAX = 2 << 20;

    private final int shard;
    private final long run;
    private final JournalFiles files;
    private final int entriesEnd;

    /** Made with the first entry: a shard that never writes takes no memory. */
    private ByteBuffer staging;

    private BlockFile file;
    private int filePosition;
    private int groupStart;
    private int entryStart;
    private int entryCount;
    private long nextGroup = 1;

    /**
     * @param run larger than that of every group in the files
     * @param files where groups go
     */
    public Journal(int shard, long run, JournalFiles files) {
        this.shard = shard;
        this.run = run;
        this.files = files;
        this.entriesEnd = Math.min(GROUP_BYTES_MAX, files.fileBytes() - JournalFormat.FILE_HEADER_BYTES);
    }

    /** Whether batches of that size can go through the journal at all. */
    public boolean accepts(int payloadBytes) {
        return payloadBytes <= entriesEnd - JournalFormat.GROUP_HEADER_BYTES - JournalFormat.ENTRY_HEADER_BYTES;
    }

    public boolean isEmpty() {
        return entryCount == 0;
    }

    /**
     * Stages batches of a partition.
     *
     * @param startOffset the log end offset before them
     * @param batches their bytes from 0 to limit
     * @return the staged bytes, in direct memory, valid until the next call; null when there is no room: write what is staged and try
     *     again; if nothing is, there is no free file
     */
    public ByteBuffer stage(TopicPartition partition, long startOffset, ByteBuffer[] batches, int count) {
        int payloadBytes = 0;
        for (int i = 0; i < count; i++) {
            payloadBytes += batches[i].limit();
        }
        if (!begin(payloadBytes)) {
            return null;
        }
        JournalFormat.putEntryHeader(staging, JournalFormat.BATCHES, partition, startOffset, payloadBytes);
        for (int i = 0; i < count; i++) {
            staging.put(staging.position(), batches[i], 0, batches[i].limit());
            staging.position(staging.position() + batches[i].limit());
        }
        entryCount++;
        return staging.slice(staging.position() - payloadBytes, payloadBytes);
    }

    /** Takes back what was staged last. */
    public void unstage() {
        staging.position(entryStart);
        entryCount--;
    }

    /** Stages that the log of a partition is cut at an offset; false when there is no room, as above. */
    public boolean stageCut(TopicPartition partition, long offset) {
        if (!begin(0)) {
            return false;
        }
        JournalFormat.putEntryHeader(staging, JournalFormat.CUT, partition, offset, 0);
        entryCount++;
        return true;
    }

    /** Has another file made now, if there may be one; blocks on the disk. */
    public void makeFile() {
        files.makeNow();
    }

    /** Finds room for an entry, in a new group when none is begun. */
    private boolean begin(int payloadBytes) {
        int entryBytes = JournalFormat.ENTRY_HEADER_BYTES + payloadBytes;
        if (entryCount == 0 && !beginGroup(entryBytes) || staging.remaining() < entryBytes) {
            return false;
        }
        entryStart = staging.position();
        return true;
    }

    private boolean beginGroup(int entryBytes) {
        int groupBytes = JournalFormat.wholeBlocks(JournalFormat.GROUP_HEADER_BYTES + entryBytes);
        if (file == null || filePosition + groupBytes > files.fileBytes()) {
            file = files.next();
            if (file == null) {
                return false;
            }
            filePosition = 0;
        }
        if (staging == null) {
            staging = BlockFile.allocate(JournalFormat.FILE_HEADER_BYTES + GROUP_BYTES_MAX);
        }
        staging.clear();
        groupStart = 0;
        if (filePosition == 0) {
            // The block that says whose file this is goes out with the first group.
            JournalFormat.putFileHeader(staging, 0, new JournalFormat.FileHeader(shard, run, nextGroup));
            groupStart = JournalFormat.FILE_HEADER_BYTES;
        }
        staging.limit(Math.min(groupStart + entriesEnd, files.fileBytes() - filePosition));
        staging.position(groupStart + JournalFormat.GROUP_HEADER_BYTES);
        return true;
    }

    /** Writes what is staged; durable on return. Nothing may be written after a failure. */
    public void write() throws IOException {
        if (entryCount == 0) {
            return;
        }
        int end = staging.position();
        JournalFormat.putGroupHeader(
                staging,
                groupStart,
                new JournalFormat.GroupHeader(
                        run, nextGroup, end - groupStart - JournalFormat.GROUP_HEADER_BYTES, entryCount));
        int blocksEnd = groupStart + JournalFormat.wholeBlocks(end - groupStart);
        staging.limit(blocksEnd).position(0);
        file.write(staging, filePosition);
        filePosition += blocksEnd;
        nextGroup++;
        entryCount = 0;
    }
}
