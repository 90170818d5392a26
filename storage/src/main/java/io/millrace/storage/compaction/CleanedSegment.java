package io.millrace.storage.compaction;

import io.millrace.storage.batch.BatchHeader;
import io.millrace.storage.file.Disk;
import io.millrace.storage.file.OpenFiles;
import io.millrace.storage.segment.Segment;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** Writes a compacted segment, with its indexes, under names that count for nothing until it is whole. */
final class CleanedSegment {

    /** Batches are collected to writes of this size. */
    private static final int WRITE_BYTES = 1 << 20;

    private final Segment segment;
    private final int indexIntervalBytes;
    private final ByteBuffer buffer = ByteBuffer.allocate(WRITE_BYTES);
    private int sizeBytes;

    CleanedSegment(Disk disk, OpenFiles files, Path directory, long baseOffset, int indexIntervalBytes)
            throws IOException {
        this.segment = Segment.createCleaned(disk, files, directory, baseOffset);
        this.indexIntervalBytes = indexIntervalBytes;
    }

    /** @param batch from position 0 to limit */
    void add(ByteBuffer batch) throws IOException {
        int bytes = BatchHeader.sizeBytes(batch, 0);
        segment.note(batch, 0, sizeBytes, indexIntervalBytes);
        sizeBytes += bytes;
        if (bytes > buffer.remaining()) {
            write();
        }
        if (bytes > buffer.remaining()) {
            segment.write(batch.duplicate());
        } else {
            buffer.put(batch.duplicate());
        }
    }

    private void write() throws IOException {
        if (buffer.position() > 0) {
            segment.write(buffer.flip());
            buffer.clear();
        }
    }

    /** Nothing comes any more. All of it is durable on return, except the names of the files. */
    void finish() throws IOException {
        write();
        segment.publish(sizeBytes);
        segment.seal();
        segment.force();
        segment.forceIndexes();
        segment.close();
    }

    /** Removes the files: the segment is not wanted. */
    void discard() throws IOException {
        segment.delete();
    }

    int sizeBytes() {
        return sizeBytes;
    }
}
