package io.millrace.storage.index;

import io.millrace.storage.file.AtomicFile;
import io.millrace.storage.file.Disk;
import io.millrace.storage.file.OpenFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * {@code <base offset>.timeindex}: how the largest timestamp of a segment grew. Entry: timestamp int64 (ms), base offset of the
 * batch that has it relative to the segment's int32; timestamps strictly increasing. The last entry of a closed segment tells
 * the largest timestamp in it.
 */
public final class TimeIndex {

    public static final String SUFFIX = ".timeindex";

    static final int KIND = AtomicFile.fourCharacters("MLTI");
    static final int ENTRY_BYTES = 12;

    private final IndexFile file;
    private final long baseOffset;
    private long lastTimestampMs = Long.MIN_VALUE;
    private final ByteBuffer scratch = ByteBuffer.allocate(ENTRY_BYTES);

    /** A timestamp and the batch that has it. */
    public record Entry(long timestampMs, long batchBaseOffset) {}

    private TimeIndex(IndexFile file, long baseOffset) {
        this.file = file;
        this.baseOffset = baseOffset;
    }

    public static TimeIndex empty(Disk disk, OpenFiles files, Path path, long baseOffset) {
        return new TimeIndex(IndexFile.empty(disk, files, path, KIND, ENTRY_BYTES, baseOffset), baseOffset);
    }

    /**
     * The index in a file, or null when there is any doubt about it.
     *
     * @param unfinished takes one that does not cover the whole segment too
     */
    public static TimeIndex open(Disk disk, OpenFiles files, Path path, long baseOffset, boolean unfinished)
            throws IOException {
        IndexFile file = IndexFile.open(disk, files, path, KIND, ENTRY_BYTES, baseOffset, unfinished);
        if (file == null) {
            return null;
        }
        TimeIndex index = new TimeIndex(file, baseOffset);
        int count = file.count();
        if (count > 0) {
            Entry first = index.entry(0);
            Entry last = index.entry(count - 1);
            index.lastTimestampMs = last.timestampMs();
            if (first.batchBaseOffset() < baseOffset
                    || last.batchBaseOffset() < baseOffset
                    || count > 1 && last.timestampMs() <= first.timestampMs()) {
                file.close();
                return null;
            }
        }
        return index;
    }

    /** Notes that the largest timestamp grew; does nothing when it did not. Shard thread. */
    public void add(long timestampMs, long batchBaseOffset) {
        if (timestampMs <= lastTimestampMs) {
            return;
        }
        lastTimestampMs = timestampMs;
        file.add(scratch.clear()
                .putLong(timestampMs)
                .putInt((int) (batchBaseOffset - baseOffset))
                .flip());
    }

    /** A batch before which every timestamp is below the asked one. */
    public long batchBefore(long timestampMs) throws IOException {
        int low = 0;
        int high = file.count() - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            if (entry(middle).timestampMs() < timestampMs) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return high < 0 ? baseOffset : entry(high).batchBaseOffset();
    }

    /** The last entry, or null. */
    public Entry last() throws IOException {
        int count = file.count();
        return count == 0 ? null : entry(count - 1);
    }

    private Entry entry(int i) throws IOException {
        ByteBuffer entry = ByteBuffer.allocate(ENTRY_BYTES);
        file.read(i, entry);
        return new Entry(entry.getLong(0), baseOffset + entry.getInt(8));
    }

    /** Forgets batches at or above an offset. */
    public void truncateTo(long offset) throws IOException {
        int keep = file.count();
        while (keep > 0 && entry(keep - 1).batchBaseOffset() >= offset) {
            keep--;
        }
        file.truncate(keep);
        lastTimestampMs = keep == 0 ? Long.MIN_VALUE : entry(keep - 1).timestampMs();
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
