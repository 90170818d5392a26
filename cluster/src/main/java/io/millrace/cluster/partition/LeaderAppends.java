package io.millrace.cluster.partition;

import io.millrace.cluster.CallerContext;
import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.storage.AppendOrigin;
import io.millrace.storage.AppendResult;
import io.millrace.storage.PartitionLog;
import io.millrace.storage.batch.BatchHeader;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The appends of one reign: which are taken, and when each is answered. How far the replicas are, and whether enough of them are in sync,
 * {@link LeaderRole} finds out and says here.
 *
 * <p>Appends come from any thread and are ordered by the log's shard. Never called with the partition's lock, but for {@link #enoughInSync}
 * and {@link #refuse}.
 */
final class LeaderAppends {

    private final PartitionLog log;
    private final PartitionContext context;
    private final int leaderEpoch;
    private final HighWatermark highWatermark;
    private final FollowersAtEnd atEnd;
    private final DelayedProduce untilDurable = new DelayedProduce();
    private final DelayedProduce untilReplicated;
    private final TransactionalAppends transactional;
    private volatile boolean enoughInSync;
    private volatile MillraceException closed;

    /** Why nothing new is taken any more, while what was taken is still being replicated. */
    private volatile MillraceException resigning;

    /** @param atEnd who is told that the log has grown */
    LeaderAppends(
            PartitionLog log,
            PartitionContext context,
            int leaderEpoch,
            HighWatermark highWatermark,
            FollowersAtEnd atEnd) {
        this.log = log;
        this.context = context;
        this.leaderEpoch = leaderEpoch;
        this.highWatermark = highWatermark;
        this.atEnd = atEnd;
        this.untilReplicated = highWatermark.appends();
        this.transactional = new TransactionalAppends(
                log,
                (partition, transaction, producerId, epoch) ->
                        context.verifier().get().verify(partition, transaction, producerId, epoch));
    }

    Future<AppendResult> append(AppendCommand command) {
        if (!TransactionalAppends.isTransactional(command.batches())) {
            return append(command, written -> {});
        }
        Promise<AppendResult> promise = CallerContext.promise();
        MillraceException refusal = refusalOf(command);
        if (refusal != null) {
            promise.fail(refusal);
            return promise.future();
        }
        transactional.append(
                command,
                ticket -> {
                    // The reign may have ended while the coordinator was asked.
                    MillraceException late = refusalOf(command);
                    if (late != null) {
                        promise.fail(late);
                    } else {
                        append(command, promise, () -> log.appendTransactional(command.batches(), leaderEpoch, ticket));
                    }
                },
                promise::fail);
        return promise.future();
    }

    /**
     * As {@link #append}, of batches outside of transactions, and tells where they are as soon as they are written, on a thread of the
     * storage: also when it is not known in the end whether they stay.
     */
    Future<AppendResult> append(AppendCommand command, Consumer<AppendResult> onWritten) {
        Promise<AppendResult> promise = CallerContext.promise();
        MillraceException refusal = refusalOf(command);
        if (refusal != null) {
            promise.fail(refusal);
            return promise.future();
        }
        append(
                command,
                promise,
                () -> log.append(command.batches(), leaderEpoch, AppendOrigin.CLIENT)
                        .whenComplete((result, failure) -> {
                            if (failure == null) {
                                onWritten.accept(result);
                            }
                        }));
        return promise.future();
    }

    /** Answers as for an append of what lies in this log already: when it is stored as the command asks. */
    Future<AppendResult> acknowledge(AppendResult present, AppendCommand command) {
        Promise<AppendResult> promise = CallerContext.promise();
        int cuts = untilReplicated.cuts();
        MillraceException refusal = refusalOf(command);
        if (refusal != null) {
            promise.fail(refusal);
        } else {
            answer(command, cuts, promise, present);
        }
        return promise.future();
    }

    private void append(
            AppendCommand command, Promise<AppendResult> promise, Supplier<CompletionStage<AppendResult>> write) {
        int cuts = untilReplicated.cuts();
        try {
            write.get().whenComplete((result, failure) -> written(command, cuts, promise, result, failure));
        } catch (RuntimeException e) {
            promise.fail(LogErrors.translate(e));
        }
    }

    /**
     * Ends the transaction of a producer here. Completes when all in-sync replicas know.
     *
     * @param marker one control batch
     * @param strictly see {@link PartitionLog#appendMarker}
     */
    Future<AppendResult> appendMarker(ByteBuffer marker, boolean strictly, int timeoutMs) {
        Promise<AppendResult> promise = CallerContext.promise();
        long producerId = BatchHeader.producerId(marker, marker.position());
        AppendCommand command = new AppendCommand(log.topicPartition(), marker, Acks.ALL, timeoutMs);
        MillraceException refusal = refusalOf(command);
        if (refusal != null) {
            promise.fail(refusal);
            return promise.future();
        }
        append(command, promise, () -> log.appendMarker(marker, leaderEpoch, strictly));
        return promise.future().onComplete(done -> transactional.ended(producerId));
    }

    /**
     * Appends what a coordinator of this node has decided under this reign. The stage completes when it is written: it counts when the
     * high watermark has passed it. Needs as many in-sync replicas as an append with acks=all.
     *
     * @param epoch of the reign under which the coordinator has read the log: under another one it may not know everything
     * @param strictly see {@link PartitionLog#appendMarker}
     */
    CompletionStage<AppendResult> appendOwn(ByteBuffer batches, int epoch, boolean strictly) {
        MillraceException refusal = closed != null ? closed : resigning;
        if (refusal == null && epoch != leaderEpoch) {
            refusal = new MillraceException(
                    ErrorCode.NOT_LEADER_OR_FOLLOWER,
                    "The reign of epoch " + epoch + " over " + log.topicPartition() + " is over, now it is "
                            + leaderEpoch);
        }
        if (refusal == null && !enoughInSync) {
            refusal = notEnoughInSync();
        }
        if (refusal != null) {
            return CompletableFuture.failedStage(refusal);
        }
        CompletionStage<AppendResult> appended = BatchHeader.isControl(batches, batches.position())
                ? log.appendMarker(batches, leaderEpoch, strictly)
                : log.append(batches, leaderEpoch, AppendOrigin.COORDINATOR);
        return appended.whenComplete((result, failure) -> {
            if (failure == null) {
                atEnd.grown(result.lastOffset() + 1);
            }
        });
    }

    /** Takes nothing new: another node is to lead soon, and what was taken should be there too by then. */
    void resign() {
        resigning = new MillraceException(
                ErrorCode.NOT_LEADER_OR_FOLLOWER,
                "Another node will lead " + log.topicPartition()
                        + " in a moment: nothing was stored, ask for metadata and" + " try again");
    }

    /** Null when it may be appended. */
    private MillraceException refusalOf(AppendCommand command) {
        MillraceException refusal = closed != null ? closed : resigning;
        if (refusal != null) {
            return refusal;
        }
        if (command.leaderEpoch() != AppendCommand.ANY_EPOCH && command.leaderEpoch() != leaderEpoch) {
            return new MillraceException(
                    ErrorCode.NOT_LEADER_OR_FOLLOWER,
                    "The records are for leader epoch " + command.leaderEpoch() + " of " + log.topicPartition()
                            + ", here it is " + leaderEpoch + ": nothing was stored");
        }
        if (command.acks() == Acks.ALL && !enoughInSync) {
            return notEnoughInSync();
        }
        return null;
    }

    private MillraceException notEnoughInSync() {
        return new MillraceException(
                ErrorCode.NOT_ENOUGH_REPLICAS,
                "Fewer replicas of " + log.topicPartition()
                        + " are in sync than min.insync.replicas asks for: nothing was stored, try again later");
    }

    private void written(
            AppendCommand command, int cuts, Promise<AppendResult> promise, AppendResult result, Throwable failure) {
        if (failure != null) {
            promise.fail(LogErrors.translate(failure));
            return;
        }
        atEnd.grown(result.lastOffset() + 1);
        answer(command, cuts, promise, result);
    }

    private void answer(AppendCommand command, int cuts, Promise<AppendResult> promise, AppendResult result) {
        long deadlineMs = context.nowMs() + command.timeoutMs();
        if (command.acks() == Acks.NONE) {
            promise.complete(result);
        } else if (command.acks() == Acks.LEADER) {
            untilDurable.add(result, deadlineMs, untilDurable.cuts(), promise);
            // It may have become durable before we looked.
            untilDurable.release(log.offsets().durableOffset());
        } else {
            untilReplicated.add(result, deadlineMs, cuts, promise);
            untilReplicated.release(highWatermark.value());
            failUnlessEnough();
        }
    }

    /** The log is durable up to an offset: answers those who wait for no more than that. */
    void durable(long offset) {
        untilDurable.release(offset);
    }

    /** Whether as many replicas are in sync as {@code min.insync.replicas} asks for. With the partition's lock. */
    void enoughInSync(boolean enough) {
        enoughInSync = enough;
    }

    /** Answers those who wait for all replicas, when there are too few of them now. */
    void failUnlessEnough() {
        if (!enoughInSync && closed == null) {
            untilReplicated.failAll(new MillraceException(
                    ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND,
                    "The records were written, but fewer replicas of " + log.topicPartition()
                            + " are in sync than min.insync.replicas asks for: they may or may not stay"));
        }
    }

    void expire(long nowMs) {
        untilDurable.expire(nowMs);
    }

    /** Takes nothing any more: the reign is over. With the partition's lock; {@link #close} follows. */
    void refuse(MillraceException why) {
        closed = why;
    }

    /** Fails those who wait for this copy alone. Those who wait for all replicas may still hear from the next role what became of theirs. */
    void close(MillraceException why) {
        untilDurable.close(why);
    }
}
