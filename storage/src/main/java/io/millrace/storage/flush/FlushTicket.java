package io.millrace.storage.flush;

import java.util.concurrent.atomic.AtomicReference;

/**
 * What the committer knows of one log.
 *
 * <pre>
 *   CLEAN --written--> QUEUED --flusher takes it--> RUNNING --done--> CLEAN
 *                        ^                            | written
 *                        +-----done------ RUNNING_DIRTY
 * </pre>
 */
public final class FlushTicket {

    private enum State {
        CLEAN,
        QUEUED,
        RUNNING,
        RUNNING_DIRTY
    }

    private final AtomicReference<State> state = new AtomicReference<>(State.CLEAN);

    /** Notes that something was written. Returns whether the log has to be put in the queue. */
    boolean written() {
        while (true) {
            State now = state.get();
            switch (now) {
                case CLEAN -> {
                    if (state.compareAndSet(now, State.QUEUED)) {
                        return true;
                    }
                }
                case RUNNING -> {
                    if (state.compareAndSet(now, State.RUNNING_DIRTY)) {
                        return false;
                    }
                }
                case QUEUED, RUNNING_DIRTY -> {
                    return false;
                }
            }
        }
    }

    /** A flusher takes the log out of the queue. */
    void begin() {
        state.set(State.RUNNING);
    }

    /** The flush is over. Returns whether something was written beside it, so that the log has to be put in the queue again. */
    boolean end() {
        if (state.compareAndSet(State.RUNNING, State.CLEAN)) {
            return false;
        }
        state.set(State.QUEUED);
        return true;
    }
}
