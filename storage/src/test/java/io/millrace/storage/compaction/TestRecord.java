package io.millrace.storage.compaction;

import io.millrace.storage.PartitionLog;
import io.millrace.storage.ReadResult;
import io.millrace.storage.batch.BatchHeader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A record that was read back; null for no key, and for a tombstone's value. */
record TestRecord(long offset, long timestampMs, String key, String value) {

    /** All records of whole batches, uncompressed. */
    static List<TestRecord> in(ByteBuffer batches) {
        List<TestRecord> records = new ArrayList<>();
        for (int at = batches.position(); at < batches.limit(); at += BatchHeader.sizeBytes(batches, at)) {
            ByteBuffer in = batches.duplicate().position(at + BatchHeader.SIZE_BYTES);
            for (int left = BatchHeader.recordsCount(batches, at); left > 0; left--) {
                int length = (int) varint(in);
                int end = in.position() + length;
                in.get();
                long timestamp = BatchHeader.baseTimestamp(batches, at) + varint(in);
                long offset = BatchHeader.baseOffset(batches, at) + varint(in);
                String key = string(in);
                records.add(new TestRecord(offset, timestamp, key, string(in)));
                in.position(end);
            }
        }
        return records;
    }

    /** All batches from the log start to the log end, read piece by piece as a consumer does. */
    static ByteBuffer readAll(PartitionLog log, int maxBytes) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        long offset = log.offsets().logStartOffset();
        long end = log.offsets().logEndOffset();
        while (offset < end) {
            try (ReadResult result = log.read(offset, end, maxBytes, true)) {
                ByteBuffer batches = result.toBuffer();
                if (!batches.hasRemaining()) {
                    break;
                }
                byte[] bytes = new byte[batches.remaining()];
                batches.get(batches.position(), bytes);
                all.writeBytes(bytes);
                for (int at = batches.position(); at < batches.limit(); at += BatchHeader.sizeBytes(batches, at)) {
                    offset = BatchHeader.lastOffset(batches, at) + 1;
                }
            }
        }
        return ByteBuffer.wrap(all.toByteArray());
    }

    /** {@code offset:key=value} of every record, to compare. */
    static List<String> lines(PartitionLog log) throws IOException {
        return in(readAll(log, 400)).stream()
                .map(record -> record.offset + ":" + record.key + "=" + record.value)
                .toList();
    }

    ByteBuffer keyBuffer() {
        return key == null ? null : ByteBuffer.wrap(key.getBytes(StandardCharsets.ISO_8859_1));
    }

    void writeTo(ByteArrayOutputStream out, long baseOffset, long baseTimestamp) {
        ByteArrayOutputStream record = new ByteArrayOutputStream();
        record.write(0);
        varint(record, timestampMs - baseTimestamp);
        varint(record, offset - baseOffset);
        string(record, key);
        string(record, value);
        varint(record, 0);
        varint(out, record.size());
        out.writeBytes(record.toByteArray());
    }

    private static String string(ByteBuffer in) {
        int length = (int) varint(in);
        if (length < 0) {
            return null;
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private static void string(ByteArrayOutputStream out, String string) {
        varint(out, string == null ? -1 : string.length());
        if (string != null) {
            out.writeBytes(string.getBytes(StandardCharsets.ISO_8859_1));
        }
    }

    private static long varint(ByteBuffer in) {
        long raw = 0;
        for (int shift = 0; ; shift += 7) {
            byte b = in.get();
            raw |= (long) (b & 0x7f) << shift;
            if (b >= 0) {
                return raw >>> 1 ^ -(raw & 1);
            }
        }
    }

    private static void varint(ByteArrayOutputStream out, long value) {
        long raw = value << 1 ^ value >> 63;
        while ((raw & ~0x7fL) != 0) {
            out.write((int) (raw & 0x7f | 0x80));
            raw >>>= 7;
        }
        out.write((int) raw);
    }
}
