package io.millrace.websocket.session;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Room for what clients have begun to send and not finished, of all connections together: each may keep a message waiting that is as long as
 * messages may be, and there are many of them. Thread-safe.
 */
public final class InboundBudget {

    private final long bytesMax;
    private final AtomicLong taken = new AtomicLong();

    /** Room for so many bytes. */
    public InboundBudget(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    /** Takes room for so many bytes more; false, with none taken, when there is not so much. */
    boolean take(long bytes) {
        if (taken.addAndGet(bytes) <= bytesMax) {
            return true;
        }
        taken.addAndGet(-bytes);
        return false;
    }

    void giveBack(long bytes) {
        taken.addAndGet(-bytes);
    }

    /** Bytes that are waiting for the rest of their message. */
    public long takenBytes() {
        return taken.get();
    }
}
