package io.millrace.cluster.quorum;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.raft.ExpirationService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one timer thread of a quorum. What it runs must be quick. */
final class QuorumTimer implements ExpirationService, AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(QuorumTimer.class);

    private final ScheduledThreadPoolExecutor timer;

    QuorumTimer() {
        timer = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "millrace-quorum-timer");
            thread.setDaemon(true);
            return thread;
        });
        // Appends wait with a limit of weeks: without this, each one would stay here for as long.
        timer.setRemoveOnCancelPolicy(true);
    }

    @Override
    public <T> CompletableFuture<T> failAfter(long timeoutMs) {
        CompletableFuture<T> future = new CompletableFuture<>();
        Future<?> expiry = schedule(
                () -> future.completeExceptionally(new TimeoutException("not done within " + timeoutMs + " ms")),
                timeoutMs);
        if (expiry != null) {
            future.whenComplete((value, failure) -> expiry.cancel(false));
        }
        return future;
    }

    /** Runs a task later; never, when the timer was closed. */
    void after(long delayMs, Runnable task) {
        schedule(task, delayMs);
    }

    void every(long intervalMs, Runnable task) {
        timer.scheduleWithFixedDelay(
                () -> {
                    try {
                        task.run();
                    } catch (RuntimeException e) {
                        log.warn("A periodic task of the quorum failed; it is tried again", e);
                    }
                },
                intervalMs,
                intervalMs,
                TimeUnit.MILLISECONDS);
    }

    private Future<?> schedule(Runnable task, long delayMs) {
        try {
            return timer.schedule(task, delayMs, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            return null;
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
