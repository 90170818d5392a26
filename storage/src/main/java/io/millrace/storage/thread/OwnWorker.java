package io.millrace.storage.thread;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** A {@link Worker} with a thread of its own. */
final class OwnWorker implements Worker {

    private final ScheduledExecutorService thread;

    OwnWorker(String name) {
        thread = Executors.newSingleThreadScheduledExecutor(OwnThreads.daemons(name));
    }

    @Override
    public void execute(Runnable task) {
        thread.execute(task);
    }

    @Override
    public void every(long intervalMs, Runnable task) {
        thread.scheduleWithFixedDelay(task, intervalMs, intervalMs, TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        // Not interrupted: that would close the files under everybody who reads them.
        thread.shutdown();
        boolean interrupted = false;
        while (!thread.isTerminated()) {
            try {
                thread.awaitTermination(1, TimeUnit.MINUTES);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
