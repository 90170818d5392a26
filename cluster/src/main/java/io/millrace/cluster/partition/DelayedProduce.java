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

    /** How often the log was cut. */
    private volatile int cuts;

    boolean isEmpty() {
        synchronized (queue) {
            return queue.isEmpty();
        }
    }

    /** To be read before an append, and handed to {@link #add}: whether its offsets still mean what they did. */
    int cuts() {
        return cuts;
    }

    /** Makes an append wait until {@link #release} passes it. */
    void add(AppendResult result, long deadlineMs, int cutsBefore, Promise<AppendResult> promise) {
        MillraceException why;
        synchronized (queue) {
            if (closed == null && cuts == cutsBefore) {
                queue.add(new Waiting(result, deadlineMs, promise));
                return;
            }
            why = closed != null ? closed : cutAway();
        }
        promise.fail(why);
    }

    /**
     * Gone from here is not gone for good: a replica that has not cut its log yet still has the records, and may lead next. So whoever has
     * no sequence numbers must not take this for "not stored".
     */
    private static MillraceException cutAway() {
        return new OutcomeUnknownException(
                new MillraceException(
                        ErrorCode.NOT_LEADER_OR_FOLLOWER,
                        "Another node leads the partition now and does not have these records: they will most likely not stay"));
    }

    /** The log was cut: what lay at or above this end is gone, and was never acknowledged. */
    void cut(long end) {
        List<Waiting> gone = new ArrayList<>();
        synchronized (queue) {
            cuts++;
            for (Iterator<Waiting> each = queue.iterator(); each.hasNext(); ) {
                Waiting waiting = each.next();
                if (waiting.result().lastOffset() >= end) {
                    each.remove();
                    gone.add(waiting);
                }
            }
        }
        gone.forEach(waiting -> waiting.promise().fail(cutAway()));
    }

    /** Nobody who waits now waits longer than until then. */
    void hasten(long deadlineMs) {
        synchronized (queue) {
            List<Waiting> all = new ArrayList<>(queue);
            queue.clear();
            for (Waiting each : all) {
                queue.add(new Waiting(each.result(), Math.min(deadlineMs, each.deadlineMs()), each.promise()));
            }
        }
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
