package io.millrace.cluster.idempotence;

/**
 * Keys and where their records are, in one array: some 60 bytes for each, where a map of objects would take twice that. Only ever grows,
 * and is thrown away whole. Not thread-safe.
 */
final class KeyTable {

    private static final int FIRST_SLOTS = 64;

    private static final int HIGH = 0;
    private static final int LOW = 1;
    private static final int BODY = 2;
    private static final int OFFSET = 3;

    /** Plus one, so that zero is an empty slot. */
    private static final int TIME = 4;

    private static final int LONGS = 5;

    private long[] slots = new long[FIRST_SLOTS * LONGS];
    private int size;

    int size() {
        return size;
    }

    /** What is known of a key, or null. */
    KeyMemory.Known find(KeyId key) {
        int at = slotOf(key);
        return slots[at + TIME] == 0
                ? null
                : new KeyMemory.Known(slots[at + BODY], slots[at + OFFSET], slots[at + TIME] - 1);
    }

    /** Puts a key in, or something newer in its place. */
    void put(KeyId key, KeyMemory.Known known) {
        int at = slotOf(key);
        if (slots[at + TIME] == 0) {
            size++;
        }
        slots[at + HIGH] = key.high();
        slots[at + LOW] = key.low();
        slots[at + BODY] = known.bodyHash();
        slots[at + OFFSET] = known.offset();
        slots[at + TIME] = known.timeMs() + 1;
        if (size * 4 > slotCount() * 3) {
            grow();
        }
    }

    /** Where the key is, or would be. There is always an empty slot. */
    private int slotOf(KeyId key) {
        int mask = slotCount() - 1;
        // The key is the beginning of a SHA-256: any of its bits are as good as a hash.
        int slot = (int) key.low() & mask;
        while (true) {
            int at = slot * LONGS;
            if (slots[at + TIME] == 0 || slots[at + HIGH] == key.high() && slots[at + LOW] == key.low()) {
                return at;
            }
            slot = (slot + 1) & mask;
        }
    }

    private int slotCount() {
        return slots.length / LONGS;
    }

    private void grow() {
        long[] before = slots;
        slots = new long[2 * before.length];
        for (int at = 0; at < before.length; at += LONGS) {
            if (before[at + TIME] != 0) {
                int to = slotOf(new KeyId(before[at + HIGH], before[at + LOW]));
                System.arraycopy(before, at, slots, to, LONGS);
            }
        }
    }
}
