package io.millrace.cluster.share;

/** Something that runs later, on a thread that must not block. */
@FunctionalInterface
interface DelayedTasks {

    /** Runs a task once, after so many milliseconds, at least 1. */
    void runAfter(long delayMs, Runnable task);
}
