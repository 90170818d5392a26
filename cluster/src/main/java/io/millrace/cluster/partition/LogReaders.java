package io.millrace.cluster.partition;

import io.millrace.cluster.CallerContext;
import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The threads for reads that may touch a disk, {@code millrace-reader-N}; event loops never wait for one. */
final class LogReaders {

    /** Reads that may wait for a thread; each is a request of its own connection, so this is a bound on slow disks only. */
    private static final int QUEUE_MAX = 10_000;

    private static final int IDLE_SECONDS = 30;

    private final ThreadPoolExecutor threads;

    LogReaders(int count) {
        AtomicInteger number = new AtomicInteger();
        threads = new ThreadPoolExecutor(
                count,
                count,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(QUEUE_MAX),
                task -> new Thread(task, "millrace-reader-" + number.incrementAndGet()));
        threads.allowCoreThreadTimeOut(true);
    }

    /** Runs a read on a reader thread; answers on the caller's context, with errors translated. */
    <T> Future<T> submit(Callable<T> read) {
        Promise<T> promise = CallerContext.promise();
        try {
            threads.execute(() -> complete(promise, read));
        } catch (RejectedExecutionException e) {
            promise.fail(new MillraceException(
                    ErrorCode.KAFKA_STORAGE_ERROR,
                    "The disk is behind with " + QUEUE_MAX + " reads, or the node is stopping: try again"));
        }
        return promise.future();
    }

    /** Runs a read on this thread. */
    static <T> Future<T> now(Callable<T> read) {
        Promise<T> promise = CallerContext.promise();
        complete(promise, read);
        return promise.future();
    }

    private static <T> void complete(Promise<T> promise, Callable<T> read) {
        T result;
        try {
            result = read.call();
        } catch (Exception e) {
            promise.fail(LogErrors.translate(e));
            return;
        }
        promise.complete(result);
    }

    void close() {
        threads.shutdownNow();
    }
}
