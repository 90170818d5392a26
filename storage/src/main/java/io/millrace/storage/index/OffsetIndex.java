package io.millrace.storage.index;

import io.millrace.storage.file.AtomicFile;
import io.millrace.storage.file.Disk;
import io.millrace.storage.file.OpenFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * {@code <base offset>.index}: where some of the batches of a segment begin. Entry: base offset of the batch relative to the
 * segment's int32, position int32; both strictly increasing.
 */
public final class OffsetIndex {

    public static final String SUFFIX = ".index";

    static final int KIND = AtomicFile.fourCharacters("MLOI");
    static final int ENTRY_BYTES = 8;

    private final IndexFile file;
    private final long baseOffset;
    private final ByteBuffer scratch = ByteBuffer.allocate(ENTRY_BYTES);

    private OffsetIndex(IndexFile file, long baseOffset) {
        this.file = file;
        this.baseOffset = baseOffset;
    }

    public static OffsetIndex empty(Disk disk, OpenFiles files, Path path, long baseOffset) {
        return new OffsetIndex(IndexFile.empty(disk, files, path, KIND, ENTRY_BYTES, baseOffset), baseOffset);
    }

    /**
     * The index in a file, or null when there is any doubt about it.
     *
     * @param unfinished takes one that does not cover the whole segment too
     */
    public static OffsetIndex open(
            Disk disk, OpenFiles files, Path path, long baseOffset, long segmentBytes, boolean unfinished)
            throws IOException {
        IndexFile file = IndexFile.open(disk, files, path, KIND, ENTRY_BYTES, baseOffset, unfinished);
        if (file == null) {
            return null;
        }
        OffsetIndex index = new OffsetIndex(file, baseOffset);
        if (!index.isSane(segmentBytes)) {
            file.close();
            return null;
        }
        return index;
    }

    private boolean isSane(long segmentBytes) throws IOException {
        int count = file.count();
        if (count == 0) {
            return true;
        }
        ByteBuffer entry = ByteBuffer.allocate(ENTRY_BYTES);
        file.read(count - 1, entry);
        int lastOffset = entry.getInt(0);
        int lastPosition = entry.getInt(4);
        file.read(0, entry);
        return lastPosition < segmentBytes
                && entry.getInt(0) >= 0
                && entry.getInt(4) >= 0
                && (count == 1 || lastOffset > entry.getInt(0) && lastPosition > entry.getInt(4));
    }

    /** Notes where a batch begins. Shard thread. */
    public void add(long batchBaseOffset, int position) {
        file.add(scratch.clear()
                .putInt((int) (batchBaseOffset - baseOffset))
                .putInt(position)
                .flip());
    }

    /** Position of a batch at or before the one that holds an offset; 0 when the index knows none. */
    public int positionAtOrBefore(long offset) throws IOException {
        long relative = offset - baseOffset;
        return find(0, Math.min(relative, Integer.MAX_VALUE), 4);
    }

    /** Position of a batch, as far back as a position or a little farther; 0 when the index knows none. */
    public int batchAtOrBefore(int position) throws IOException {
        return find(4, position, 4);
    }

    private int find(int keyField, long key, int valueField) throws IOException {
        int i = floor(keyField, key);
        if (i < 0) {
            return 0;
        }
        ByteBuffer entry = ByteBuffer.allocate(ENTRY_BYTES);
        file.read(i, entry);
        return entry.getInt(valueField);
    }

    /** The last entry whose key is at or below a key, or -1. */
    private int floor(int keyField, long key) throws IOException {
        ByteBuffer entry = ByteBuffer.allocate(ENTRY_BYTES);
        int low = 0;
        int high = file.count() - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            file.read(middle, entry);
            if (entry.getInt(keyField) <= key) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return high;
    }

    /** Forgets batches at or after a position. */
    public void truncateTo(int position) throws IOException {
        file.truncate(floor(4, (long) position - 1) + 1);
    }

    public int entryCount() {
        return file.count();
    }

    /** Writes what is in memory, without forcing it. */
    public void store() throws IOException {
        file.write();
    }

    /** Keeps the file open, whatever happens to its name, until {@link #unpin()}. */
    public void pin() throws IOException {
        file.pin();
    }

    public void unpin() {
        file.unpin();
    }

    public void force() throws IOException {
        file.force();
    }

    public void delete() throws IOException {
        file.delete();
    }

    public void close() {
        file.close();
    }
}
