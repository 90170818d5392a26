package io.millrace.storage;

import io.millrace.storage.batch.BatchHeader;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Builds record batches of format v2 byte by byte, as a producer would, without any library. */
public final class TestBatch {

    private final List<Entry> records = new ArrayList<>();
    private long producerId = -1;
    private short producerEpoch = -1;
    private int baseSequence = -1;
    private short attributes;
    private long baseOffset;
    private int leaderEpoch = -1;

    private record Entry(long timestampMs, byte[] key, byte[] value) {}

    public static TestBatch of(String... values) {
        TestBatch batch = new TestBatch();
        long now = System.currentTimeMillis();
        for (String value : values) {
            batch.record(now, value);
        }
        return batch;
    }

    public TestBatch record(long timestampMs, String value) {
        return record(timestampMs, null, value.getBytes(StandardCharsets.UTF_8));
    }

    public TestBatch record(long timestampMs, byte[] key, byte[] value) {
        records.add(new Entry(timestampMs, key, value));
        return this;
    }

    public TestBatch producer(long id, int epoch, int sequence) {
        producerId = id;
        producerEpoch = (short) epoch;
        baseSequence = sequence;
        return this;
    }

    public TestBatch attributes(int bits) {
        attributes = (short) bits;
        return this;
    }

    /** A batch of a transaction. */
    public TestBatch transactional() {
        attributes |= 0x10;
        return this;
    }

    /** The marker that ends a transaction. */
    public static TestBatch marker(long producerId, int epoch, boolean commit, int coordinatorEpoch) {
        byte[] key = {0, 0, 0, (byte) (commit ? 1 : 0)};
        byte[] value = ByteBuffer.allocate(6).putInt(2, coordinatorEpoch).array();
        return new TestBatch()
                .record(System.currentTimeMillis(), key, value)
                .producer(producerId, epoch, -1)
                .attributes(0x30);
    }

    public TestBatch copiedFrom(long offset, int epoch) {
        baseOffset = offset;
        leaderEpoch = epoch;
        return this;
    }

    public ByteBuffer build() {
        long base = records.get(0).timestampMs;
        long max = Long.MIN_VALUE;
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (int i = 0; i < records.size(); i++) {
            Entry entry = records.get(i);
            max = Math.max(max, entry.timestampMs);
            ByteArrayOutputStream record = new ByteArrayOutputStream();
            record.write(0);
            varint(record, entry.timestampMs - base);
            varint(record, i);
            bytes(record, entry.key);
            bytes(record, entry.value);
            varint(record, 0);
            varint(body, record.size());
            body.writeBytes(record.toByteArray());
        }
        ByteBuffer batch = ByteBuffer.allocate(BatchHeader.SIZE_BYTES + body.size());
        batch.putLong(baseOffset)
                .putInt(batch.capacity() - 12)
                .putInt(leaderEpoch)
                .put((byte) 2)
                .putInt(0);
        batch.putShort(attributes).putInt(records.size() - 1).putLong(base).putLong(max);
        batch.putLong(producerId).putShort(producerEpoch).putInt(baseSequence).putInt(records.size());
        batch.put(body.toByteArray()).flip();
        batch.putInt(17, BatchHeader.computeCrc(batch, 0));
        return batch;
    }

    /** The values of all records in batches, in order. */
    public static List<String> values(ByteBuffer batches) {
        List<String> values = new ArrayList<>();
        for (int at = batches.position(); at < batches.limit(); at += BatchHeader.sizeBytes(batches, at)) {
            ByteBuffer in = batches.duplicate().position(at + BatchHeader.SIZE_BYTES);
            for (int left = BatchHeader.recordsCount(batches, at); left > 0; left--) {
                int end = (int) readVarint(in) + in.position();
                in.get();
                readVarint(in);
                readVarint(in);
                int keyBytes = (int) Math.max(0, readVarint(in));
                in.position(in.position() + keyBytes);
                byte[] value = new byte[(int) Math.max(0, readVarint(in))];
                in.get(value).position(end);
                values.add(new String(value, StandardCharsets.UTF_8));
            }
        }
        return values;
    }

    private static void bytes(ByteArrayOutputStream out, byte[] bytes) {
        varint(out, bytes == null ? -1 : bytes.length);
        if (bytes != null) {
            out.writeBytes(bytes);
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

    private static long readVarint(ByteBuffer in) {
        long raw = 0;
        for (int shift = 0; ; shift += 7) {
            byte b = in.get();
            raw |= (long) (b & 0x7f) << shift;
            if (b >= 0) {
                return raw >>> 1 ^ -(raw & 1);
            }
        }
    }
}
