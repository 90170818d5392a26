package io.millrace.storage.segment;

import io.millrace.storage.batch.BatchHeader;
import io.millrace.storage.file.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** Checks a batch in a file piece by piece: its length may be garbage, so no memory is taken for all of it. */
public final class BatchChecksum {

    private static final int PIECE_BYTES = 256 * 1024;

    private BatchChecksum() {}

    /** Whether the batch that begins at a position, with a length that lies within the file, has the right checksum. */
    public static boolean isValid(DiskFile file, int position, int sizeBytes) throws IOException {
        ByteBuffer header = ByteBuffer.allocate(BatchHeader.SIZE_BYTES);
        if (file.read(header, position) < BatchHeader.SIZE_BYTES) {
            return false;
        }
        CRC32C crc = new CRC32C();
        crc.update(header.flip().position(BatchHeader.CHECKED_FROM));
        ByteBuffer piece = ByteBuffer.allocate(Math.min(PIECE_BYTES, sizeBytes - BatchHeader.SIZE_BYTES));
        int done = BatchHeader.SIZE_BYTES;
        while (done < sizeBytes) {
            piece.clear().limit(Math.min(piece.capacity(), sizeBytes - done));
            int count = file.read(piece, position + done);
            if (count <= 0) {
                return false;
            }
            crc.update(piece.flip());
            done += count;
        }
        return BatchHeader.crc(header, 0) == (int) crc.getValue();
    }
}
