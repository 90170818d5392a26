package io.millrace.storage.compaction;

import java.nio.ByteBuffer;
import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * The newest offset of each key, in bounded memory: open addressing with linear probing over 128 bits of the key's SHA-256. Two
 * keys with the same 128 bits would be taken for one; nobody can make such a pair.
 *
 * <p>Not thread-safe.
 */
public final class OffsetMap {

    /** Memory of one place: a hash and an offset. */
    public static final int SLOT_BYTES = 24;

    /** Share of the places that may be taken; beyond it looking becomes slow. */
    private static final double LOAD_MAX = 0.75;

    private static final int SLOTS_MIN = 16;
    private static final long FREE = -1;

    private final long[] high;
    private final long[] low;
    private final long[] offsets;
    private final int keysMax;
    private final MessageDigest digest = sha256();
    private final byte[] hash = new byte[32];
    private final ByteBuffer hashView = ByteBuffer.wrap(hash);
    private int keys;

    private OffsetMap(int slots) {
        high = new long[slots];
        low = new long[slots];
        offsets = new long[slots];
        keysMax = (int) (slots * LOAD_MAX);
        Arrays.fill(offsets, FREE);
    }

    /** A map for a number of keys, or for as many as fit into the memory. */
    public static OffsetMap forKeys(long keys, int bytesMax) {
        long wanted = (long) Math.ceil(keys / LOAD_MAX) + 1;
        return new OffsetMap((int) Math.max(SLOTS_MIN, Math.min(wanted, bytesMax / SLOT_BYTES)));
    }

    /**
     * Notes that a key has a record at an offset. Offsets go up.
     *
     * @return false when the map is full and does not know the key: nothing was noted
     */
    public boolean put(ByteBuffer key, long offset) {
        int slot = find(key);
        if (offsets[slot] == FREE) {
            if (keys == keysMax) {
                return false;
            }
            keys++;
            high[slot] = hashHigh();
            low[slot] = hashLow();
        }
        offsets[slot] = offset;
        return true;
    }

    /** The newest offset of a key, or -1. */
    public long get(ByteBuffer key) {
        return offsets[find(key)];
    }

    public int size() {
        return keys;
    }

    /** Where the key is, or the free place where it would go. Leaves its hash in {@link #hash}. */
    private int find(ByteBuffer key) {
        digest.update(key.duplicate());
        try {
            digest.digest(hash, 0, hash.length);
        } catch (DigestException e) {
            throw new IllegalStateException(e);
        }
        long h = hashHigh();
        long l = hashLow();
        int slot = (int) Long.remainderUnsigned(h, offsets.length);
        while (offsets[slot] != FREE && (high[slot] != h || low[slot] != l)) {
            slot = slot + 1 == offsets.length ? 0 : slot + 1;
        }
        return slot;
    }

    private long hashHigh() {
        return hashView.getLong(0);
    }

    private long hashLow() {
        return hashView.getLong(8);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }
}
