package io.millrace.storage.index;

import io.millrace.storage.file.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;

/** The first bytes of an index file, and what the last ones say about it. */
record IndexHeader(int kind, int version, int entryBytes, long baseOffset, boolean complete, int entryCount) {

    static final int BYTES = IndexFile.HEADER_BYTES;

    static IndexHeader read(DiskFile file) throws IOException {
        ByteBuffer header = ByteBuffer.allocate(BYTES);
        ByteBuffer trailer = ByteBuffer.allocate(IndexFile.TRAILER_BYTES);
        long size = file.sizeBytes();
        file.read(header, 0);
        file.read(trailer, Math.max(BYTES, size - IndexFile.TRAILER_BYTES));
        int entryBytes = header.getShort(6);
        long entriesBytes = size - BYTES - IndexFile.TRAILER_BYTES;
        boolean complete = entriesBytes >= 0
                && trailer.getInt(0) == IndexFile.TRAILER_KIND
                && trailer.getInt(4) * (long) entryBytes == entriesBytes;
        if (!complete) {
            entriesBytes = Math.max(0, size - BYTES);
        }
        int entryCount = entryBytes <= 0 ? 0 : (int) Math.min(Integer.MAX_VALUE, entriesBytes / entryBytes);
        return new IndexHeader(
                header.getInt(0), header.getShort(4), entryBytes, header.getLong(8), complete, entryCount);
    }

    /** Why this is not the index that it ought to be; null when it is. */
    String doubt(int expectedKind) {
        if (kind != expectedKind) {
            return "its first four bytes are not those of such an index";
        }
        if (version != IndexFile.VERSION) {
            return "it has version " + version + ", and only " + IndexFile.VERSION + " is known";
        }
        if (entryBytes != (kind == TimeIndex.KIND ? TimeIndex.ENTRY_BYTES : OffsetIndex.ENTRY_BYTES)) {
            return "it says that its entries have " + entryBytes + " bytes";
        }
        return null;
    }
}
