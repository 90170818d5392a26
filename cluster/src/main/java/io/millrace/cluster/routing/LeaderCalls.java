package io.millrace.cluster.routing;

import io.millrace.cluster.CallerContext;
import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.error.OutcomeUnknownException;
import io.millrace.cluster.routing.Leaders.Leader;
import io.millrace.storage.TopicPartition;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Asks the leader of a partition, and the next one while the answer is that somebody else leads or that nothing was done. Thread-safe,
 * never blocks; futures complete on the caller's context.
 */
final class LeaderCalls {

    private static final long PAUSE_MIN_MS = 20;
    private static final long PAUSE_MAX_MS = 200;

    /** Nothing was done, and soon another node, or the same, will do it. */
    private static final Set<ErrorCode> PASSING = EnumSet.of(
            ErrorCode.NOT_LEADER_OR_FOLLOWER,
            ErrorCode.LEADER_NOT_AVAILABLE,
            ErrorCode.FENCED_LEADER_EPOCH,
            ErrorCode.UNKNOWN_LEADER_EPOCH,
            ErrorCode.OFFSET_NOT_AVAILABLE,
            ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
            // The leader has not heard of the topic yet; of one that is gone, this node's image will tell.
            ErrorCode.UNKNOWN_TOPIC_ID,
            ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);

    private final Vertx vertx;
    private final Leaders leaders;

    LeaderCalls(Vertx vertx, Leaders leaders) {
        this.vertx = vertx;
        this.leaders = leaders;
    }

    static boolean isPassing(ErrorCode code) {
        return PASSING.contains(code);
    }

    /**
     * Asks until there is an answer. Fails with the last refusal when the time is up.
     *
     * @param attempt asks one leader; may ask this node
     */
    <T> Future<T> ask(TopicPartition key, long timeoutMs, Function<Leader, Future<T>> attempt) {
        Promise<T> answer = CallerContext.promise();
        long deadlineNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        attempt(key, deadlineNanos, PAUSE_MIN_MS, attempt, answer);
        return answer.future();
    }

    private <T> void attempt(
            TopicPartition key,
            long deadlineNanos,
            long pauseMs,
            Function<Leader, Future<T>> attempt,
            Promise<T> answer) {
        Future<T> asked;
        try {
            asked = attempt.apply(leaders.find(key));
        } catch (MillraceException e) {
            asked = Future.failedFuture(e);
        }
        asked.onComplete(answer::complete, failure -> {
            if (!isWorthAnother(key, failure) || System.nanoTime() >= deadlineNanos) {
                answer.fail(failure);
                return;
            }
            long nextPauseMs = Math.min(PAUSE_MAX_MS, 2 * pauseMs);
            vertx.setTimer(pauseMs, timer -> attempt(key, deadlineNanos, nextPauseMs, attempt, answer));
        });
    }

    private boolean isWorthAnother(TopicPartition key, Throwable failure) {
        return failure instanceof MillraceException answer
                && !(failure instanceof OutcomeUnknownException)
                && isPassing(answer.code())
                && leaders.exists(key);
    }
}
