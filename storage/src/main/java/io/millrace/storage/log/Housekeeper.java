package io.millrace.storage.log;

import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/** The thread for what hurries nobody: checkpoints, snapshots, removing files. One thing at a time. */
final class Housekeeper implements Executor, AutoCloseable {

    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(daemon("millrace-housekeeper"));

    /** Runs the checkpointer again and again, with that much time in between. */
    void start(Runnable checkpointer, long intervalMs) {
        if (intervalMs > 0) {
            thread.scheduleWithFixedDelay(checkpointer, intervalMs, intervalMs, TimeUnit.MILLISECONDS);
        }
    }

    @Override
    public void execute(Runnable work) {
        try {
            thread.execute(work);
        } catch (RejectedExecutionException e) {
            // Stopping: everything done here is done again, or made superfluous, by the next start.
        }
    }

    /** Does what is queued, without further checkpoints. */
    @Override
    public void close() {
        thread.shutdown();
        await(thread);
    }

    static void await(ExecutorService executor) {
        boolean interrupted = false;
        while (!executor.isTerminated()) {
            try {
                executor.awaitTermination(1, TimeUnit.MINUTES);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    static ThreadFactory daemon(String name) {
        return work -> {
            Thread thread = new Thread(work, name);
            thread.setDaemon(true);
            return thread;
        };
    }
}
