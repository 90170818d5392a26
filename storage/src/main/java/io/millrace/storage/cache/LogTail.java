package io.millrace.storage.cache;

import io.millrace.storage.LogSlice;
import io.millrace.storage.ReadResult;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The recent batches of one log: a run without holes that ends at the log end offset. Copies of what was appended, in memory that the
 * {@link TailCache} hands out; small appends are gathered, which makes their readers' pieces fewer.
 *
 * <p>Filled and cut on the shard thread, read on any, given up by whichever shard needs the room. The lock is held for moments
 * and never during I/O.
 */
public final class LogTail {

    /** A read is answered with no more pieces than this: each costs an object here and a buffer in the reader's pipeline. */
    private static final int SLICES_MAX = 256;

    /** Below this, room for more appends is taken at once. */
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
        if (!addToLast(lastOffset, batches)) {
            // Not under the lock: others may have to give up theirs for it.
            TailEntry next = cache.take(this, baseOffset, size < SMALL_BYTES ? chunkBytesFor(size) : size);
            synchronized (this) {
                // Else it was wanted back at once, and all that lay before it went, too.
                if (!next.isReleased()) {
                    next.copy(batches, lastOffset);
                    addLast(next);
                }
            }
        }
    }

    private synchronized boolean addToLast(long lastOffset, ByteBuffer batches) {
        TailEntry last = entries.last();
        if (last == null || !last.hasRoomFor(batches.remaining())) {
            return false;
        }
        last.copy(batches, lastOffset);
        return true;
    }

    /** Grows with the traffic: a log with one small record now and then does not take a large chunk for it. */
    private int chunkBytesFor(int sizeBytes) {
        int chunk = Math.max(chunkBytes, sizeBytes);
        chunkBytes = Math.min(CHUNK_BYTES_MAX, chunkBytes * 2);
        return chunk;
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
    public synchronized void clear() {
        while (entries.size() > 0) {
            entries.removeFirst().release();
        }
        firstOffset = Long.MAX_VALUE;
    }

    /** Forgets an entry whose memory is wanted, and what lies before it: there are no holes. */
    synchronized void giveUp(TailEntry entry) {
        while (!entry.isReleased() && entries.size() > 0) {
            entries.removeFirst().release();
        }
        entry.release();
        firstOffset = entries.size() == 0 ? Long.MAX_VALUE : entries.get(0).baseOffset();
    }
}
