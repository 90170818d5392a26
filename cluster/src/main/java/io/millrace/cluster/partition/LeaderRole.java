package io.millrace.cluster.partition;

import io.millrace.cluster.CallerContext;
import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.metadata.PartitionMetadata;
import io.millrace.cluster.replication.IsrCommitter.Proposal;
import io.millrace.cluster.replication.ReplicaFetchRequest;
import io.millrace.storage.AppendOrigin;
import io.millrace.storage.AppendResult;
import io.millrace.storage.LogOffsets;
import io.millrace.storage.PartitionLog;
import io.millrace.storage.PartitionLog.EpochEndOffset;
import io.millrace.storage.ReadResult;
import io.millrace.storage.batch.BatchHeader;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * One reign over a partition: takes appends, follows the progress of the followers, and from it moves the high watermark and answers.
 *
 * <p>Appends come from any thread and are ordered by the log's shard. Requests of followers, fsyncs, answers of the controller and
 * images come on threads of their own: what they change is guarded by the partition's lock, which is not held while answers are given.
 */
final class LeaderRole implements Role {

    private final PartitionLog log;
    private final PartitionContext context;
    private final HighWatermark highWatermark;
    private final Object lock;
    private final int leaderEpoch;
    private final long takeoverEnd;

    /** Of all other replicas. */
    private final Map<Integer, FollowerProgress> followers = new HashMap<>();

    private final InSyncReplicas inSync;
    private final IsrChanges changes;
    private int minInSync;
    private volatile boolean enoughInSync;
    private volatile MillraceException closed;

    /** Why nothing new is taken any more, while what was taken is still being replicated. */
    private volatile MillraceException resigning;

    private final DelayedProduce untilDurable = new DelayedProduce();
    private final DelayedProduce untilReplicated;
    private final FollowersAtEnd atEnd;
    private final TransactionalAppends transactional;

    /**
     * @param log has begun the epoch, durably, and nothing was appended since
     * @param lock the partition's
     */
    LeaderRole(
            PartitionLog log,
            PartitionContext context,
            HighWatermark highWatermark,
            Object lock,
            PartitionMetadata metadata,
            int minInSync) {
        this.log = log;
        this.context = context;
        this.highWatermark = highWatermark;
        this.untilReplicated = highWatermark.appends();
        this.lock = lock;
        this.leaderEpoch = metadata.leaderEpoch();
        this.takeoverEnd = log.offsets().logEndOffset();
        this.transactional = new TransactionalAppends(
                log,
                (partition, transaction, producerId, epoch) ->
                        context.verifier().get().verify(partition, transaction, producerId, epoch));
        this.inSync = new InSyncReplicas(
                log.topicPartition(), metadata, context.replication().stats());
        this.atEnd = new FollowersAtEnd(
                lock,
                followers,
                inSync,
                () -> closed != null ? Long.MAX_VALUE : log.offsets().logEndOffset());
        this.changes = new IsrChanges(log.topicPartition(), context, lock, inSync, followers, this::inSyncChanged);
        configure(metadata, minInSync);
    }

    @Override
    public int leaderEpoch() {
        return leaderEpoch;
    }

    /** The role is in force: counts what is durable already. */
    void begin() {
        context.replication().stats().reignBegan();
        durable(log.offsets().durableOffset());
    }

    /** An image of the same leader epoch. */
    void update(PartitionMetadata metadata, int newMinInSync) {
        synchronized (lock) {
            inSync.committed(metadata);
            configure(metadata, newMinInSync);
        }
        inSyncChanged();
    }

    private void configure(PartitionMetadata metadata, int newMinInSync) {
        long nowMs = context.nowMs();
        followers.keySet().retainAll(metadata.replicas());
        for (int replica : metadata.replicas()) {
            if (replica != context.nodeId()) {
                followers.computeIfAbsent(replica, added -> new FollowerProgress(nowMs));
            }
        }
        // More than there are replicas cannot be asked for.
        minInSync = Math.min(newMinInSync, metadata.replicas().size());
        enoughInSync = inSync.committed().size() >= minInSync;
    }

