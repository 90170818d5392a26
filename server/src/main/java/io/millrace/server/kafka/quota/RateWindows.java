package io.millrace.server.kafka.quota;

import java.util.Arrays;

/**
 * How much was used in the last windows of time, the present one included. Not thread-safe.
 *
 * <p>A rate is taken over all windows that are kept, also while most of them are empty: a short burst after a silence is no excess.
 */
final class RateWindows {

    private final long windowMs;
    private final long[] used;
    private long window;

    /** @param num how many windows there are, the present one included */
    RateWindows(int num, long windowMs, long nowMs) {
        this.windowMs = windowMs;
        this.used = new long[num];
        this.window = nowMs / windowMs;
    }

    /** Notes use, and returns how long to wait until the rate is not above the limit any more, 0 when it is not. */
    long record(long amount, double perSecond, long nowMs) {
        advance(nowMs);
        used[slot(window)] += amount;
        long sum = 0;
        for (long each : used) {
            sum += each;
        }
        long elapsedMs = (used.length - 1) * windowMs + nowMs % windowMs;
        double excess = sum * 1000.0 / perSecond - elapsedMs;
        return excess <= 0 ? 0 : (long) Math.ceil(excess);
    }

    private void advance(long nowMs) {
        long now = nowMs / windowMs;
        if (now - window >= used.length) {
            Arrays.fill(used, 0);
            window = now;
        }
        while (window < now) {
            window++;
            used[slot(window)] = 0;
        }
    }

    private int slot(long each) {
        return (int) Math.floorMod(each, (long) used.length);
    }
}
