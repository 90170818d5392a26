package io.millrace.cluster.partition;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.error.OutcomeUnknownException;
import io.millrace.cluster.metadata.PartitionMetadata;
import io.millrace.cluster.replication.FollowedReplica;
import io.millrace.cluster.replication.ReplicaFetchRequest;
import io.millrace.cluster.replication.ReplicaFetchResponse;
import io.millrace.cluster.replication.ReplicaFetchResponse.Diverging;
import io.millrace.cluster.replication.ReplicaFetchResponse.Failed;
import io.millrace.cluster.replication.ReplicaFetchResponse.Records;
import io.millrace.storage.AppendResult;
import io.millrace.storage.LogOffsets;
import io.millrace.storage.PartitionLog;
import io.millrace.storage.TopicPartition;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * One reign of another node: copies its log. The fetcher asks and brings answers, one at a time; what an answer does to the log is done
 * on the log's shard.
 */
final class FollowerRole implements Role, FollowedReplica {

    private static final Logger log = LoggerFactory.getLogger(FollowerRole.class);

    /** How often the leader is asked to tell of the high watermark at once, after the last reader went. */
    private static final int ASKS_AFTER_READER = 50;

    private final PartitionLog partitionLog;
    private final PartitionContext context;
    private final HighWatermark highWatermark;
    private final Object lock;
    private final int leader;
    private final int leaderEpoch;
    private volatile boolean inSync;

    /** Guarded by the lock. */
    private boolean recovering;

    /** Whether the last answer brought everything that the leader had acknowledged. */
    private volatile boolean closeBehind;

    private volatile boolean offline;

    /** Of one thread at a time. */
    private int asksForReaders;

    private volatile MillraceException closed;

    /** The end of what was written and is not durable yet; guarded by the lock. */
    private long awaitedOffset;

    private Promise<Void> awaited;

    FollowerRole(
            PartitionLog partitionLog,
            PartitionContext context,
            HighWatermark highWatermark,
            Object lock,
            PartitionMetadata metadata) {
        this.partitionLog = partitionLog;
        this.context = context;
        this.highWatermark = highWatermark;
        this.lock = lock;
        this.leader = metadata.leader();
        this.leaderEpoch = metadata.leaderEpoch();
        update(metadata);
    }

    @Override
    public int leaderEpoch() {
        return leaderEpoch;
    }

    /** Node id, or {@link PartitionMetadata#NO_LEADER}. */
    int leader() {
        return leader;
    }

    /** The role is in force. */
    void begin() {
        if (leader != PartitionMetadata.NO_LEADER) {
            context.fetchers().follow(this, leader);
            if (closed != null) {
                // By another thread, which may have come too early to take it out.
                context.fetchers().unfollow(this);
            }
        }
    }

    /** An image of the same leader epoch. */
    void update(PartitionMetadata metadata) {
        inSync = metadata.isr().contains(context.nodeId());
        synchronized (lock) {
            recovering = metadata.recovering();
            if (recovering) {
                highWatermark.acceptLoss();
            }
        }
    }

    @Override
    public TopicPartition topicPartition() {
        return partitionLog.topicPartition();
    }

    @Override
    public boolean isCaughtUp() {
        return inSync || closeBehind;
    }

    @Override
    public ReplicaFetchRequest.Entry ask(int maxBytes) {
        if (closed != null) {
            return null;
        }
        LogOffsets offsets = partitionLog.offsets();
        if (offsets.durableOffset() < offsets.logEndOffset()) {
            return null;
        }
        return new ReplicaFetchRequest.Entry(
                topicPartition(),
                leaderEpoch,
                offsets.logEndOffset(),
                partitionLog.latestEpoch().orElse(-1),
                offsets.logStartOffset(),
                maxBytes,
                isRead() ? highWatermark.value() : ReplicaFetchRequest.Entry.NOBODY_WAITS);
    }

