package io.millrace.storage.batch;

import io.millrace.storage.LogException;
import java.nio.ByteBuffer;

/**
 * Walks over the records of one uncompressed batch without making objects of them.
 *
 * <p>A record is: length varint, attributes int8, timestamp delta varlong, offset delta varint, key length varint (-1: none),
 * and then what is of no interest here. Not thread-safe.
 */
public final class RecordCursor {

    private final ByteBuffer buffer;
    private final long baseOffset;
    private final long baseTimestamp;
    private final int end;
    private int left;
    private int position;
    private long timestampMs;
    private long offset;
    private int keyBytes;
    private int keyPosition;
    private int next;

    /** Stands before the first record of the batch at a position. */
    public RecordCursor(ByteBuffer buffer, int at) {
        this.buffer = buffer;
        this.baseOffset = BatchHeader.baseOffset(buffer, at);
        this.baseTimestamp = BatchHeader.baseTimestamp(buffer, at);
        this.end = at + BatchHeader.sizeBytes(buffer, at);
        this.left = BatchHeader.recordsCount(buffer, at);
        this.position = at + BatchHeader.SIZE_BYTES;
    }

    /**
     * Moves to the next record.
     *
     * @return false after the last one
     * @throws LogException.CorruptBatch when the records do not fit the batch
     */
    public boolean next() {
        if (left == 0) {
            return false;
        }
        left--;
        long length = zigZag();
        next = (int) Math.min(Integer.MAX_VALUE, position + length);
        if (length < 0 || next > end) {
            throw damaged();
        }
        position++;
        timestampMs = baseTimestamp + zigZag();
        offset = baseOffset + zigZag();
        keyBytes = (int) zigZag();
        keyPosition = position;
        if (keyBytes > next - position) {
            throw damaged();
        }
        position = next;
        return true;
    }

    public long timestampMs() {
        return timestampMs;
    }

    public long offset() {
        return offset;
    }

    public boolean hasKey() {
        return keyBytes >= 0;
    }

    /** The key, or null; a view of the batch. */
    public ByteBuffer key() {
        return keyBytes < 0 ? null : buffer.slice(keyPosition, keyBytes);
    }

    /**
     * The value, or null; a view of the batch.
     *
     * @throws LogException.CorruptBatch when it does not fit the record
     */
    public ByteBuffer value() {
        int before = position;
        position = keyPosition + Math.max(0, keyBytes);
        int bytes = (int) zigZag();
        int from = position;
        position = before;
        if (bytes > next - from) {
            throw damaged();
        }
        return bytes < 0 ? null : buffer.slice(from, bytes);
    }

    private long zigZag() {
        long raw = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            if (position >= end) {
                throw damaged();
            }
            byte b = buffer.get(position++);
            raw |= (long) (b & 0x7f) << shift;
            if (b >= 0) {
                return raw >>> 1 ^ -(raw & 1);
            }
        }
        throw damaged();
    }

    private static LogException.CorruptBatch damaged() {
        return new LogException.CorruptBatch("the records of a batch do not fit its length");
    }
}
