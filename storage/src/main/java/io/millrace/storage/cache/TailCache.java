package io.millrace.storage.cache;

import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The memory for recent batches of all logs: bounded by bytes, given up in the order in which it was taken. Each log has its
 * {@link LogTail}.
 *
 * <p>Thread-safe.
 */
public final class TailCache {

    /** What an entry costs beside its bytes. */
    private static final int ENTRY_OVERHEAD_BYTES = 120;

    private final long bytesMax;
    private final AtomicLong bytes = new AtomicLong();
    private final ConcurrentLinkedQueue<Entry> oldestFirst = new ConcurrentLinkedQueue<>();

    public TailCache(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    /** Batches that were appended together. */
    static final class Entry {
        final LogTail owner;
        final long baseOffset;
        final long lastOffset;
        final int accountedBytes;

        /** Read-only; null once given up. Guarded by the owner's lock. */
        ByteBuffer batches;

        Entry(LogTail owner, long baseOffset, long lastOffset, ByteBuffer batches, int heldBytes) {
            this.owner = owner;
            this.baseOffset = baseOffset;
            this.lastOffset = lastOffset;
            this.batches = batches;
            this.accountedBytes = heldBytes + ENTRY_OVERHEAD_BYTES;
        }
    }

    /** Whether anything of this size is kept at all. */
    boolean admits(int sizeBytes) {
        return sizeBytes + ENTRY_OVERHEAD_BYTES <= bytesMax / 2;
    }

    void added(Entry entry) {
        oldestFirst.add(entry);
        long now = bytes.addAndGet(entry.accountedBytes);
        while (now > bytesMax) {
            Entry oldest = oldestFirst.poll();
            if (oldest == null) {
                return;
            }
            oldest.owner.giveUp(oldest);
            now = bytes.get();
        }
    }

    /** An entry let its bytes go; it may still be in the queue. */
    void released(Entry entry) {
        bytes.addAndGet(-entry.accountedBytes);
    }

    /** Bytes held now. */
    public long sizeBytes() {
        return bytes.get();
    }
}
