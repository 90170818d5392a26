package io.millrace.storage.cache;

/** Entries in order of offsets: added at the end, removed at the start, found by binary search. Guarded by its owner's lock. */
final class TailRing {

    private static final int CAPACITY_FIRST = 4;

    /** Null while empty; the capacity is a power of two. */
    private TailEntry[] ring;

    private int head;
    private int size;

    int size() {
        return size;
    }

    TailEntry get(int i) {
        return ring[head + i & ring.length - 1];
    }

    TailEntry last() {
        return size == 0 ? null : get(size - 1);
    }

    void addLast(TailEntry entry) {
        if (ring == null) {
            ring = new TailEntry[CAPACITY_FIRST];
            head = 0;
        } else if (size == ring.length) {
            TailEntry[] larger = new TailEntry[size * 2];
            for (int i = 0; i < size; i++) {
                larger[i] = get(i);
            }
            ring = larger;
            head = 0;
        }
        ring[head + size & ring.length - 1] = entry;
        size++;
    }

    TailEntry removeFirst() {
        TailEntry first = ring[head];
        ring[head] = null;
        head = head + 1 & ring.length - 1;
        size--;
        if (size == 0) {
            ring = null;
        }
        return first;
    }

    /** The first entry that ends at or after an offset; {@link #size()} when there is none. */
    int indexOf(long offset) {
        int low = 0;
        int high = size - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            if (get(middle).lastOffset() < offset) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }
}
