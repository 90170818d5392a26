package io.millrace.cluster.routing;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.error.OutcomeUnknownException;
import io.millrace.cluster.idempotence.OnceOutcome;
import io.millrace.cluster.idempotence.OnceOutcome.Kind;
import io.millrace.cluster.partition.AppendCommand;
import io.millrace.cluster.partition.OnceAppender;
import io.millrace.cluster.routing.Leaders.Leader;
import io.vertx.core.Future;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Appends once at whichever node leads. Where {@link RoutedAppends} has to stop because records may have been stored, this sends them to the
 * next leader, who finds out.
 */
final class RoutedOnce implements OnceAppender {

    private final RoutedAppends appends;
    private final Leaders leaders;
    private final LeaderCalls calls;
    private final OnceAppender local;
    private final LeaderClient client;

    /** @param local of the partitions that this node leads */
    RoutedOnce(RoutedAppends appends, Leaders leaders, LeaderCalls calls, OnceAppender local, LeaderClient client) {
        this.appends = appends;
        this.leaders = leaders;
        this.calls = calls;
        this.local = local;
        this.client = client;
    }

    @Override
    public Future<List<OnceOutcome>> appendOnce(AppendCommand command) {
        return new Attempts(command).start();
    }

    /** The attempts for one command; one after the other. */
    private final class Attempts {

        private final AppendCommand command;
        private final long deadlineNanos;
        private boolean outcomeUnknown;

        Attempts(AppendCommand command) {
            this.command = command;
            this.deadlineNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(command.timeoutMs());
        }

        Future<List<OnceOutcome>> start() {
            return calls.ask(command.partition(), command.timeoutMs(), this::attempt)
                    .recover(failure -> Future.failedFuture(outcomeUnknown ? unknown(failure) : failure));
        }

        private Future<List<OnceOutcome>> attempt(Leader leader) {
            long leftMs = TimeUnit.NANOSECONDS.toMillis(deadlineNanos - System.nanoTime());
            AppendCommand attempt =
                    new AppendCommand(command.partition(), copy(), command.acks(), (int) Math.max(1, leftMs));
            Future<List<OnceOutcome>> asked = leaders.isHere(leader)
                    ? local.appendOnce(attempt)
                    : appends.watched(command.partition(), leader, client.appendOnce(leader.nodeId(), attempt));
            return asked.map(this::answered).recover(this::again);
        }

        /** A log keeps what it is given, and an attempt that was given up may still be on its way. */
        private ByteBuffer copy() {
            return ByteBuffer.allocate(command.batches().remaining())
                    .put(command.batches().duplicate())
                    .flip();
        }

        private List<OnceOutcome> answered(List<OnceOutcome> outcomes) {
            if (outcomeUnknown && outcomes.stream().anyMatch(each -> each.kind() == Kind.IN_PROGRESS)) {
                // That is the attempt before this one.
                throw passing("The leader is still busy with these records");
            }
            return outcomes;
        }

        private Future<List<OnceOutcome>> again(Throwable failure) {
            if (failure instanceof OutcomeUnknownException
                    || failure instanceof MillraceException answer && answer.code() == ErrorCode.REQUEST_TIMED_OUT) {
                outcomeUnknown = true;
                return Future.failedFuture(passing(failure.getMessage()));
            }
            return Future.failedFuture(failure);
        }

        private MillraceException passing(String why) {
            return new MillraceException(ErrorCode.LEADER_NOT_AVAILABLE, why);
        }

        private MillraceException unknown(Throwable failure) {
            return new MillraceException(
                    ErrorCode.REQUEST_TIMED_OUT,
                    "The records were sent to the leader of the partition, and it is not known in time whether they are stored: send"
                            + " them again with the same idempotency key (" + failure.getMessage() + ")",
                    failure);
        }
    }
}
