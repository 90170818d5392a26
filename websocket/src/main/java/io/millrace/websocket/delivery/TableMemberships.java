package io.millrace.websocket.delivery;

import io.millrace.websocket.table.Departures;
import io.millrace.websocket.table.TableIndex;
import io.millrace.websocket.table.TableMembership;

/** What one stream knows of the snapshot that its followers were sent last. Thread-safe. */
final class TableMemberships {

    private TableMembership newest;
    private Departures.Trust trust = new Departures.Trust(0, 0);
    private boolean closed;

    /** What is known of a snapshot. */
    synchronized TableMembership of(TableIndex index) {
        if (newest != null && newest.index() == index) {
            return newest;
        }
        TableMembership membership = new TableMembership(index);
        if (!closed) {
            if (newest != null) {
                newest.index().release();
            }
            index.retain();
            newest = membership;
        }
        return membership;
    }

    /** What is known at the end of a snapshot, or null. */
    synchronized TableMembership at(long position) {
        return newest != null && newest.index().end() == position ? newest : null;
    }

    /** A follower joined that has read the log up to a position, which ended there then. */
    synchronized void joined(long position, long logEndOffset) {
        trust = new Departures.Trust(position, logEndOffset);
    }

    /** Who joined last. */
    synchronized Departures.Trust trust() {
        return trust;
    }

    synchronized void close() {
        closed = true;
        if (newest != null) {
            newest.index().release();
            newest = null;
        }
    }
}
