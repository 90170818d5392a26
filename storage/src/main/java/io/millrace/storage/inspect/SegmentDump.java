package io.millrace.storage.inspect;

import io.millrace.storage.batch.BatchHeader;
import io.millrace.storage.file.Disk;
import io.millrace.storage.file.DiskFile;
import io.millrace.storage.segment.BadBatch;
import io.millrace.storage.segment.BatchChecksum;
import io.millrace.storage.segment.DamageProbe;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** Goes through a segment from header to header; where there is none, it says so and goes on at the next sound batch. */
final class SegmentDump {

    private static final String[] CODECS = {"none", "gzip", "snappy", "lz4", "zstd"};

    private SegmentDump() {}

    static void dump(Disk disk, Path path, EntrySink sink) throws IOException {
        try (DiskFile file = disk.open(path, Disk.Mode.READ)) {
            // What a running node adds from here on is not looked at.
            int size = size(path, file);
            ByteBuffer header = ByteBuffer.allocate(BatchHeader.SIZE_BYTES);
            int position = 0;
            while (position < size) {
                header.clear();
                int read = file.read(header, position);
                if (read == BatchHeader.SIZE_BYTES && isBatch(header, size - position)) {
                    int sizeBytes = BatchHeader.sizeBytes(header, 0);
                    boolean crcOk = BatchChecksum.isValid(file, position, sizeBytes);
                    sink.entry(entry(header, position, crcOk));
                    if (crcOk && sink.wantsBatches()) {
                        sink.batch(whole(file, position, sizeBytes));
                    }
                    position += sizeBytes;
                } else {
                    int next = DamageProbe.findSoundBatch(file, size, position, 0);
                    int end = next < 0 ? size : next;
                    String why = BadBatch.why(file, size, position, 0, Integer.MIN_VALUE);
                    sink.entry(new FileEntry.Unreadable(position, end - position, why));
                    position = end;
                }
            }
        }
    }

    private static int size(Path path, DiskFile file) throws IOException {
        long size = file.sizeBytes();
        if (size > Integer.MAX_VALUE) {
            throw new IOException(path + " has " + size + " bytes: no segment is that large");
        }
        return (int) size;
    }

    private static boolean isBatch(ByteBuffer header, int left) {
        int sizeBytes = BatchHeader.sizeBytes(header, 0);
        return BatchHeader.magic(header, 0) == BatchHeader.MAGIC
                && sizeBytes >= BatchHeader.SIZE_BYTES
                && sizeBytes <= left;
    }

    private static ByteBuffer whole(DiskFile file, int position, int sizeBytes) throws IOException {
        ByteBuffer batch = ByteBuffer.allocate(sizeBytes);
        file.read(batch, position);
        return batch.flip();
    }

    private static FileEntry.Batch entry(ByteBuffer header, int position, boolean crcOk) {
        int codec = BatchHeader.codec(header, 0);
        return new FileEntry.Batch(
                position,
                BatchHeader.sizeBytes(header, 0),
                BatchHeader.baseOffset(header, 0),
                BatchHeader.lastOffset(header, 0),
                BatchHeader.leaderEpoch(header, 0),
                codec < CODECS.length ? CODECS[codec] : "unknown (" + codec + ")",
                crcOk,
                BatchHeader.recordsCount(header, 0),
                BatchHeader.baseTimestamp(header, 0),
                BatchHeader.maxTimestamp(header, 0),
                BatchHeader.isLogAppendTime(header, 0) ? "LogAppendTime" : "CreateTime",
                BatchHeader.producerId(header, 0),
                BatchHeader.producerEpoch(header, 0),
                BatchHeader.baseSequence(header, 0),
                BatchHeader.isTransactional(header, 0),
                BatchHeader.isControl(header, 0));
    }
}
