package io.millrace.storage.cache;

import io.millrace.storage.LogSlice;
import io.millrace.storage.ReadResult;
import io.millrace.storage.batch.BatchHeader;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * The recent batches of one log: a run without holes that ends at the log end offset. Holds the very buffers that were
 * appended, unless they pin much more memory than they fill.
 *
 * <p>Filled and cut on the shard thread, read on any, given up by whichever shard needs the room. The lock is held for moments
 * and never during I/O.
 */
public final class LogTail {

    /** A read is answered with no more pieces than this: each costs an object here and a buffer in the reader's pipeline. */
    private static final int SLICES_MAX = 512;

    private final TailCache cache;
    private final ArrayDeque<TailCache.Entry> entries = new ArrayDeque<>(2);

    /** Everything from here to the log end offset is in memory; {@link Long#MAX_VALUE} when nothing is. */
    private volatile long firstOffset = Long.MAX_VALUE;

    public LogTail(TailCache cache) {
        this.cache = cache;
    }

    /** Keeps batches that were written. In order of offsets, without holes. Shard thread. */
    public void add(long baseOffset, long lastOffset, ByteBuffer batches) {
        int size = batches.remaining();
        if (!cache.admits(size)) {
            clear();
            return;
        }
        int held = batches.hasArray() ? batches.array().length : batches.capacity();
        ByteBuffer kept = batches;
        if (held > 2L * size) {
            // Would pin a whole request for a small part of it.
            kept = ByteBuffer.allocate(size).put(batches.duplicate()).flip();
            held = size;
        }
        TailCache.Entry entry = new TailCache.Entry(this, baseOffset, lastOffset, kept.asReadOnlyBuffer(), held);
        synchronized (this) {
            entries.addLast(entry);
            if (entries.size() == 1) {
                firstOffset = baseOffset;
            }
        }
        cache.added(entry);
    }

    /** Whether an offset at or above this one, and below the log end, is in memory. */
    public boolean covers(long offset) {
        return offset >= firstOffset;
    }

    /**
     * Whole batches from the one that holds {@code offset} up to {@code limit} (exclusive); null when it is not in memory.
     */
    public ReadResult read(long offset, long limit, int maxBytes, boolean atLeastOneBatch) {
        if (!covers(offset)) {
            return null;
        }
        List<LogSlice> slices = new ArrayList<>();
        synchronized (this) {
            if (!covers(offset)) {
                return null;
            }
            int left = maxBytes;
            boolean first = atLeastOneBatch;
            for (Iterator<TailCache.Entry> i = fromEntryOf(offset); i.hasNext() && slices.size() < SLICES_MAX; ) {
                TailCache.Entry entry = i.next();
                ByteBuffer batches = entry.batches;
                int start = startOf(batches, offset);
                int end = endWithin(batches, start, limit, left, first);
                if (end > start) {
                    slices.add(new LogSlice.Memory(batches.slice(start, end - start)));
                    left -= end - start;
                    first = false;
                }
                if (end < batches.limit()) {
                    break;
                }
            }
        }
        return new ReadResult(slices);
    }

    /** From the entry that holds an offset on: from the near end, where most readers are. */
    private Iterator<TailCache.Entry> fromEntryOf(long offset) {
        ArrayDeque<TailCache.Entry> found = new ArrayDeque<>();
        for (Iterator<TailCache.Entry> newest = entries.descendingIterator(); newest.hasNext(); ) {
            TailCache.Entry entry = newest.next();
            if (entry.lastOffset < offset) {
                break;
            }
            found.addFirst(entry);
        }
        return found.iterator();
    }

    private static int startOf(ByteBuffer batches, long offset) {
        int at = batches.position();
        while (at < batches.limit() && BatchHeader.lastOffset(batches, at) < offset) {
            at += BatchHeader.sizeBytes(batches, at);
        }
        return at;
    }

    private static int endWithin(ByteBuffer batches, int start, long limit, int maxBytes, boolean atLeastOne) {
        int at = start;
        while (at < batches.limit() && BatchHeader.lastOffset(batches, at) < limit) {
            int next = at + BatchHeader.sizeBytes(batches, at);
            if (next - start > maxBytes && !(atLeastOne && at == start)) {
                break;
            }
            at = next;
        }
        return at;
    }

    /** Forgets everything: the log was cut or closed. */
    public void clear() {
        synchronized (this) {
            for (TailCache.Entry entry : entries) {
                entry.batches = null;
                cache.released(entry);
            }
            entries.clear();
            firstOffset = Long.MAX_VALUE;
        }
    }

    /** Called by the cache for the oldest entry of all logs. */
    void giveUp(TailCache.Entry oldest) {
        synchronized (this) {
            if (oldest.batches == null || entries.peekFirst() != oldest) {
                return;
            }
            entries.removeFirst();
            oldest.batches = null;
            cache.released(oldest);
            firstOffset = entries.isEmpty() ? Long.MAX_VALUE : entries.peekFirst().baseOffset;
        }
    }
}
