package io.millrace.server.http.body;

import java.util.concurrent.atomic.AtomicLong;

/** How many bytes of bodies this node holds while they are received, all connections together. Thread-safe. */
public final class BodyBudget {

    private final long maxBytes;
    private final AtomicLong held = new AtomicLong();

    public BodyBudget(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** Takes room; false, and nothing is taken, when there is not enough. */
    boolean tryTake(int bytes) {
        if (held.addAndGet(bytes) <= maxBytes) {
            return true;
        }
        held.addAndGet(-bytes);
        return false;
    }

    void giveBack(int bytes) {
        held.addAndGet(-bytes);
    }

    /** Bytes held now. */
    public long heldBytes() {
        return held.get();
    }
}
