package io.millrace.storage.segment;

import io.millrace.storage.batch.BatchHeader;
import io.millrace.storage.file.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Says in words why the bytes at a position of a segment are no batch that belongs there. */
public final class BadBatch {

    private BadBatch() {}

    /** What is wrong where a {@link SegmentScanner} stopped. Blocks. */
    public static String why(Segment segment, SegmentScanner stopped) throws IOException {
        DiskFile file = segment.file().acquire();
        try {
            return why(file, segment.sizeBytes(), stopped.position(), stopped.nextOffset(), stopped.leaderEpoch());
        } finally {
            segment.file().release();
        }
    }

    /**
     * What is wrong with the batch at a position.
     *
     * @param size bytes of the file that count
     * @param nextOffset no batch may begin below it
     * @param leaderEpoch no batch may have a lower one
     */
    public static String why(DiskFile file, int size, int position, long nextOffset, int leaderEpoch)
            throws IOException {
        int left = size - position;
        ByteBuffer header = ByteBuffer.allocate(BatchHeader.SIZE_BYTES);
        if (left < BatchHeader.SIZE_BYTES || file.read(header, position) < BatchHeader.SIZE_BYTES) {
            return "only " + left + " bytes are left, less than a batch header";
        }
        if (isZero(header)) {
            return "there are zeros instead of a batch";
        }
        int sizeBytes = BatchHeader.sizeBytes(header, 0);
        if (BatchHeader.magic(header, 0) != BatchHeader.MAGIC) {
            return "the format byte is " + BatchHeader.magic(header, 0) + ", not " + BatchHeader.MAGIC;
        }
        if (sizeBytes < BatchHeader.SIZE_BYTES) {
            return "the batch length makes it " + sizeBytes + " bytes, less than its header";
        }
        if (sizeBytes > left) {
            return "the batch has " + sizeBytes + " bytes, but only " + left + " are left in the file";
        }
        if (BatchHeader.baseOffset(header, 0) < nextOffset) {
            return "the batch begins at offset " + BatchHeader.baseOffset(header, 0) + ", below the end " + nextOffset
                    + " of what lies before it";
        }
        if (BatchHeader.lastOffsetDelta(header, 0) < 0) {
            return "the batch ends before it begins";
        }
        if (BatchHeader.leaderEpoch(header, 0) < leaderEpoch) {
            return "the batch has leader epoch " + BatchHeader.leaderEpoch(header, 0) + ", below " + leaderEpoch
                    + " of the one before it";
        }
        return "the checksum (CRC32C) of the batch at offset " + BatchHeader.baseOffset(header, 0) + " is wrong";
    }

    private static boolean isZero(ByteBuffer bytes) {
        for (int i = 0; i < bytes.capacity(); i++) {
            if (bytes.get(i) != 0) {
                return false;
            }
        }
        return true;
    }
}
