package io.millrace.storage.thread;

/** Work that comes in a queue of its own. */
public interface Turns {

    /** Does a part of what is queued; false when there was nothing. Only on its {@link TurnThread}. */
    boolean turn();

    /** Whether nothing is queued. Any thread. */
    boolean isIdle();
}
