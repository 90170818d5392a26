package io.millrace.cluster.partition;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.metadata.PartitionMetadata;
import io.millrace.storage.LogOffsets;
import io.millrace.storage.PartitionLog;
import io.millrace.storage.TopicPartition;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * One replica on this node: its log, its high watermark, and what it is at present, leader or follower. What committed metadata says is
 * applied by one image after the other; everything else comes from any thread.
 */
final class Partition {

    /** How long appends of a reign that is over wait for the next leader to tell what became of them. */
    private static final long FORMER_LEADER_WAIT_MS = 2_000;

    private static final CompletionStage<Void> DONE = CompletableFuture.completedStage(null);

    private final PartitionLog log;
    private final PartitionContext context;
    private final HighWatermark highWatermark;

    /** Of both roles, too. Never held while promises are completed or listeners run. */
    private final Object lock = new Object();

    /** The newest metadata that was applied; null before the first. */
    private volatile PartitionMetadata metadata;

    /** Null while one ends and the next is not in force yet. */
    private volatile Role role;

    private volatile MillraceException closed;

    /** @param highWatermark the last one that was written down, or 0 */
    Partition(PartitionLog log, PartitionContext context, long highWatermark) {
        this.log = log;
        this.context = context;
        LogOffsets offsets = log.offsets();
        this.highWatermark = new HighWatermark(
                Math.max(offsets.logStartOffset(), Math.min(highWatermark, offsets.logEndOffset())),
                lock,
                high -> lastStable(log, high));
        log.onDurable((ignored, durableOffset) -> durable(durableOffset));
        log.compactBelow(this.highWatermark::lastStable);
    }

    /** Everything below it is decided and acknowledged (rule T30). */
    static long lastStable(PartitionLog log, long highWatermark) {
        return Math.min(highWatermark, log.transactions().firstUndecided(highWatermark));
    }

    /** As {@link #highWatermark}, without what is not decided. */
    long lastStable() {
        return highWatermark.lastStable();
    }

    private void durable(long offset) {
        Role current = role;
        if (current != null) {
            current.durable(offset);
        }
    }

    TopicPartition topicPartition() {
        return log.topicPartition();
    }

    PartitionLog log() {
        return log;
    }

    long highWatermark() {
        return highWatermark.value();
    }

    /** Of the present role, -1 between two. */
    int leaderEpoch() {
        Role current = role;
        return current == null ? -1 : current.leaderEpoch();
    }

    /** What is known here, whoever leads: everything below this high watermark is acknowledged and stays. */
    PartitionOffsets offsets() {
        PartitionMetadata known = metadata;
        // The high watermark is read first: read after the log's snapshot it could be above the snapshot's end.
        long high = highWatermark.value();
        LogOffsets offsets = log.offsets();
        // It may have moved up meanwhile, to a high watermark that is newer than this one.
        long start = Math.min(high, offsets.logStartOffset());
        return new PartitionOffsets(
                known == null ? -1 : known.leaderEpoch(),
                start,
                Math.max(start, lastStable(log, high)),
                high,
                offsets.logEndOffset());
    }

    /**
     * Takes over what is committed. The next call comes when the stage of this one has completed: then the new role is in force.
     *
     * @param minInSync {@code min.insync.replicas} of the topic
     * @param mayLead whether the image knows this process, and not an earlier one of this node: a reign of that one is over, and nothing
     *     may be appended under its epoch
     */
    CompletionStage<Void> apply(PartitionMetadata target, int minInSync, boolean mayLead) {
        PartitionMetadata before = metadata;
        if (closed != null || before != null && isOlder(target, before)) {
            return DONE;
        }
        if (target.leader() == context.nodeId() && !mayLead) {
            endRole();
            return DONE;
        }
        CompletionStage<Void> inForce = target.leader() == context.nodeId() ? lead(target, minInSync) : follow(target);
        return inForce.thenRun(() -> metadata = target);
    }

    private static boolean isOlder(PartitionMetadata target, PartitionMetadata than) {
        return target.leaderEpoch() < than.leaderEpoch() || target.partitionEpoch() < than.partitionEpoch();
    }

    private CompletionStage<Void> lead(PartitionMetadata target, int minInSync) {
        if (role instanceof LeaderRole leading && leading.leaderEpoch() == target.leaderEpoch()) {
            leading.update(target, minInSync);
            return DONE;
        }
        endRole();
        // The epoch is written down before anything is appended under it, or a follower is told of it.
        return log.beginEpoch(target.leaderEpoch()).thenAccept(begun -> {
            LeaderRole next = new LeaderRole(log, context, highWatermark, lock, target, minInSync);
            if (assume(next)) {
                next.begin();
            }
        });
    }

