package io.millrace.storage.thread;

/** The thread of {@link Turns}: sleeps when there is nothing to do. */
public interface TurnThread extends AutoCloseable {

    /** After something was queued: has a turn taken soon. Costs next to nothing while the thread is not asleep. */
    void wakeIfIdle();

    /** Ends a {@link #linger}. */
    void wake();

    /**
     * In a turn: waits for {@link #wake}, at most that long, or shorter.
     *
     * @return false when there is no use in waiting here: nothing can be queued meanwhile
     */
    boolean linger(long nanos);

    /** Takes turns until nothing is left, then ends. Blocks until it has. */
    @Override
    void close();
}
