package io.millrace.websocket.table;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The offset of the newest record of each key of one partition, as of one end offset. 24 bytes a key, and as much again for room to
 * look.
 *
 * <p>Written by one thread at a time, from the first record to the last; then read on any thread. Its keys count among those of the
 * node until the last holder has released it.
 */
public final class TableIndex {

    private final long end;
    private final AtomicLong nodeKeys;
    private final KeyTable newest;
    private final KeyHasher hasher = new KeyHasher();
    private volatile long settled = Long.MAX_VALUE;
    private final AtomicInteger holders = new AtomicInteger(1);

    /**
     * An index of nothing, with one holder.
     *
     * @param end the offset behind the last record that it will know
     * @param nodeKeys counts the keys of all indexes
     */
    public TableIndex(long end, AtomicLong nodeKeys) {
        this(end, nodeKeys, new KeyTable());
    }

    private TableIndex(long end, AtomicLong nodeKeys, KeyTable newest) {
        this.end = end;
        this.nodeKeys = nodeKeys;
        this.newest = newest;
    }

    /** An index that knows what this one does and ends later; with one holder. The records from the end of this one on have to be put. */
    public TableIndex copy(long newEnd) {
        nodeKeys.addAndGet(newest.size());
        return new TableIndex(newEnd, nodeKeys, newest.copy());
    }

    /** The offset behind the last record that it knows. */
    public long end() {
        return end;
    }

    /** Notes the next record. */
    public void put(byte[] key, long offset) {
        int before = newest.size();
        newest.put(hasher.of(key), offset);
        nodeKeys.addAndGet(newest.size() - before);
    }

    /**
     * Says where the log ended when the index was complete. Of what it does not know there was nothing, unless compaction took it while
     * the log was read; then there is a newer record of the same key below this offset.
     */
    public TableIndex settle(long logEndOffset) {
        settled = logEndOffset;
        return this;
    }

    long settled() {
        return settled;
    }

    /** Number of keys. */
    public int size() {
        return newest.size();
    }

    /** Whether a record is the newest of its key. */
    public boolean isNewest(KeyHasher key, long offset) {
        return newest.get(key) == offset;
    }

    /** A number of a key that is there which no other key has, below 2^31. */
    int place(KeyHasher key) {
        return newest.slot(key);
    }

    boolean knows(KeyHasher key) {
        return newest.get(key) != KeyTable.NONE;
    }

    public TableIndex retain() {
        holders.incrementAndGet();
        return this;
    }

    public void release() {
        if (holders.decrementAndGet() == 0) {
            nodeKeys.addAndGet(-newest.size());
        }
    }
}
