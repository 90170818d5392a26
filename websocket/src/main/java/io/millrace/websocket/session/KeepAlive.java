package io.millrace.websocket.session;

import java.util.concurrent.TimeUnit;

/**
 * Tells whether a client is still there (gateway protocol §6.6 and §11). It has no timer of its own: its event loop ticks all of
 * them together, so the times it keeps are precise to one tick.
 */
final class KeepAlive {

    /** What a tick found. */
    enum Finding {
        FINE,
        /** Nothing was sent for the idle interval: send a sign of life. */
        IDLE,
        /** The sign of life was not answered. */
        SILENT,
        /** The buffer is full and the client reads nothing. */
        STALLED
    }

    private final long idleNanos;
    private final long answerNanos;
    private final long stalledNanos;
    private final boolean answered;

    private long lastSent;
    private boolean sent;
    private long askedAt;
    private boolean asked;
    private long lastProgress;
    private long progressAt;

    KeepAlive(long idleMs, long answerMs, long stalledMs, boolean answered, long nowNanos) {
        this.idleNanos = TimeUnit.MILLISECONDS.toNanos(idleMs);
        this.answerNanos = TimeUnit.MILLISECONDS.toNanos(answerMs);
        this.stalledNanos = TimeUnit.MILLISECONDS.toNanos(stalledMs);
        this.answered = answered;
        this.lastSent = nowNanos;
        this.progressAt = nowNanos;
    }

    /** Records were sent: the stream is not idle. */
    void sent() {
        sent = true;
    }

    /** The client sent something. */
    void heard() {
        asked = false;
    }

    /**
     * Looks at the connection.
     *
     * @param writable whether there is room in its buffer
     * @param progress {@link Outlet#progress}
     */
    Finding tick(long nowNanos, boolean writable, long progress) {
        if (sent) {
            sent = false;
            lastSent = nowNanos;
        }
        if (writable || progress != lastProgress) {
            lastProgress = progress;
            progressAt = nowNanos;
        } else if (nowNanos - progressAt >= stalledNanos) {
            return Finding.STALLED;
        }
        if (asked && nowNanos - askedAt >= answerNanos) {
            return Finding.SILENT;
        }
        if (writable && nowNanos - lastSent >= idleNanos) {
            lastSent = nowNanos;
            if (answered && !asked) {
                asked = true;
                askedAt = nowNanos;
            }
            return Finding.IDLE;
        }
        return Finding.FINE;
    }
}
