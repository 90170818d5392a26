package io.millrace.websocket.table;

/**
 * Notices when the newest record of a key stops passing the filter. Of a key of which nothing is known it says that it leaves: telling it to
 * a client that never had it does no harm, not telling it would. Bounded: when it knows of too many keys, it forgets them. One caller at a
 * time.
 *
 * <p>What it knows is what the log held when it looked. A follower that read the log later may have found less: compaction takes a
 * record once there is a newer one of its key. So what was known before a follower joined counts for a record only if that was not there
 * yet when the follower read ({@link Trust}).
 */
public final class Departures {

    /** Keys that were looked at since {@link #startAt}. */
    static final int KEYS_MAX = 200_000;

    private static final int OUT = 1;

    /**
     * Who reads along.
     *
     * @param since where the newest follower began
     * @param logEndOffset where the log ended then
     */
    public record Trust(long since, long logEndOffset) {}

    private final KeyHasher hasher = new KeyHasher();

    /** The offset of the last record of a key, twice, and one more when it did not pass. */
    private KeyTable seen = new KeyTable();

    private TableMembership before;
    private Trust trust = new Trust(0, 0);
    private long position = -1;

    /** Whether what is known is about this position. */
    public boolean isAt(long aPosition) {
        return position == aPosition;
    }

    /**
     * Forgets everything, and goes on elsewhere.
     *
     * @param membership what is known there; may be null
     */
    public void startAt(long newPosition, TableMembership membership) {
        position = newPosition;
        before = membership;
        seen = new KeyTable();
    }

    /** Somebody joined. */
    public void trust(Trust newest) {
        trust = newest;
    }

    /** Everything below a position was looked at. */
    public void reached(long newPosition) {
        position = newPosition;
    }

    /**
     * Looks at the next record.
     *
     * @param passes whether it passes the filter
     * @return whether its key leaves with it
     */
    public boolean leavesWith(byte[] key, long offset, boolean passes) {
        hasher.of(key);
        boolean wasOut = isOut(offset);
        if (seen.size() >= KEYS_MAX && seen.get(hasher) == KeyTable.NONE) {
            seen = new KeyTable();
            before = null;
        }
        seen.put(hasher, offset << 1 | (passes ? 0 : OUT));
        return !passes && !wasOut;
    }

    private boolean isOut(long offset) {
        boolean wasThere = offset < trust.logEndOffset();
        long known = seen.get(hasher);
        if (known != KeyTable.NONE) {
            return (known & OUT) != 0 && (!wasThere || known >> 1 >= trust.since());
        }
        return before != null && !wasThere && offset >= before.index().settled() && before.isOut(hasher);
    }
}
