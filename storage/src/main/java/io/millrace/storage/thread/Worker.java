package io.millrace.storage.thread;

import java.util.concurrent.Executor;

/** A thread that runs what it is given, one thing at a time, in order. Refuses everything once it is closed. */
public interface Worker extends Executor, AutoCloseable {

    /** Runs a task again and again, with that much time in between; it must not throw. */
    void every(long intervalMs, Runnable task);

    /** Runs what is queued, nothing that was to come later, then ends. Blocks until it has. */
    @Override
    void close();
}
