package io.millrace.cluster.idempotence;

import java.util.ArrayDeque;
import java.util.Iterator;

/**
 * The idempotency keys of one partition, for a window of time. Kept in a few tables by age, so that what is too old goes away a table at a
 * time. Not thread-safe.
 */
public final class KeyMemory {

    /** Into how many tables a window is cut: as much older than the window a key may become before it goes. */
    private static final int GENERATIONS = 8;

    /**
     * The record that a key stands for.
     *
     * @param bodyHash see {@link IdempotencyMark}
     * @param offset where it is
     * @param timeMs when it came
     */
    public record Known(long bodyHash, long offset, long timeMs) {}

    private static final class Generation {
        final long beganMs;
        final KeyTable table = new KeyTable();
        long newestMs;

        Generation(long beganMs) {
            this.beganMs = beganMs;
        }
    }

    private final long windowMs;

    /** Newest first. */
    private final ArrayDeque<Generation> generations = new ArrayDeque<>();

    private int size;
    private long forgottenMs = Long.MIN_VALUE;

    public KeyMemory(long windowMs) {
        this.windowMs = windowMs;
    }

    /** How many keys there are. */
    public int size() {
        return size;
    }

    /** What is known of a key that came within the window, or null. */
    public Known find(KeyId key, long nowMs) {
        for (Generation generation : generations) {
            Known known = generation.table.find(key);
            if (known != null) {
                return isWithin(known.timeMs(), nowMs) ? known : null;
            }
        }
        return null;
    }

    public void put(KeyId key, Known known) {
        Generation newest = generations.peekFirst();
        if (newest == null || known.timeMs() - newest.beganMs >= windowMs / GENERATIONS) {
            newest = new Generation(known.timeMs());
            generations.addFirst(newest);
        }
        int before = newest.table.size();
        newest.table.put(key, known);
        newest.newestMs = Math.max(newest.newestMs, known.timeMs());
        size += newest.table.size() - before;
    }

    /** Lets go of what is older than the window. */
    public void expire(long nowMs) {
        for (Iterator<Generation> oldestFirst = generations.descendingIterator(); oldestFirst.hasNext(); ) {
            Generation oldest = oldestFirst.next();
            if (isWithin(oldest.newestMs, nowMs)) {
                return;
            }
            oldestFirst.remove();
            size -= oldest.table.size();
        }
    }

    /** Lets go of the oldest keys, because there is no room for them: {@link #isWhole} tells that they may be missing. */
    public void forgetOldest() {
        Generation oldest = generations.pollLast();
        if (oldest != null) {
            size -= oldest.table.size();
            forgottenMs = Math.max(forgottenMs, oldest.newestMs);
        }
    }

    /** Whether every key of the window is here. */
    public boolean isWhole(long nowMs) {
        return forgottenMs == Long.MIN_VALUE || !isWithin(forgottenMs, nowMs);
    }

    private boolean isWithin(long timeMs, long nowMs) {
        return nowMs - timeMs < windowMs;
    }
}
