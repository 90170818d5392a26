package io.millrace.websocket.table;

import java.util.BitSet;

/**
 * The keys of a {@link TableIndex} whose newest record does not pass the filter of a stream: whoever was sent that snapshot has nothing
 * of them. Thread-safe.
 */
public final class TableMembership {

    private final TableIndex index;
    private final BitSet out = new BitSet();

    public TableMembership(TableIndex index) {
        this.index = index;
    }

    public TableIndex index() {
        return index;
    }

    /** The newest record of a key does not pass. */
    public synchronized void keepOut(KeyHasher key) {
        out.set(index.place(key));
    }

    /** Whether a key is known to be out; false also when its newest record was not looked at. */
    synchronized boolean isOut(KeyHasher key) {
        return !index.knows(key) || out.get(index.place(key));
    }
}
