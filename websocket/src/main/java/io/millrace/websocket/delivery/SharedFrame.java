package io.millrace.websocket.delivery;

import io.netty.buffer.ByteBuf;

/**
 * The records of one partition from {@link #start} up to {@link #next}, encoded once and written to any number of sockets. The
 * offsets it covers can hold fewer records than that (filters, compaction), even none.
 *
 * <p>Immutable and reference-counted: whoever keeps it retains it, whoever is done releases it; any thread.
 */
public final class SharedFrame {

    private final long start;
    private final long next;
    private final ByteBuf bytes;
    private final int count;
    private final long[] offsets;
    private final int[] begins;

    SharedFrame(long start, long next, ByteBuf bytes, int count, long[] offsets, int[] begins) {
        this.start = start;
        this.next = next;
        this.bytes = bytes;
        this.count = count;
        this.offsets = offsets;
        this.begins = begins;
    }

    /** The position it continues. */
    public long start() {
        return start;
    }

    /** The position behind it. */
    public long next() {
        return next;
    }

    /** Number of records. */
    public int count() {
        return count;
    }

    public int sizeBytes() {
        return bytes.readableBytes();
    }

    /** Index of the first record at or above an offset; {@link #count} when there is none. */
    public int indexOf(long offset) {
        if (offset <= start) {
            return 0;
        }
        int low = 0;
        int high = count;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (offsets[middle] < offset) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** The offset of a record. */
    public long offset(int index) {
        return offsets[index];
    }

    /** A new holder of the bytes of the records from one index up to, but without, another. */
    public ByteBuf slice(int fromIndex, int toIndex) {
        if (fromIndex == 0 && toIndex == count) {
            return bytes.retainedDuplicate();
        }
        int from = begin(fromIndex);
        return bytes.retainedSlice(from, begin(toIndex) - from);
    }

    private int begin(int index) {
        return index == count ? bytes.readableBytes() : begins[index];
    }

    SharedFrame retain() {
        bytes.retain();
        return this;
    }

    public void release() {
        bytes.release();
    }
}
