package io.millrace.cluster.partition;

import io.millrace.cluster.CallerContext;
import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.concurrent.Callable;
import java.util.concurrent.RejectedExecutionException;

/** Reads that may touch a disk, on threads for that; event loops never wait for one. */
final class LogReaders {

    /** Reads that may wait for a thread; each is a request of its own connection, so this is a bound on slow disks only. */
    static final int QUEUE_MAX = 10_000;

    private final RequestThreads threads;

    LogReaders(RequestThreads threads) {
        this.threads = threads;
    }

    /** Runs a read on a reader thread; answers on the caller's context, with errors translated. */
    <T> Future<T> submit(Callable<T> read) {
        Promise<T> promise = CallerContext.promise();
        try {
            threads.read(() -> complete(promise, read));
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
}
