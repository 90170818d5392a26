package io.millrace.server.http;

import java.util.Objects;

/**
 * Whether this node wants work: what {@code /readyz} says. Whoever comes nevertheless is served as long as the port is open: what is led
 * elsewhere is handed on. Thread-safe.
 */
public final class Readiness {

    /** The life of a node, in this order. */
    public enum Phase {
        STARTING,
        READY,
        DRAINING
    }

    private volatile Phase phase = Phase.STARTING;

    public Phase phase() {
        return phase;
    }

    public boolean isReady() {
        return phase == Phase.READY;
    }

    /** Moves on; a node that drains never becomes ready again. */
    public synchronized void become(Phase next) {
        Objects.requireNonNull(next, "next");
        if (next.ordinal() < phase.ordinal()) {
            throw new IllegalStateException("cannot go from " + phase + " back to " + next);
        }
        phase = next;
    }
}
