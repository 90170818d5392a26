package io.millrace.storage.cache;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The memory for recent batches of all logs: bounded by bytes, given up in the order in which it was taken. Each log has its
 * {@link LogTail}.
 *
 * <p>It consists of few large arrays ({@link TailSlab}) rather than of the buffers that the batches came in. Those live for seconds, too
 * long for a young generation: each collection would copy all of them, and take a tenth of a second for it. Arrays of this size lie
 * outside of it, are never moved, and are freed soon after they were given up.
 *
 * <p>Thread-safe.
 */
public final class TailCache {

    /** More of them than that are not needed to give up memory evenly. */
    private static final int SLABS_MIN = 8;

    private static final int SLAB_BYTES_MIN = 1 << 20;
    private static final int SLAB_BYTES_MAX = 32 << 20;

    /** How many regions the collector G1 divides the heap into. An array of more than half a region is not moved. */
    private static final long REGIONS = 2048;

    /** So that an array with its header fills whole regions, and does not take one more. */
    private static final int ARRAY_HEADER_BYTES = 64;

    private final long bytesMax;
    private final int slabBytes;

    // Guarded by this.
    private final Deque<TailSlab> oldestFirst = new ArrayDeque<>();
    private TailSlab current;
    private long bytes;

    public TailCache(long bytesMax) {
        this(bytesMax, (int) Math.min(unmovedBytes(Runtime.getRuntime().maxMemory()), bytesMax / SLABS_MIN));
    }

    TailCache(long bytesMax, int slabBytes) {
        this.bytesMax = bytesMax;
        this.slabBytes = slabBytes;
    }

    /** The size of an array that the collector leaves where it is. */
    static int unmovedBytes(long heapBytesMax) {
        long region = Long.highestOneBit(Math.max(1, heapBytesMax / REGIONS * 2 - 1));
        return (int) Math.min(SLAB_BYTES_MAX, Math.max(SLAB_BYTES_MIN, region)) - ARRAY_HEADER_BYTES;
    }

    /** Whether anything of this size is kept at all: one large append must not push out everybody else. */
    boolean admits(int sizeBytes) {
        return sizeBytes <= bytesMax / 2;
    }

    /** Memory for batches of a log, in order of their offsets; what has to go for it goes. Called without a lock. */
    TailEntry take(LogTail owner, long baseOffset, int sizeBytes) {
        TailEntry entry;
        List<TailSlab> tooMany = new ArrayList<>(0);
        synchronized (this) {
            entry = current == null ? null : current.cut(owner, baseOffset, sizeBytes);
            if (entry == null) {
                entry = begin(sizeBytes).cut(owner, baseOffset, sizeBytes);
                while (bytes > bytesMax) {
                    TailSlab oldest = oldestFirst.removeFirst();
                    bytes -= oldest.accountedBytes();
                    tooMany.add(oldest);
                }
            }
        }
        for (TailSlab oldest : tooMany) {
            oldest.retire().forEach(TailEntry::giveUp);
        }
        return entry;
    }

    private TailSlab begin(int sizeBytes) {
        TailSlab slab = new TailSlab(Math.max(slabBytes, sizeBytes));
        // What does not fit into the present one and needs one for itself does not end it.
        if (sizeBytes < slabBytes || current == null) {
            current = slab;
        }
        oldestFirst.addLast(slab);
        bytes += slab.accountedBytes();
        return slab;
    }

    /** Bytes held now. */
    public synchronized long sizeBytes() {
        return bytes;
    }
}
