package io.millrace.storage.segment;

import io.millrace.storage.batch.BatchHeader;
import io.millrace.storage.file.Disk;
import io.millrace.storage.file.DiskFile;
import io.millrace.storage.file.OpenFiles;
import io.millrace.storage.file.SharedFile;
import io.millrace.storage.index.TimeIndex;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * One log file and its indexes.
 *
 * <p>Threads: {@link #write}, {@link #note}, {@link #truncateTo} on the shard thread; {@link #force} on one thread at a time;
 * what {@link SegmentReader} needs on any thread.
 */
public final class Segment {

    private final Disk disk;
    private final OpenFiles files;
    private final Path directory;
    private final long baseOffset;
    private volatile long createdMs;
    private final SharedFile file;
    private volatile SegmentIndexes indexes;
    private volatile int sizeBytes;
    private volatile TimeIndex.Entry largestTimestamp;
    private long bytesSinceIndexEntry;

    /** Set while there are bytes that are not forced: keeps the file open, so that the error of a lost write is reported. */
    private DiskFile dirtyFile;

    /** Only ever grows: tells a force whether something was written beside it. */
    private long writtenBytes;

    private boolean writing;

    private Segment(Disk disk, OpenFiles files, Path directory, long baseOffset, long createdMs, int sizeBytes) {
        this(disk, files, directory, baseOffset, createdMs, sizeBytes, "");
    }

    private Segment(
            Disk disk,
            OpenFiles files,
            Path directory,
            long baseOffset,
            long createdMs,
            int sizeBytes,
            String addition) {
        this.disk = disk;
        this.files = files;
        this.directory = directory;
        this.baseOffset = baseOffset;
        this.createdMs = createdMs;
        this.file = new SharedFile(files, SegmentFiles.path(directory, baseOffset, SegmentFiles.LOG_SUFFIX + addition));
        this.sizeBytes = sizeBytes;
    }

    /** Makes a new, empty segment. Durable once the directory is forced. */
    public static Segment create(Disk disk, OpenFiles files, Path directory, long baseOffset, long nowMs)
            throws IOException {
        Segment segment = new Segment(disk, files, directory, baseOffset, nowMs, 0);
        disk.open(segment.path(), Disk.Mode.CREATE).close();
        segment.indexes = SegmentIndexes.empty(disk, files, directory, baseOffset);
        return segment;
    }

    /** Makes a new, empty segment for compaction to write; {@link SegmentFiles#CLEANED} is added to the names of its files. */
    public static Segment createCleaned(Disk disk, OpenFiles files, Path directory, long baseOffset)
            throws IOException {
        Segment segment = new Segment(disk, files, directory, baseOffset, 0, 0, SegmentFiles.CLEANED);
        disk.open(segment.path(), Disk.Mode.CREATE).close();
        segment.indexes = SegmentIndexes.empty(disk, files, directory, baseOffset, SegmentFiles.CLEANED);
        return segment;
    }

    /** Opens a segment; {@link #hasIndexes()} is false afterwards when its indexes have to be rebuilt. */
    public static Segment open(Disk disk, OpenFiles files, Path directory, long baseOffset, long createdMs)
            throws IOException {
        Path path = SegmentFiles.path(directory, baseOffset, SegmentFiles.LOG_SUFFIX);
        long size = disk.sizeBytes(path);
        if (size > Integer.MAX_VALUE) {
            throw new IOException(path + " has " + size + " bytes: no segment is that large");
        }
        Segment segment = new Segment(disk, files, directory, baseOffset, createdMs, (int) size);
        segment.indexes = size == 0
                ? SegmentIndexes.empty(disk, files, directory, baseOffset)
                : SegmentIndexes.open(disk, files, directory, baseOffset, size, false);
        if (segment.indexes != null) {
            segment.largestTimestamp = segment.indexes.times().last();
        }
        return segment;
    }

    public long baseOffset() {
        return baseOffset;
    }

    public Path path() {
        return file.path();
    }

    /** When the first record came, as far as is known. */
    public long createdMs() {
        return createdMs;
    }

    /**
     * After a start: the time of the first record, if that can be, else of the last write. Without it a node that restarts often
     * would never roll a segment by age.
     */
    public void recallCreated(long nowMs) throws IOException {
        if (sizeBytes < BatchHeader.SIZE_BYTES) {
            return;
        }
        ByteBuffer header = ByteBuffer.allocate(BatchHeader.SIZE_BYTES);
        DiskFile open = file.acquire();
        try {
            open.read(header, 0);
        } finally {
            file.release();
        }
        long firstMs = BatchHeader.maxTimestamp(header, 0);
        createdMs = firstMs > 0 && firstMs <= nowMs ? firstMs : Math.min(nowMs, lastModifiedMs());
    }

    /** Bytes that were written and may be read. */
    public int sizeBytes() {
        return sizeBytes;
    }

    /** The largest timestamp and the batch that has it; null when there is none. */
    public TimeIndex.Entry largestTimestamp() {
        return largestTimestamp;
    }

    public long lastModifiedMs() throws IOException {
        return disk.lastModifiedMs(path());
    }

    SharedFile file() {
        return file;
    }

    SegmentIndexes indexes() {
        return indexes;
    }

    /**
     * Writes whole batches at the end. The bytes can be read after {@link #publish}. When it throws, call {@link #undoWrite}.
     */
    public void write(ByteBuffer... batches) throws IOException {
        DiskFile out;
        synchronized (this) {
            if (dirtyFile == null) {
                dirtyFile = file.acquire();
            }
            out = dirtyFile;
            writing = true;
        }
        long bytes = 0;
        for (ByteBuffer batch : batches) {
            bytes += batch.remaining();
        }
        try {
            out.append(batches);
        } finally {
            synchronized (this) {
                writing = false;
                writtenBytes += bytes;
            }
        }
    }

    /** Cuts what a failed write may have left. */
    public void undoWrite() throws IOException {
        DiskFile open = file.acquire();
        try {
            open.truncate(sizeBytes);
        } finally {
            file.release();
        }
    }

    /** Takes a batch that was written, or found by recovery, into the indexes. In order of offsets. */
    public void note(ByteBuffer buffer, int at, int position, int indexIntervalBytes) {
        long batchBaseOffset = BatchHeader.baseOffset(buffer, at);
        if (bytesSinceIndexEntry > indexIntervalBytes) {
            indexes.offsets().add(batchBaseOffset, position);
            // The time entry covers what lies before this batch, so that both indexes can be cut at an entry.
            addTimeEntry();
            bytesSinceIndexEntry = 0;
        }
        bytesSinceIndexEntry += BatchHeader.sizeBytes(buffer, at);
        if (BatchHeader.recordsCount(buffer, at) == 0) {
            // Compaction left the header: no record has its timestamp any more.
            return;
        }
        long timestamp = BatchHeader.maxTimestamp(buffer, at);
        TimeIndex.Entry largest = largestTimestamp;
        if (largest == null || timestamp > largest.timestampMs()) {
            largestTimestamp = new TimeIndex.Entry(timestamp, batchBaseOffset);
        }
    }

    private void addTimeEntry() {
        TimeIndex.Entry largest = largestTimestamp;
        if (largest != null) {
            indexes.times().add(largest.timestampMs(), largest.batchBaseOffset());
        }
    }

    /** Makes what was written readable. */
    public void publish(int sizeBytes) {
        this.sizeBytes = sizeBytes;
    }

    /** Nothing is appended any more. */
    public void seal() {
        addTimeEntry();
    }

    /**
     * Makes everything durable that was written before the call.
     *
     * @return whether there was something to force
     */
    public boolean force() throws IOException {
        DiskFile toForce;
        long covered;
        synchronized (this) {
            toForce = dirtyFile;
            covered = writtenBytes;
        }
        if (toForce == null) {
            return false;
        }
        toForce.force();
        synchronized (this) {
            if (!writing && writtenBytes == covered && dirtyFile != null) {
                dirtyFile = null;
                file.release();
            }
        }
        return true;
    }

    /** Forces also when nothing was written since the segment was opened: the process before may not have. */
    public void forceFound() throws IOException {
        DiskFile open = file.acquire();
        try {
            open.force();
        } finally {
            file.release();
        }
    }

    /** Makes the indexes durable and complete. On the shard thread, or once the segment is sealed. */
    public void forceIndexes() throws IOException {
        if (sizeBytes == 0) {
            // What is opened empty begins with empty indexes.
            return;
        }
        addTimeEntry();
        indexes.force();
    }

    /** What the offset index says about an offset, unchecked. */
    public int indexedPosition(long offset) throws IOException {
        return indexes.offsets().positionAtOrBefore(offset);
    }

    /** False when there are none that can be trusted: they are missing, incomplete or do not fit the file. */
    public boolean hasIndexes() {
        return indexes != null;
    }

    /** Writes what is known of the indexes, without forcing it: a process that is killed finds it again. Shard thread. */
    public void storeIndexes() throws IOException {
        indexes.store();
    }

    /**
     * Takes over what the last process wrote of the indexes, up to an offset; what it did not is noted from there on. Only while the
     * page cache is still that of the last process.
     *
     * @return the position of a batch at or before the offset; 0 when there is nothing to take over
     */
    public int recallIndexes(long offset) throws IOException {
        SegmentIndexes found = SegmentIndexes.open(disk, files, directory, baseOffset, sizeBytes, true);
        if (found != null) {
            indexes = found;
            int position = found.offsets().positionAtOrBefore(offset);
            if (position > 0 && isBatchAt(position, offset)) {
                cutIndexes(position, new SegmentReader(this).baseOffsetAt(position, sizeBytes));
                return position;
            }
        }
        resetIndexes();
        return 0;
    }

    private boolean isBatchAt(int position, long offset) {
        try {
            long base = new SegmentReader(this).baseOffsetAt(position, sizeBytes);
            return base >= baseOffset && base <= offset;
        } catch (IOException e) {
            return false;
        }
    }

    /** Throws the indexes away, to be built anew by {@link #note}. */
    public void resetIndexes() throws IOException {
        if (indexes != null) {
            indexes.delete();
        }
        indexes = SegmentIndexes.empty(disk, files, directory, baseOffset);
        indexes.delete();
        indexes = SegmentIndexes.empty(disk, files, directory, baseOffset);
        largestTimestamp = null;
        bytesSinceIndexEntry = 0;
    }

    /** Cuts the indexes at a batch that an offset index entry points to, or at the start. */
    public void cutIndexes(int position, long batchBaseOffset) throws IOException {
        indexes.offsets().truncateTo(position);
        indexes.times().truncateTo(batchBaseOffset);
        largestTimestamp = indexes.times().last();
        // The batch at the cut had an entry; it gets one again.
        bytesSinceIndexEntry = position == 0 ? 0 : Long.MAX_VALUE / 2;
    }

    /** Cuts the file at the end of a batch. Durable on return. The indexes have been cut before. */
    public void truncateTo(int position) throws IOException {
        sizeBytes = position;
        DiskFile open = file.acquire();
        try {
            open.truncate(position);
            open.force();
        } finally {
            file.release();
        }
    }

    /** Keeps the files open, whatever happens to their names, until {@link #unpin()}. Not for a segment that grows. */
    public void pin() throws IOException {
        DiskFile open = file.acquire();
        try {
            open.keepOpen();
            indexes.pin();
        } catch (IOException e) {
            unpin();
            throw e;
        }
    }

    public void unpin() {
        file.release();
        indexes.unpin();
    }

    /** Removes the files. Readers that hold a region go on reading. */
    public void delete() throws IOException {
        close();
        disk.delete(path());
        if (indexes != null) {
            indexes.delete();
        }
    }

    /** Lets the files go. */
    public void close() {
        synchronized (this) {
            if (dirtyFile != null) {
                dirtyFile = null;
                file.release();
            }
        }
        file.giveUp();
        if (indexes != null) {
            indexes.close();
        }
    }

    @Override
    public String toString() {
        return path().toString();
    }
}
