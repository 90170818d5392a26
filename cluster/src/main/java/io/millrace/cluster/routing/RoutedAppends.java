package io.millrace.cluster.routing;

import io.millrace.cluster.CallerContext;
import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.error.OutcomeUnknownException;
import io.millrace.cluster.partition.AppendCommand;
import io.millrace.cluster.partition.PartitionService;
import io.millrace.cluster.routing.Leaders.Leader;
import io.millrace.storage.AppendResult;
import io.millrace.storage.TopicPartition;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;

/**
 * Appends at whichever node leads. What was refused without being stored is sent to the next leader until the time of the command is up.
 * What may have been stored is never sent again, because these records have no sequence numbers: that is told as REQUEST_TIMED_OUT.
 */
final class RoutedAppends {

    /**
     * How long a node that leads no more is waited for: its answer may be under way. One that is paused would otherwise hold whoever waits
     * for as long as the command allows.
     */
    private static final long FORMER_LEADER_WAIT_MS = 1_000;

    private final Vertx vertx;
    private final Leaders leaders;
    private final LeaderCalls calls;
    private final PartitionService local;
    private final LeaderClient client;

    RoutedAppends(Vertx vertx, Leaders leaders, LeaderCalls calls, PartitionService local, LeaderClient client) {
        this.vertx = vertx;
        this.leaders = leaders;
        this.calls = calls;
        this.local = local;
        this.client = client;
    }

    /** See {@link PartitionService#append}. */
    Future<AppendResult> append(AppendCommand command) {
        return calls.ask(command.partition(), command.timeoutMs(), leader -> appendAt(leader, command))
                .recover(failure -> Future.failedFuture(told(failure)));
    }

    private Future<AppendResult> appendAt(Leader leader, AppendCommand command) {
        // The buffer is read again if this leader refuses.
        AppendCommand attempt = new AppendCommand(
                command.partition(), command.batches().duplicate(), command.acks(), command.timeoutMs());
        if (leaders.isHere(leader)) {
            return local.append(attempt);
        }
        return watched(command.partition(), leader, client.append(leader.nodeId(), attempt));
    }

    /** What a leader was asked, with an end to the waiting when it leads no more. */
    <T> Future<T> watched(TopicPartition key, Leader leader, Future<T> asked) {
        Promise<T> answer = CallerContext.promise();
        asked.onComplete(answer::tryComplete, answer::tryFail);
        watchOver(key, leader, answer);
        return answer.future();
    }

    private void watchOver(TopicPartition key, Leader asked, Promise<?> answer) {
        long timer = vertx.setTimer(FORMER_LEADER_WAIT_MS, now -> {
            if (leads(asked, key)) {
                watchOver(key, asked, answer);
            } else {
                vertx.setTimer(
                        FORMER_LEADER_WAIT_MS,
                        later -> answer.tryFail(new OutcomeUnknownException(new MillraceException(
                                ErrorCode.REQUEST_TIMED_OUT,
                                "Node " + asked.nodeId() + " did not answer and does not lead " + key + " any more"))));
            }
        });
        answer.future().onComplete(done -> vertx.cancelTimer(timer));
    }

    private boolean leads(Leader leader, TopicPartition key) {
        try {
            return leaders.find(key).equals(leader);
        } catch (MillraceException e) {
            return false;
        }
    }

    private static Throwable told(Throwable failure) {
        return failure instanceof OutcomeUnknownException unknown
                ? new MillraceException(
                        ErrorCode.REQUEST_TIMED_OUT,
                        "The records were sent to the leader of the partition, and then nothing was heard of them: they may or"
                                + " may not be stored. Look before you send them again (" + unknown.getMessage() + ")",
                        unknown)
                : failure;
    }
}
