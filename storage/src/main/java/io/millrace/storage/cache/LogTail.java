package io.millrace.storage.cache;

import io.millrace.storage.LogSlice;
import io.millrace.storage.ReadResult;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The recent batches of one log: a run without holes that ends at the log end offset. Holds the very buffers that were
 * appended; small appends are gathered in chunks, which makes their readers' pieces fewer and does not pin the requests they
 * came in.
 *
 * <p>Filled and cut on the shard thread, read on any, given up by whichever shard needs the room. The lock is held for moments
 * and never during I/O.
 */
public final class LogTail {

    /** A read is answered with no more pieces than this: each costs an object here and a buffer in the reader's pipeline. */
    private static final int SLICES_MAX = 256;

    /** Appends below this are copied into chunks. */
    private static final int SMALL_BYTES = 2 * 1024;

    private static final int CHUNK_BYTES_FIRST = 1024;
    private static final int CHUNK_BYTES_MAX = 16 * 1024;

    private final TailCache cache;
    private final TailRing entries = new TailRing();
    private int chunkBytes = CHUNK_BYTES_FIRST;

    /** Everything from here to the log end offset is in memory; {@link Long#MAX_VALUE} when nothing is. */
    private volatile long firstOffset = Long.MAX_VALUE;

    public LogTail(TailCache cache) {
        this.cache = cache;
    }

    /** Keeps batches that were written. In order of offsets, without holes. Shard thread. */
    public void add(long baseOffset, long lastOffset, ByteBuffer batches) {
        int size = batches.remaining();
        if (!cache.admits(Math.max(size, CHUNK_BYTES_FIRST))) {
            clear();
            return;
        }
        TailEntry added = size < SMALL_BYTES
                ? addSmall(baseOffset, lastOffset, batches)
                : addWhole(baseOffset, lastOffset, batches);
        if (added != null) {
            cache.added(added);
        }
    }

    /** Returns the new chunk when the last one had no room. */
    private synchronized TailEntry addSmall(long baseOffset, long lastOffset, ByteBuffer batches) {
        TailEntry chunk = entries.last();
        if (chunk != null && chunk.hasRoomFor(batches.remaining())) {
            chunk.copy(batches, lastOffset);
            return null;
        }
        // Grows with the traffic: a log with one small record now and then does not take a large chunk for it.
        TailEntry next = TailEntry.chunk(this, baseOffset, Math.max(chunkBytes, batches.remaining()));
        chunkBytes = Math.min(CHUNK_BYTES_MAX, chunkBytes * 2);
        next.copy(batches, lastOffset);
        addLast(next);
        return next;
    }

    private TailEntry addWhole(long baseOffset, long lastOffset, ByteBuffer batches) {
        int size = batches.remaining();
        int held = batches.hasArray() ? batches.array().length : batches.capacity();
        ByteBuffer kept = batches.duplicate();
        if (held > 2L * size) {
            // Would pin a whole request for a small part of it.
            kept = ByteBuffer.allocate(size).put(kept).flip();
            held = size;
        }
        TailEntry entry = TailEntry.of(this, baseOffset, lastOffset, kept, held);
        synchronized (this) {
            addLast(entry);
        }
        return entry;
    }

    private void addLast(TailEntry entry) {
        entries.addLast(entry);
        if (entries.size() == 1) {
            firstOffset = entry.baseOffset();
        }
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
        List<LogSlice> slices = new ArrayList<>(2);
        synchronized (this) {
            if (!covers(offset)) {
                return null;
            }
            int left = maxBytes;
            boolean first = atLeastOneBatch;
            for (int i = entries.indexOf(offset); i < entries.size() && slices.size() < SLICES_MAX; i++) {
                TailEntry entry = entries.get(i);
                int start = entry.startOf(offset);
                int end = entry.endWithin(start, limit, left, first);
                if (end > start) {
                    slices.add(new LogSlice.Memory(entry.batches().slice(start, end - start)));
                    left -= end - start;
                    first = false;
                }
                if (end < entry.batches().limit()) {
                    break;
                }
            }
        }
        return new ReadResult(slices);
    }

    /** Forgets everything: the log was cut or closed. */
    public void clear() {
        synchronized (this) {
            while (entries.size() > 0) {
                release(entries.removeFirst());
            }
            firstOffset = Long.MAX_VALUE;
        }
    }

    /** Called by the cache for the oldest entry of all logs. */
    void giveUp(TailEntry oldest) {
        synchronized (this) {
            if (entries.size() == 0 || entries.get(0) != oldest) {
                return;
            }
            release(entries.removeFirst());
            firstOffset = entries.size() == 0 ? Long.MAX_VALUE : entries.get(0).baseOffset();
        }
    }

    private void release(TailEntry entry) {
        entry.release();
        cache.released(entry);
    }
}
