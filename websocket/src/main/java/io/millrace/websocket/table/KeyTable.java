package io.millrace.websocket.table;

import java.util.Arrays;

/**
 * A number for each key, found by 128 bits of the key's hash: open addressing with linear probing, in arrays that grow. Not
 * thread-safe while it is written to.
 */
final class KeyTable {

    /** What {@link #get} says of a key that is not there; numbers are never below 0. */
    static final long NONE = -1;

    private static final int SLOTS_MIN = 64;
    private static final double LOAD_MAX = 0.7;

    private long[] high = new long[SLOTS_MIN];
    private long[] low = new long[SLOTS_MIN];
    private long[] numbers = filled(SLOTS_MIN);
    private int size;

    /** A table of the same keys and numbers. */
    KeyTable copy() {
        KeyTable copy = new KeyTable();
        copy.high = high.clone();
        copy.low = low.clone();
        copy.numbers = numbers.clone();
        copy.size = size;
        return copy;
    }

    /** The number of the key that the hasher was given last, or {@link #NONE}. */
    long get(KeyHasher key) {
        return numbers[slot(key.high(), key.low())];
    }

    /** Sets the number of the key that the hasher was given last. */
    void put(KeyHasher key, long number) {
        int slot = slot(key.high(), key.low());
        if (numbers[slot] == NONE) {
            if (size >= numbers.length * LOAD_MAX) {
                grow();
                slot = slot(key.high(), key.low());
            }
            size++;
            high[slot] = key.high();
            low[slot] = key.low();
        }
        numbers[slot] = number;
    }

    /** Number of keys. */
    int size() {
        return size;
    }

    /** Where a key is that is there; stays the same as long as nothing is added. */
    int slot(KeyHasher key) {
        return slot(key.high(), key.low());
    }

    private int slot(long h, long l) {
        int mask = numbers.length - 1;
        int slot = (int) h & mask;
        while (numbers[slot] != NONE && (high[slot] != h || low[slot] != l)) {
            slot = slot + 1 & mask;
        }
        return slot;
    }

    private void grow() {
        long[] oldHigh = high;
        long[] oldLow = low;
        long[] oldNumbers = numbers;
        int slots = oldNumbers.length * 2;
        high = new long[slots];
        low = new long[slots];
        numbers = filled(slots);
        for (int i = 0; i < oldNumbers.length; i++) {
            if (oldNumbers[i] != NONE) {
                int slot = slot(oldHigh[i], oldLow[i]);
                high[slot] = oldHigh[i];
                low[slot] = oldLow[i];
                numbers[slot] = oldNumbers[i];
            }
        }
    }

    private static long[] filled(int slots) {
        long[] numbers = new long[slots];
        Arrays.fill(numbers, NONE);
        return numbers;
    }
}