    /** Whether somebody waits here for the high watermark to move, or has a moment ago: readers come again. */
    private boolean isRead() {
        if (highWatermark.isWatched()) {
            asksForReaders = ASKS_AFTER_READER;
        } else if (asksForReaders > 0) {
            asksForReaders--;
        }
        return asksForReaders > 0;
    }

    @Override
    public Future<Void> take(ReplicaFetchRequest.Entry asked, ReplicaFetchResponse.Entry<ByteBuffer> answer) {
        if (closed != null) {
            return Future.failedFuture(closed);
        }
        if (answer.outcome() instanceof Records<ByteBuffer> records) {
            return copy(asked, answer, records);
        } else if (answer.outcome() instanceof Diverging<ByteBuffer> diverging) {
            return cutTo(Truncation.target(partitionLog, diverging));
        } else if (answer.outcome() instanceof Failed<ByteBuffer> failed
                && failed.error() == ErrorCode.OFFSET_OUT_OF_RANGE
                && answer.logStartOffset() >= 0) {
            // The leader has nothing that continues this log, or lies before it.
            return restartAt(answer.logStartOffset());
        } else if (answer.outcome() instanceof Failed<ByteBuffer> failed) {
            return Future.failedFuture(new MillraceException(failed.error(), "The leader answered " + failed.error()));
        }
        return Future.failedFuture(new IllegalStateException("unknown answer " + answer.outcome()));
    }

    /** The leader has found this log to be a part of its own: only now its high watermark says something about it. */
    private Future<Void> copy(
            ReplicaFetchRequest.Entry asked,
            ReplicaFetchResponse.Entry<ByteBuffer> answer,
            Records<ByteBuffer> copied) {
        if (!copied.records().hasRemaining()) {
            return verified(asked.fetchOffset(), answer);
        }
        long beginsAt = copied.history().beginsAt();
        if (beginsAt >= 0
                && beginsAt < asked.fetchOffset()
                && partitionLog.offsets().isEmpty()) {
            // The leader's log begins within a batch, and this one, which is empty, with all of it.
            return onLog(() -> partitionLog.restartAt(beginsAt)).compose(done -> append(beginsAt, answer, copied));
        }
        return append(asked.fetchOffset(), answer, copied);
    }

    private Future<Void> append(
            long askedOffset, ReplicaFetchResponse.Entry<ByteBuffer> answer, Records<ByteBuffer> copied) {
        CompletionStage<AppendResult> appended;
        try {
            appended = partitionLog.appendCopy(copied.records(), leaderEpoch, askedOffset, copied.history());
        } catch (RuntimeException e) {
            return Future.failedFuture(e);
        }
        return Future.fromCompletionStage(appended)
                .compose(result -> durableUpTo(result.lastOffset() + 1).map(result))
                .compose(result -> verified(result.lastOffset() + 1, answer));
    }

    /** Everything below {@code end} is the leader's. */
    private Future<Void> verified(long end, ReplicaFetchResponse.Entry<ByteBuffer> answer) {
        boolean moved;
        synchronized (lock) {
            if (closed != null) {
                return Future.failedFuture(closed);
            }
            moved = highWatermark.raise(Math.min(answer.highWatermark(), end));
            if (!recovering) {
                highWatermark.acceptNoLoss();
            }
        }
        if (moved) {
            highWatermark.tell();
        }
        closeBehind = answer.highWatermark() <= end;
        long leaderStart = Math.min(answer.logStartOffset(), highWatermark.value());
        if (leaderStart > partitionLog.offsets().logStartOffset()) {
            return onLog(() -> partitionLog.advanceLogStart(leaderStart));
        }
        return Future.succeededFuture();
    }

    private Future<Void> durableUpTo(long offset) {
        Promise<Void> promise;
        synchronized (lock) {
            if (closed != null) {
                return Future.failedFuture(closed);
            }
            if (partitionLog.offsets().durableOffset() >= offset) {
                return Future.succeededFuture();
            }
            promise = Promise.promise();
            awaited = promise;
            awaitedOffset = offset;
        }
        return promise.future();
    }

