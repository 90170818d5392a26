package io.millrace.websocket.delivery;

import io.millrace.websocket.protocol.Gap;
import io.netty.buffer.ByteBuf;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * The records of one partition from {@link #start} up to {@link #next}, encoded once and written to any number of sockets. The
 * offsets it covers can hold fewer records than that (filters, compaction), even none.
 *
 * <p>Where whole batches are sent its elements are batches, each with the offset of its last record; else they are records.
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
    private final long baseTimestampMs;
    private final int[] merged;
    private final Tick tick;
    private final Gap trailingGap;
    private final boolean snapshot;

    // Set before it is shared.
    private long judgedFor = Long.MAX_VALUE;
    /** How many records each element holds; null when each is one. */
    private int[] recordCounts;

    private final AtomicInteger holders = new AtomicInteger(1);

    // The message that was composed of it first; guarded by this.
    private ByteBuf message;
    private int messageKey;

    /**
     * A frame with one holder.
     *
     * @param baseTimestampMs what the timestamps of binary records count from
     * @param merged null when no record stands for others
     * @param tick null when its records were not conflated
     * @param trailingGap null when nothing is left to tell
     * @param snapshot whether it is a part of the snapshot of a table
     */
    SharedFrame(
            long start,
            long next,
            ByteBuf bytes,
            int count,
            long[] offsets,
            int[] begins,
            long baseTimestampMs,
            int[] merged,
            Tick tick,
            Gap trailingGap,
            boolean snapshot) {
        this.start = start;
        this.next = next;
        this.bytes = bytes;
        this.count = count;
        this.offsets = offsets;
        this.begins = begins;
        this.baseTimestampMs = baseTimestampMs;
        this.merged = merged;
        this.tick = tick;
        this.trailingGap = trailingGap;
        this.snapshot = snapshot;
    }

    /** The position it continues. */
    public long start() {
        return start;
    }

    /** The position behind it. */
    public long next() {
        return next;
    }

    /** Number of elements. */
    public int count() {
        return count;
    }

    /** What the timestamps of binary records count from. */
    public long baseTimestampMs() {
        return baseTimestampMs;
    }

    public int sizeBytes() {
        return bytes.readableBytes();
    }

    /** Index of the first element with anything at or above an offset; {@link #count} when there is none. */
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

    /** The offset of a record, or of the last record of a batch. */
    public long offset(int index) {
        return offsets[index];
    }

    /** How many records the elements from one index up to, but without, another hold. */
    public int records(int fromIndex, int toIndex) {
        if (recordCounts == null) {
            return toIndex - fromIndex;
        }
        int records = 0;
        for (int i = fromIndex; i < toIndex; i++) {
            records += recordCounts[i];
        }
        return records;
    }

    /** The index behind the elements that hold so many records; a batch is not divided, so these can be more. */
    public int indexBehind(int fromIndex, long records) {
        if (recordCounts == null) {
            return (int) Math.min(count, fromIndex + records);
        }
        int index = fromIndex;
        for (long left = records; left > 0 && index < count; index++) {
            left -= recordCounts[index];
        }
        return index;
    }

    /** How many older records of the same thing were left out for a record. */
    public int merged(int index) {
        return merged == null ? 0 : merged[index];
    }

    /** Whether any of its records stands for others. */
    public boolean hasMerged() {
        return merged != null;
    }

    /** What was lost behind its last record and is told nowhere in it, or null: whoever is sent the frame has to be told. */
    public Gap trailingGap() {
        return trailingGap;
    }

    /** Whether it is a part of the snapshot of a table: of each key the newest record as of one offset. */
    public boolean isSnapshot() {
        return snapshot;
    }

    /** Says where the log ended when the newest follower joined for whom its records were judged. */
    SharedFrame judgedFor(long logEndOffset) {
        judgedFor = logEndOffset;
        return this;
    }

    long judgedFor() {
        return judgedFor;
    }

    /** Says that its elements are batches, and how many records each holds. */
    SharedFrame ofBatches(int[] counts) {
        recordCounts = counts;
        return this;
    }

    /** What it is a part of; null when its records were not conflated. */
    Tick tick() {
        return tick;
    }

    /** A new holder of the bytes of the elements from one index up to, but without, another. */
    public ByteBuf slice(int fromIndex, int toIndex) {
        if (fromIndex == 0 && toIndex == count) {
            return bytes.retainedDuplicate();
        }
        int from = begin(fromIndex);
        return bytes.retainedSlice(from, begin(toIndex) - from);
    }

    /** As {@link #slice}, for records with a comma before each: without the first comma. */
    public ByteBuf elements(int fromIndex, int toIndex) {
        int from = begin(fromIndex) + 1;
        return bytes.retainedSlice(from, begin(toIndex) - from);
    }

    /** The message that holds this whole frame and has this head, retained for the caller; null when none is kept. */
    public synchronized ByteBuf message(int key) {
        return message != null && messageKey == key ? message.retainedDuplicate() : null;
    }

    /**
     * The message that holds this whole frame, composed once for all followers whose messages have the same head, retained for the
     * caller. One is kept; a follower with another head gets its own.
     *
     * @param key says what is in the head
     * @param compose called at most once, under a lock
     */
    public synchronized ByteBuf message(int key, Supplier<ByteBuf> compose) {
        if (message == null) {
            message = compose.get();
            messageKey = key;
        }
        return messageKey == key ? message.retainedDuplicate() : compose.get();
    }

    private int begin(int index) {
        return index == count ? bytes.readableBytes() : begins[index];
    }

    SharedFrame retain() {
        holders.incrementAndGet();
        return this;
    }

    public void release() {
        if (holders.decrementAndGet() > 0) {
            return;
        }
        bytes.release();
        synchronized (this) {
            if (message != null) {
                message.release();
                message = null;
            }
        }
    }
}
