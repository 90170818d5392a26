package io.millrace.storage.segment;

import io.millrace.storage.batch.BatchHeader;
import io.millrace.storage.file.DiskFile;
import io.millrace.storage.file.FileRegion;
import io.millrace.storage.file.SharedFileRegion;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Finds batches in a segment by the index and by hopping from header to header. Reads run beside appends and see nothing
 * above the limit they are given. Any thread; blocks on the disk.
 */
public final class SegmentReader {

    /** What one hop reads ahead: many headers of small batches, not much more than a header of large ones. */
    private static final int WINDOW_BYTES = 8 * 1024;

    private final Segment segment;
    private final ByteBuffer window = ByteBuffer.allocate(WINDOW_BYTES).limit(0);
    private int windowPosition;

    /** Not thread-safe: one reader per read. */
    public SegmentReader(Segment segment) {
        this.segment = segment;
    }

    /** The position of the first batch that ends at or after an offset; {@code limit} when there is none below it. */
    public int positionOf(long offset, int limit) throws IOException {
        int position = start(segment.indexes().offsets().positionAtOrBefore(offset), limit, offset);
        DiskFile file = segment.file().acquire();
        try {
            while (position < limit) {
                int at = header(file, position, limit);
                if (BatchHeader.lastOffset(window, at) >= offset) {
                    return position;
                }
                position += BatchHeader.sizeBytes(window, at);
            }
            return limit;
        } finally {
            segment.file().release();
        }
    }

    /** The end of the last batch that ends at or before {@code wanted}; {@code start} when the first one is longer. */
    public int endOfBatches(int start, int wanted, int limit) throws IOException {
        if (wanted >= limit) {
            return limit;
        }
        int position = Math.max(start, segment.indexes().offsets().batchAtOrBefore(wanted));
        DiskFile file = segment.file().acquire();
        try {
            while (position < limit) {
                int next = position + BatchHeader.sizeBytes(window, header(file, position, limit));
                if (next > wanted) {
                    return position;
                }
                position = next;
            }
            return position;
        } finally {
            segment.file().release();
        }
    }

    /** The offset of a batch before which every timestamp is below the asked one. */
    public long batchBefore(long timestampMs) throws IOException {
        return segment.indexes().times().batchBefore(timestampMs);
    }

    /** Bytes of the batch that begins at a position. */
    public int batchSizeAt(int position, int limit) throws IOException {
        DiskFile file = segment.file().acquire();
        try {
            return BatchHeader.sizeBytes(window, header(file, position, limit));
        } finally {
            segment.file().release();
        }
    }

    /** The base offset of the batch that begins at a position. */
    public long baseOffsetAt(int position, int limit) throws IOException {
        DiskFile file = segment.file().acquire();
        try {
            return BatchHeader.baseOffset(window, header(file, position, limit));
        } finally {
            segment.file().release();
        }
    }

    /** The offset after the last batch before a position; the base offset of the segment when there is none. */
    public long endOffsetBefore(int position) throws IOException {
        long[] end = {segment.baseOffset()};
        int from = segment.indexes().offsets().batchAtOrBefore(Math.max(0, position - 1));
        visit(from, position, (headers, at, batchPosition) -> {
            end[0] = BatchHeader.lastOffset(headers, at) + 1;
            return true;
        });
        return end[0];
    }

    /** The batch that begins at a position. */
    public ByteBuffer batchAt(int position, int limit) throws IOException {
        DiskFile file = segment.file().acquire();
        try {
            ByteBuffer batch = ByteBuffer.allocate(BatchHeader.sizeBytes(window, header(file, position, limit)));
            if (file.read(batch, position) < batch.capacity()) {
                throw doubtful(position);
            }
            return batch.flip();
        } finally {
            segment.file().release();
        }
    }

    /** Visits headers from a position on, until the visitor has seen enough. */
    public void visit(int position, int limit, Visitor visitor) throws IOException {
        DiskFile file = segment.file().acquire();
        try {
            while (position < limit) {
                int at = header(file, position, limit);
                if (!visitor.header(window, at, position)) {
                    return;
                }
                position += BatchHeader.sizeBytes(window, at);
            }
        } finally {
            segment.file().release();
        }
    }

    /** Sees the headers of a segment, one after the other. */
    @FunctionalInterface
    public interface Visitor {
        /**
         * @param window holds the header at {@code at}; valid during the call only
         * @param position where the batch begins in the segment
         * @return whether to go on
         */
        boolean header(ByteBuffer window, int at, int position) throws IOException;
    }

    /** The bytes between two positions; keeps the file open until it is closed. */
    public FileRegion region(int start, int end) throws IOException {
        return new SharedFileRegion(segment.file(), start, end - start);
    }

    /** A position from the index, if a batch at or before the offset is really there; else the start of the segment. */
    private int start(int position, int limit, long offset) throws IOException {
        if (position == 0 || position >= limit) {
            return 0;
        }
        DiskFile file = segment.file().acquire();
        try {
            int at = header(file, position, limit);
            long base = BatchHeader.baseOffset(window, at);
            return base <= offset && base >= segment.baseOffset() ? position : 0;
        } catch (IOException e) {
            return 0;
        } finally {
            segment.file().release();
        }
    }

    /** Where in the window the header at a position is, after reading it if need be. */
    private int header(DiskFile file, int position, int limit) throws IOException {
        int at = position - windowPosition;
        if (at < 0 || at + BatchHeader.SIZE_BYTES > window.limit()) {
            window.clear();
            file.read(window, position);
            window.flip();
            windowPosition = position;
            at = 0;
        }
        if (window.limit() - at < BatchHeader.SIZE_BYTES
                || BatchHeader.magic(window, at) != BatchHeader.MAGIC
                || BatchHeader.sizeBytes(window, at) < BatchHeader.SIZE_BYTES
                || BatchHeader.sizeBytes(window, at) > limit - position) {
            throw doubtful(position);
        }
        return at;
    }

    private IOException doubtful(int position) {
        return new IOException("no record batch at byte " + position + " of " + segment.path()
                + ": the log was truncated while it was read, or the file is damaged");
    }
}
