package io.millrace.storage.segment;

import io.millrace.storage.batch.BatchHeader;
import io.millrace.storage.file.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Tells a torn tail from damage in the middle: looks behind a bad batch for one that is sound. What a crash tears off is the
 * end; a sound batch after a bad one means that something else destroyed bytes which may have been acknowledged.
 */
public final class DamageProbe {

    private static final int BUFFER_BYTES = 4 << 20;

    private DamageProbe() {}

    /**
     * The position of a sound batch with an offset at or above {@code nextOffset} behind a position, or -1.
     */
    public static int findSoundBatch(Segment segment, int position, long nextOffset) throws IOException {
        DiskFile file = segment.file().acquire();
        try {
            return findSoundBatch(file, segment.sizeBytes(), position, nextOffset);
        } finally {
            segment.file().release();
        }
    }

    /** As above, in the first {@code size} bytes of a file. */
    public static int findSoundBatch(DiskFile file, int size, int position, long nextOffset) throws IOException {
        ByteBuffer buffer =
                ByteBuffer.allocate(Math.max(BatchHeader.SIZE_BYTES, Math.min(BUFFER_BYTES, size - position)));
        while (size - position >= BatchHeader.SIZE_BYTES) {
            buffer.clear();
            file.read(buffer, position);
            buffer.flip();
            int last = buffer.limit() - BatchHeader.SIZE_BYTES;
            if (last < 0) {
                return -1;
            }
            for (int at = 0; at <= last; at++) {
                if (buffer.get(at + BatchHeader.MAGIC_POSITION) == BatchHeader.MAGIC
                        && isPlausible(buffer, at, size - position - at, nextOffset)
                        && BatchChecksum.isValid(file, position + at, BatchHeader.sizeBytes(buffer, at))) {
                    return position + at;
                }
            }
            position += last + 1;
        }
        return -1;
    }

    private static boolean isPlausible(ByteBuffer buffer, int at, int left, long nextOffset) {
        int sizeBytes = BatchHeader.sizeBytes(buffer, at);
        long baseOffset = BatchHeader.baseOffset(buffer, at);
        return sizeBytes >= BatchHeader.SIZE_BYTES
                && sizeBytes <= left
                && baseOffset >= nextOffset
                && baseOffset - nextOffset <= Integer.MAX_VALUE
                && BatchHeader.lastOffsetDelta(buffer, at) >= 0;
    }
}
