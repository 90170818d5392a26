package io.millrace.storage.log;

import io.millrace.storage.LogException;
import io.millrace.storage.file.DiskFailure;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;

/** Something other than an append that changes a log: runs on the shard thread, in the order of the calls. */
final class ControlTask<T> extends CompletableFuture<T> implements LogShard.Task {

    /** What is done; an {@link IOException} takes the directory offline, unless the disk is only full. */
    @FunctionalInterface
    interface Action<T> {
        T run() throws IOException;
    }

    private final SegmentedLog log;
    private final Action<T> action;

    ControlTask(SegmentedLog log, Action<T> action) {
        this.log = log;
        this.action = action;
    }

    @Override
    public SegmentedLog log() {
        return log;
    }

    @Override
    public void fail(Throwable bug) {
        completeExceptionally(bug);
    }

    @Override
    public int queuedBytes() {
        return 0;
    }

    void run() {
        try {
            complete(action.run());
        } catch (IOException e) {
            if (DiskFailure.isDiskFull(e)) {
                completeExceptionally(new LogException.DiskFull("the disk is full: " + e.getMessage(), e));
                return;
            }
            completeExceptionally(log.services().health().fail("a change of the log " + log + " failed", e));
        } catch (RuntimeException e) {
            completeExceptionally(e);
        }
    }
}
