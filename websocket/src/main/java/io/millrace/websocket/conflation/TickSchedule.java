package io.millrace.websocket.conflation;

/**
 * When to send: at most once in each interval. Intervals begin at multiples of their length, the same ones for everybody, so that
 * streams that are conflated alike are written to a socket together. What comes after a quiet interval goes at once.
 */
public final class TickSchedule {

    private final long intervalMs;
    private long usedInterval = Long.MIN_VALUE;

    public TickSchedule(long intervalMs) {
        this.intervalMs = intervalMs;
    }

    /** How long to wait; 0 when something may be sent now. */
    public long dueInMs(long nowMs) {
        long interval = Math.floorDiv(nowMs, intervalMs);
        return interval > usedInterval ? 0 : (usedInterval + 1) * intervalMs - nowMs;
    }

    /** Something was sent. */
    public void sent(long nowMs) {
        usedInterval = Math.floorDiv(nowMs, intervalMs);
    }
}
