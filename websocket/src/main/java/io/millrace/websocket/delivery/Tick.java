package io.millrace.websocket.delivery;

/**
 * Records that were conflated together: what was kept of them is one or more frames. What their {@code merged} counts say holds
 * for whoever is sent all of these frames, so a follower that began with them goes on with them.
 *
 * @param start the position where it begins
 * @param end the position behind it
 * @param logBytes what had to be read for it
 */
record Tick(long start, long end, long logBytes) {

    boolean isSame(Tick other) {
        return other != null && start == other.start && end == other.end;
    }
}