    private CompletionStage<Void> follow(PartitionMetadata target) {
        if (role instanceof FollowerRole following
                && following.leaderEpoch() == target.leaderEpoch()
                && following.leader() == target.leader()) {
            following.update(target);
            return DONE;
        }
        endRole();
        // What the last role asked of the log may still be queued, and the leader counts on what a follower says of
        // its end.
        return log.settled().thenRun(() -> {
            FollowerRole next = new FollowerRole(log, context, highWatermark, lock, target);
            if (assume(next)) {
                next.begin();
            }
        });
    }

    private boolean assume(Role next) {
        synchronized (lock) {
            if (closed == null) {
                role = next;
                return true;
            }
        }
        next.close(closed);
        return false;
    }

    private void endRole() {
        Role before = role;
        role = null;
        if (before != null) {
            before.close(new MillraceException(
                    ErrorCode.NOT_LEADER_OR_FOLLOWER,
                    "Another node leads " + topicPartition() + " now, or will soon: ask for metadata and try again"));
            highWatermark.appends().hasten(context.nowMs() + FORMER_LEADER_WAIT_MS);
            highWatermark.tellAll();
        }
    }

    /**
     * This node's reign.
     *
     * @throws MillraceException NOT_LEADER_OR_FOLLOWER when there is none
     */
    LeaderRole leading() {
        if (role instanceof LeaderRole leader) {
            return leader;
        }
        MillraceException why = closed;
        throw why != null ? why : notLeading();
    }

    private MillraceException notLeading() {
        PartitionMetadata known = metadata;
        String who =
                known == null || known.leader() == PartitionMetadata.NO_LEADER || known.leader() == context.nodeId()
                        ? "no node is known to lead it at the moment"
                        : "node " + known.leader() + " does";
        return new MillraceException(
                ErrorCode.NOT_LEADER_OR_FOLLOWER, "This node does not lead " + topicPartition() + ": " + who);
    }

    /**
     * What this node is while it follows and is in sync: fit to be read.
     *
     * @throws MillraceException NOT_LEADER_OR_FOLLOWER when it is not
     */
    FollowerRole followingInSync() {
        if (role instanceof FollowerRole follower && follower.isInSync()) {
            return follower;
        }
        MillraceException why = closed;
        throw why != null ? why : notLeading();
    }

    /** Whether a read below the high watermark would be answered from memory, or with nothing. */
    boolean isReadImmediate(long offset) {
        return offset >= highWatermark.value() || log.isCached(offset);
    }

    /** This node's reign, or null. */
    LeaderRole leadingOrNull() {
        return role instanceof LeaderRole leader ? leader : null;
    }

    Watch watch(long position, Runnable listener) {
        return highWatermark.watch(position, listener);
    }

    Watch watchStable(long position, Runnable listener) {
        return highWatermark.watchStable(position, listener);
    }

    /** As {@link #watch}, and forgets the listener when it calls it. */
    Watch watchOnce(long position, Runnable listener) {
        return highWatermark.watchOnce(position, listener);
    }

    /** Retention has moved the start of the log, or has not. */
    void logStartAt(long offset) {
        if (role instanceof LeaderRole leader) {
            leader.followersAtEnd().logStartAt(offset);
        }
    }

    /** Whether it stopped to follow, because it has acknowledged records that its leader lost. */
    boolean isOffline() {
        return role instanceof FollowerRole follower && follower.isOffline();
    }

    /** Adds how this replica does. */
    ReplicaHealth addTo(ReplicaHealth sum) {
        Role current = role;
        if (current instanceof LeaderRole leader) {
            return leader.addTo(sum);
        }
        boolean leaderless =
                current instanceof FollowerRole follower && follower.leader() == PartitionMetadata.NO_LEADER;
        return sum.withFollowed(leaderless || isOffline() || closed != null);
    }

    void expire(long nowMs) {
        highWatermark.appends().expire(nowMs);
        if (role instanceof LeaderRole leader) {
            leader.expire(nowMs);
        }
    }

    void checkLag() {
        if (role instanceof LeaderRole leader) {
            leader.checkLag();
        }
    }

    /** Ends everything that waits here: the partition was deleted, its disk failed, or the node stops. */
    void close(MillraceException cause) {
        Role last;
        synchronized (lock) {
            closed = cause;
            last = role;
        }
        if (last != null) {
            last.close(cause);
        }
        highWatermark.appends().close(cause);
        highWatermark.tellAll();
    }
}
