package io.millrace.storage.thread;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;

/**
 * Makes the threads of the storage. A simulator makes others, which do their work when it says so.
 *
 * <p>Thread-safe.
 */
public interface StorageThreads {

    /** Daemon threads of this process. */
    static StorageThreads own() {
        return OwnThreads.INSTANCE;
    }

    /** Starts a thread for tasks of all kinds. */
    Worker worker(String name);

    /** Starts a thread that takes turns for as long as there is something to do. */
    TurnThread turns(String name, Turns turns);

    /** Runs all, if possible beside each other, and returns when they have ended, well or not. Blocks. */
    <T> List<Future<T>> runAll(String name, List<Callable<T>> tasks) throws InterruptedException;

    /**
     * The result of something that another of these threads does. Blocks.
     *
     * @throws java.util.concurrent.CompletionException when it failed
     */
    <T> T await(CompletionStage<T> result);
}
