package io.millrace.storage.index;

import io.millrace.storage.file.Disk;
import io.millrace.storage.file.DiskFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * Reads an index file of either kind from its start, entry by entry, trusting nothing in it: for looking at files, not for
 * lookups. Not thread-safe; blocks.
 */
public final class IndexScan implements Closeable {

    private static final int WINDOW_BYTES = 64 * 1024;

    /**
     * An entry.
     *
     * @param filePosition where it lies in the index
     * @param batchBaseOffset the batch that it points to
     * @param batchPosition where that batch begins; -1 in a time index
     * @param timestampMs the largest timestamp up to that batch; -1 in an offset index
     */
    public record Entry(long filePosition, long batchBaseOffset, int batchPosition, long timestampMs) {}

    private final DiskFile file;
    private final boolean times;
    private final IndexHeader header;
    private final String doubt;
    private final ByteBuffer window = ByteBuffer.allocate(WINDOW_BYTES).limit(0);
    private int read;

    private IndexScan(DiskFile file, boolean times, IndexHeader header, String doubt) {
        this.file = file;
        this.times = times;
        this.header = header;
        this.doubt = doubt;
    }

    /** Opens an index; its name says which kind it ought to be. */
    public static IndexScan open(Disk disk, Path path) throws IOException {
        boolean times = path.getFileName().toString().endsWith(TimeIndex.SUFFIX);
        DiskFile file = disk.open(path, Disk.Mode.READ);
        try {
            IndexHeader header = IndexHeader.read(file);
            return new IndexScan(file, times, header, header.doubt(times ? TimeIndex.KIND : OffsetIndex.KIND));
        } catch (IOException e) {
            file.close();
            throw e;
        }
    }

    /** Why this cannot be the index that its name says; null when it can. */
    public String doubt() {
        return doubt;
    }

    /** Of the segment that the index belongs to. */
    public long baseOffset() {
        return header.baseOffset();
    }

    /** Whether the file ends with the mark that nothing is missing. */
    public boolean isComplete() {
        return header.complete();
    }

    public int entryCount() {
        return doubt == null ? header.entryCount() : 0;
    }

    /** The next entry, or null after the last one. */
    public Entry next() throws IOException {
        if (read >= entryCount()) {
            return null;
        }
        long position = IndexHeader.BYTES + (long) read * header.entryBytes();
        if (window.remaining() < header.entryBytes()) {
            window.clear();
            file.read(window, position);
            window.flip();
            if (window.remaining() < header.entryBytes()) {
                return null;
            }
        }
        read++;
        long timestampMs = times ? window.getLong() : -1;
        long batchBaseOffset = header.baseOffset() + window.getInt();
        return new Entry(position, batchBaseOffset, times ? -1 : window.getInt(), timestampMs);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
