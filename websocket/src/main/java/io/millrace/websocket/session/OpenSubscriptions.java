package io.millrace.websocket.session;

import java.util.Arrays;

/**
 * The subscriptions of one connection, in the order of their numbers. Each change makes a new array, so whoever goes through {@link #all}
 * may end some of them meanwhile. Belongs to the event loop of the connection.
 */
final class OpenSubscriptions {

    private static final StreamSubscription[] NONE = {};

    private StreamSubscription[] all = NONE;

    /** As they are now; not to be changed. */
    StreamSubscription[] all() {
        return all;
    }

    int size() {
        return all.length;
    }

    /** The subscription of a number, or null. */
    StreamSubscription get(int sid) {
        for (StreamSubscription each : all) {
            if (each.sid() == sid) {
                return each;
            }
        }
        return null;
    }

    /** Adds one with a number that no other has. */
    void add(StreamSubscription added) {
        int at = 0;
        while (at < all.length && all[at].sid() < added.sid()) {
            at++;
        }
        StreamSubscription[] more = Arrays.copyOf(all, all.length + 1);
        System.arraycopy(all, at, more, at + 1, all.length - at);
        more[at] = added;
        all = more;
    }

    /** Removes one; false when it is not there (any more). */
    boolean remove(StreamSubscription removed) {
        int at = Arrays.asList(all).indexOf(removed);
        if (at < 0) {
            return false;
        }
        StreamSubscription[] fewer = all.length == 1 ? NONE : Arrays.copyOf(all, all.length - 1);
        System.arraycopy(all, at + 1, fewer, at, all.length - at - 1);
        all = fewer;
        return true;
    }

    void clear() {
        all = NONE;
    }
}
