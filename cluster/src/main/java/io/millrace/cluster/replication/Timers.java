package io.millrace.cluster.replication;

/** Runs something later: an event loop's timers, or a simulator's. Thread-safe. */
@FunctionalInterface
public interface Timers {

    /** Runs a task once after at least {@code delayMs}, on any thread; it must not block. */
    void after(long delayMs, Runnable task);
}
