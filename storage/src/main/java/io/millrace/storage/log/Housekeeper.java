package io.millrace.storage.log;

import io.millrace.storage.thread.Worker;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/**
 * The thread for what hurries nobody: checkpoints, snapshots, removing files. One thing at a time. A checkpoint is made at
 * intervals, and earlier when much was written, so that a start after a crash has a bounded amount to look through.
 */
final class Housekeeper implements Executor, AutoCloseable {

    /** Bytes after which a checkpoint is made without waiting for its time: a second of checking, or less. */
    private static final long CHECKPOINT_BYTES = 256L << 20;

    private final Worker thread;
    private final AtomicLong bytesSinceCheckpoint = new AtomicLong();
    private final AtomicBoolean checkpointAsked = new AtomicBoolean();
    private volatile BooleanSupplier checkpointer = () -> false;

    Housekeeper(Worker thread) {
        this.thread = thread;
    }

    /** Counts what was written; shard threads. */
    void written(long bytes) {
        if (bytesSinceCheckpoint.addAndGet(bytes) >= CHECKPOINT_BYTES) {
            bytesSinceCheckpoint.set(0);
            askForCheckpoint();
        }
    }

    /** Has a checkpoint made soon; several calls before it begins are one. Never blocks. */
    void askForCheckpoint() {
        if (checkpointAsked.compareAndSet(false, true)) {
            execute(() -> {
                checkpointAsked.set(false);
                checkpointer.getAsBoolean();
            });
        }
    }

    /** Makes a checkpoint on the calling thread; returns whether it is on the disk. */
    boolean checkpointNow() {
        return checkpointer.getAsBoolean();
    }

    /** Runs the checkpointer again and again, with that much time in between. */
    void start(BooleanSupplier checkpointer, long intervalMs) {
        this.checkpointer = checkpointer;
        if (intervalMs > 0) {
            thread.every(intervalMs, checkpointer::getAsBoolean);
        }
    }

    /** Runs the checkpointer now; completes when it has run, or when there is no time for it any more. */
    CompletableFuture<Void> checkpoint() {
        CompletableFuture<Void> done = new CompletableFuture<>();
        try {
            thread.execute(() -> {
                checkpointer.getAsBoolean();
                done.complete(null);
            });
        } catch (RejectedExecutionException e) {
            done.complete(null);
        }
        return done;
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
        thread.close();
    }
}
