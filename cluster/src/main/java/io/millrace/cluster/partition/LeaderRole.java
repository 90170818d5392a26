package io.millrace.cluster.partition;

import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.metadata.PartitionMetadata;
import io.millrace.cluster.replication.IsrCommitter.Proposal;
import io.millrace.cluster.replication.ReplicaFetchRequest;
import io.millrace.storage.LogOffsets;
import io.millrace.storage.PartitionLog;
import io.millrace.storage.PartitionLog.EpochEndOffset;
import io.millrace.storage.ReadResult;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * One reign over a partition: follows the progress of the followers, and from it moves the high watermark and says who is in sync. What is
 * appended under it goes through its {@link LeaderAppends}.
 *
 * <p>Requests of followers, fsyncs, answers of the controller and
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
    private final FollowersAtEnd atEnd;
    private final LeaderAppends appends;
    private int minInSync;
    private volatile boolean closed;

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
        this.lock = lock;
        this.leaderEpoch = metadata.leaderEpoch();
        this.takeoverEnd = log.offsets().logEndOffset();
        this.inSync = new InSyncReplicas(
                log.topicPartition(), metadata, context.replication().stats());
        this.atEnd = new FollowersAtEnd(
                lock,
                followers,
                inSync,
                () -> closed ? Long.MAX_VALUE : log.offsets().logEndOffset());
        this.appends = new LeaderAppends(log, context, leaderEpoch, highWatermark, atEnd);
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
        synchronized (lock) {
            highWatermark.acceptNoLoss();
        }
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
        appends.enoughInSync(inSync.committed().size() >= minInSync);
    }

    /** What is appended under this reign. */
    LeaderAppends appends() {
        return appends;
    }

    /** Whether every replica that counts has everything that was taken. */
    boolean isSettled() {
        return highWatermark.value() >= log.offsets().logEndOffset();
    }

    @Override
    public void durable(long offset) {
        // In this order: without other replicas, what is acknowledged can be read.
        advance();
        appends.durable(offset);
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
        if (closed || inSync.committed().size() < minInSync) {
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
            appends.enoughInSync(inSync.committed().size() >= minInSync);
        }
        advance();
        appends.failUnlessEnough();
        // Whoever waits in a fetch session may have to say again how far he is.
        atEnd.lookAgain();
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
            if (closed || progress == null) {
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
        return closed;
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
        appends.expire(nowMs);
    }

    @Override
    public void close(MillraceException why) {
        synchronized (lock) {
            appends.refuse(why);
            closed = true;
            changes.close();
        }
        appends.close(why);
        atEnd.lookAgain();
    }
}
