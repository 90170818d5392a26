package io.millrace.storage.log;

import io.millrace.storage.LogException;
import io.millrace.storage.TopicPartition;
import io.millrace.storage.directory.DirectoryHealth;
import io.millrace.storage.file.DiskFailure;
import io.millrace.storage.thread.StorageThreads;
import io.millrace.storage.thread.Worker;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;

/**
 * The threads that create and delete logs: several, since each mostly waits for fsyncs, which the file system can share. What is
 * done to one name is done by one thread, in the order of the calls.
 */
final class ManagerThreads implements AutoCloseable {

    private static final int THREADS = 8;

    private final DirectoryHealth health;
    private final List<Worker> workers = new ArrayList<>();

    ManagerThreads(DirectoryHealth health, StorageThreads threads) {
        this.health = health;
        for (int i = 0; i < THREADS; i++) {
            workers.add(threads.worker("millrace-log-manager-" + i));
        }
    }

    /** An {@link IOException} takes the directory offline, unless the disk is only full. Never blocks. */
    <T> CompletionStage<T> run(TopicPartition partition, Callable<T> action) {
        CompletableFuture<T> result = new CompletableFuture<>();
        int thread = Math.floorMod(partition.topic().hashCode() * 31 + partition.partition(), THREADS);
        try {
            workers.get(thread).execute(() -> complete(result, action));
        } catch (RejectedExecutionException e) {
            result.completeExceptionally(new LogException.Closed("the logs are closed: the node is stopping"));
        }
        return result;
    }

    private <T> void complete(CompletableFuture<T> result, Callable<T> action) {
        try {
            result.complete(action.call());
        } catch (IOException e) {
            result.completeExceptionally(
                    DiskFailure.isDiskFull(e)
                            ? new LogException.DiskFull("the disk is full: " + e.getMessage(), e)
                            : health.fail("a change of the data directory failed", e));
        } catch (Exception e) {
            result.completeExceptionally(e);
        }
    }

    /** Does what is queued; nothing is taken from now on. Blocks. */
    @Override
    public void close() {
        workers.forEach(Worker::close);
    }
}
