package io.millrace.cluster.partition;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.error.OutcomeUnknownException;
import io.millrace.storage.AppendResult;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * The appends of one partition that are written and wait to be acknowledged.
 *
 * <p>Added to by the log's shard thread, released by whoever moves the offset they wait for, expired by a timer: guarded by its own
 * lock, which is never held while a promise is completed.
 */
final class DelayedProduce {

    private record Waiting(AppendResult result, long deadlineMs, Promise<AppendResult> promise) {}

    /** In append order, which is offset order but for duplicates: those wait a little longer than they would have to. */
    private final ArrayDeque<Waiting> queue = new ArrayDeque<>();

    private MillraceException closed;

    /** Makes an append wait until {@link #release} passes it. */
    void add(AppendResult result, long deadlineMs, Promise<AppendResult> promise) {
        synchronized (queue) {
            if (closed == null) {
                queue.add(new Waiting(result, deadlineMs, promise));
                return;
            }
        }
        promise.fail(closed);
    }

    /** Acknowledges what lies below an offset. */
    void release(long offset) {
        List<Waiting> released = null;
        synchronized (queue) {
            Waiting first;
            while ((first = queue.peek()) != null && first.result().lastOffset() < offset) {
                if (released == null) {
                    released = new ArrayList<>();
                }
                released.add(queue.poll());
            }
        }
        if (released != null) {
            for (Waiting waiting : released) {
                waiting.promise().complete(waiting.result());
            }
        }
    }

    /** Answers REQUEST_TIMED_OUT to those that waited too long. What they wrote may still become durable. */
    void expire(long nowMs) {
        List<Waiting> expired = new ArrayList<>();
        synchronized (queue) {
            for (Iterator<Waiting> each = queue.iterator(); each.hasNext(); ) {
                Waiting waiting = each.next();
                if (waiting.deadlineMs() <= nowMs) {
                    each.remove();
                    expired.add(waiting);
                }
            }
        }
        for (Waiting waiting : expired) {
            waiting.promise()
                    .fail(new MillraceException(
                            ErrorCode.REQUEST_TIMED_OUT,
                            "The records were written but not yet acknowledged by all replicas in time: they may or may"
                                    + " not stay"));
        }
    }

    /** Fails everyone who waits. */
    void failAll(MillraceException cause) {
        List<Waiting> failed;
        synchronized (queue) {
            failed = new ArrayList<>(queue);
            queue.clear();
        }
        failed.forEach(waiting -> waiting.promise().fail(cause));
    }

    /** Fails everyone who waits, and everyone who comes later: their records are written, and nobody here will learn more. */
    void close(MillraceException cause) {
        MillraceException unknown = new OutcomeUnknownException(cause);
        synchronized (queue) {
            closed = unknown;
        }
        failAll(unknown);
    }
}