    @Override
    public void durable(long offset) {
        Promise<Void> reached;
        synchronized (lock) {
            if (awaited == null || offset < awaitedOffset) {
                return;
            }
            reached = awaited;
            awaited = null;
        }
        reached.complete();
    }

    private Future<Void> cutTo(long offset) {
        if (offset < partitionLog.offsets().logStartOffset()) {
            return restartAt(offset);
        }
        return mayLose(offset) ? onLog(() -> partitionLog.truncateTo(offset)) : offline(offset);
    }

    private Future<Void> restartAt(long offset) {
        if (!mayLose(offset)) {
            return offline(offset);
        }
        // An empty log can have led, and then knows leader epochs that the leader does not: that is no loss.
        log.atLevel(partitionLog.offsets().isEmpty() ? Level.DEBUG : Level.WARN)
                .addKeyValue("partition", topicPartition())
                .addKeyValue("leader", leader)
                .log("Nothing of this log is the leader's; it begins again at offset {}", offset);
        return onLog(() -> partitionLog.restartAt(offset)).compose(done -> {
            // Of what lay below, nobody can say here whether the leader had it.
            highWatermark.appends().failAll(new OutcomeUnknownException(restarted(offset)));
            // Also when this reign has ended meanwhile: it is never below the log start.
            synchronized (lock) {
                highWatermark.raise(offset);
            }
            return Future.succeededFuture();
        });
    }

    private MillraceException restarted(long offset) {
        return new MillraceException(
                ErrorCode.NOT_LEADER_OR_FOLLOWER,
                "Another node leads " + topicPartition() + " now, and its log begins at offset " + offset);
    }

    /** Whether nothing is lost that was said to be safe, or the controller has accepted the loss. */
    private boolean mayLose(long offset) {
        synchronized (lock) {
            return offset >= highWatermark.value() || highWatermark.isLossAccepted();
        }
    }

    /** Changes the log, unless the role has ended: what is queued before the next role's first step is done before it. */
    private Future<Void> onLog(Supplier<CompletionStage<?>> change) {
        CompletionStage<?> changed;
        synchronized (lock) {
            if (closed != null) {
                return Future.failedFuture(closed);
            }
            changed = change.get();
        }
        return Future.fromCompletionStage(changed).map(done -> {
            long end;
            synchronized (lock) {
                // Also right for the next role, should it have begun: nothing above the end can have been acknowledged
                // since.
                end = partitionLog.offsets().logEndOffset();
                highWatermark.lower(end);
            }
            highWatermark.appends().cut(end);
            return null;
        });
    }

    /** A leader without acknowledged records, and nobody accepted their loss: a copy that has them must not throw them away. */
    private Future<Void> offline(long offset) {
        MillraceException why = new MillraceException(
                ErrorCode.KAFKA_STORAGE_ERROR,
                "Leader " + leader + " of " + topicPartition() + " under epoch " + leaderEpoch
                        + " has nothing from offset " + offset + " on, but records up to "
                        + highWatermark.value() + " were acknowledged and are here. This replica follows no more and"
                        + " keeps what it has: find out which of the two is right before you delete one");
        log.atError().addKeyValue("partition", topicPartition()).log("Replica offline: {}", why.getMessage());
        offline = true;
        close(why);
        return Future.failedFuture(why);
    }

    /** Whether the leader counts on it, as far as is known here. */
    boolean isInSync() {
        return inSync && leader != PartitionMetadata.NO_LEADER && closed == null;
    }

    boolean isOffline() {
        return offline;
    }

    @Override
    public void close(MillraceException why) {
        Promise<Void> waiting;
        synchronized (lock) {
            closed = why;
            waiting = awaited;
            awaited = null;
        }
        context.fetchers().unfollow(this);
        if (waiting != null) {
            waiting.fail(why);
        }
    }
}
