package io.millrace.storage.cache;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The memory for recent batches of all logs: bounded by bytes, given up in the order in which it was taken. Each log has its
 * {@link LogTail}.
 *
 * <p>Thread-safe.
 */
public final class TailCache {

    private final long bytesMax;
    private final AtomicLong bytes = new AtomicLong();
    private final ConcurrentLinkedQueue<TailEntry> oldestFirst = new ConcurrentLinkedQueue<>();

    public TailCache(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    /** Whether anything of this size is kept at all: one large append must not push out everybody else. */
    boolean admits(int sizeBytes) {
        return sizeBytes + TailEntry.OVERHEAD_BYTES <= bytesMax / 2;
    }

    void added(TailEntry entry) {
        oldestFirst.add(entry);
        long now = bytes.addAndGet(entry.accountedBytes());
        while (now > bytesMax) {
            TailEntry oldest = oldestFirst.poll();
            if (oldest == null) {
                return;
            }
            oldest.owner().giveUp(oldest);
            now = bytes.get();
        }
    }

    /** An entry let its bytes go; it may still be in the queue. */
    void released(TailEntry entry) {
        bytes.addAndGet(-entry.accountedBytes());
    }

    /** Bytes held now. */
    public long sizeBytes() {
        return bytes.get();
    }
}