    Future<AppendResult> append(AppendCommand command) {
        Promise<AppendResult> promise = CallerContext.promise();
        MillraceException refusal = refusalOf(command);
        if (refusal != null) {
            promise.fail(refusal);
            return promise.future();
        }
        if (!TransactionalAppends.isTransactional(command.batches())) {
            append(command, promise, () -> log.append(command.batches(), leaderEpoch, AppendOrigin.CLIENT));
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

    /** Whether every replica that counts has everything that was taken. */
    boolean isSettled() {
        return highWatermark.value() >= log.offsets().logEndOffset();
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

    @Override
    public void durable(long offset) {
        // In this order: without other replicas, what is acknowledged can be read.
        advance();
        untilDurable.release(offset);
    }

    /** Moves the high watermark as far as it may, and answers those who waited for it. */
    private void advance() {
        synchronized (lock) {
            if (!raiseHighWatermark()) {
                return;
            }
        }
        tellHighWatermark();
    }

    private void tellHighWatermark() {
        highWatermark.tell();
    }

    /** Up to what every replica that counts has, durably, as far as is known under this epoch. Lock held. */
    private boolean raiseHighWatermark() {
        // Not what was noted a moment ago: a change of the set may be in place and not told yet.
        if (closed != null || inSync.committed().size() < minInSync) {
            return false;
        }
        long common = log.offsets().durableOffset();
        for (int replica : inSync.maximal()) {
            if (replica != context.nodeId()) {
                FollowerProgress progress = followers.get(replica);
                common = Math.min(common, progress == null ? -1 : progress.durableOffset());
            }
        }
        return highWatermark.raise(common);
    }

    /** After a change of the in-sync replicas, or of how many there must be. */
    private void inSyncChanged() {
        synchronized (lock) {
            enoughInSync = inSync.committed().size() >= minInSync;
        }
        advance();
        failUnlessEnough();
        // Whoever waits in a fetch session may have to say again how far he is.
        atEnd.lookAgain();
    }

    private void failUnlessEnough() {
        if (!enoughInSync && closed == null) {
            untilReplicated.failAll(new MillraceException(
                    ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND,
                    "The records were written, but fewer replicas of " + log.topicPartition()
                            + " are in sync than min.insync.replicas asks for: they may or may not stay"));
        }
    }

    /**
     * Notes how far a follower is, from a request that was found to be in accordance with this log.
     *
     * @param source who tells it, now and until he says something else
     * @return false when this node does not lead any more, or the follower is none of this partition
     */
    boolean fetchedBy(
            int replica, long brokerEpoch, ReplicaFetchRequest.Entry request, FollowerProgress.Source source) {
        Proposal proposal;
        boolean moved;
        FollowerProgress.Source former;
        synchronized (lock) {
            FollowerProgress progress = followers.get(replica);
            if (closed != null || progress == null) {
                return false;
            }
            long logEnd = log.offsets().logEndOffset();
            former = progress.source();
            if (!progress.fetched(brokerEpoch, request.fetchOffset(), logEnd, context.nowMs(), source)) {
                return true;
            }
            proposal = changes.expand(replica, Math.max(highWatermark.value(), takeoverEnd));
            moved = raiseHighWatermark();
        }
        changes.ask(proposal);
        if (moved) {
            tellHighWatermark();
        }
        if (former != null && former != source) {
            former.displaced();
        }
        return true;
    }

    /** Those who wait for this log to grow. */
    FollowersAtEnd followersAtEnd() {
        return atEnd;
    }

    /** Looks for followers that fell behind, or says that there are none to wait for; called by a timer. */
    void checkLag() {
        Proposal proposal;
        synchronized (lock) {
            proposal = changes.recover();
            if (proposal == null) {
                proposal = changes.shrink(log.offsets().logEndOffset(), context.nowMs());
            }
        }
        changes.ask(proposal);
    }

    PartitionOffsets offsets() {
        // The high watermark is read first: read after the log's snapshot it could be above the snapshot's end.
        long high = highWatermark.value();
        LogOffsets offsets = log.offsets();
        // It may have moved up meanwhile, to a high watermark that is newer than this one.
        long start = Math.min(high, offsets.logStartOffset());
        long stable = Math.max(start, Partition.lastStable(log, high));
        return new PartitionOffsets(leaderEpoch, start, stable, high, offsets.logEndOffset());
    }

    /** Whether the high watermark has passed everything that could have been acknowledged before this reign (KIP-207). */
    boolean isLatestOffsetKnown() {
        return highWatermark.value() >= takeoverEnd;
    }

    /**
     * Checks the epoch that a client or follower takes for the present one.
     *
     * @throws MillraceException FENCED_LEADER_EPOCH or UNKNOWN_LEADER_EPOCH (KIP-320)
     */
    void requireEpoch(int asked) {
        LogErrors.requireEpoch(asked, leaderEpoch, log.topicPartition());
    }

    /** Whether the reign is over, though nothing has taken its place yet. */
    boolean isOver() {
        return closed != null;
    }

    /** See {@link ReadReplica#inRack}. */
    int replicaInRack(String rack, long offset) {
        synchronized (lock) {
            return ReadReplica.inRack(rack, offset, context, inSync, followers);
        }
    }

    Optional<EpochEndOffset> endOffsetForEpoch(int epoch) {
        return log.endOffsetForEpoch(epoch);
    }

    /** Whether a read would be answered from memory, or with nothing, and so may run on an event loop. */
    boolean isReadImmediate(long offset, Isolation isolation) {
        return offset >= offsets().readLimit(isolation) || log.isCached(offset);
    }

    /** Reads on this thread; see {@link PartitionLog#read}. */
    ReadResult read(long offset, long maxOffset, int maxBytes, boolean atLeastOneBatch) throws IOException {
        return log.read(offset, maxOffset, maxBytes, atLeastOneBatch);
    }

    PartitionLog log() {
        return log;
    }

    /** Adds how this partition does. */
    ReplicaHealth addTo(ReplicaHealth sum) {
        synchronized (lock) {
            LogOffsets offsets = log.offsets();
            return sum.withLed(inSync.committed().size(), minInSync, followers.values(), offsets);
        }
    }

    void expire(long nowMs) {
        untilDurable.expire(nowMs);
    }

    @Override
    public void close(MillraceException why) {
        synchronized (lock) {
            closed = why;
            changes.close();
        }
        untilDurable.close(why);
        atEnd.lookAgain();
    }
}
