package io.millrace.cluster.partition;

import io.millrace.cluster.replication.ReplicaFetchRequest;

/**
 * A partition in the fetch session of a follower: what was asked, what was told since, and who says when there is more. When the follower
 * asks something else it is replaced by another one, which was told nothing: what an answer said counts only as long as nobody has a
 * reason to doubt that it had its effect.
 */
final class SessionPartition implements FollowerProgress.Source {

    private static final Watch NONE = () -> {};
    private static final long NOTHING_YET = -1;
    private static final long STILL_THERE = Long.MIN_VALUE;

    private final ReplicaSession session;
    private final ReplicaFetchRequest.Entry asked;

    /** Whether the request that is being answered says where the follower is; by one fetch at a time. */
    private boolean toNote = true;

    /** When the session was last heard of while this was in it. Not under the session's lock: it is read under the partition's. */
    private volatile long leftMs = STILL_THERE;

    // Guarded by the session.
    private boolean marked;
    private boolean gone;
    private Watch endWatch = NONE;
    private Watch highWatermarkWatch = NONE;
    private long toldHighWatermark = NOTHING_YET;
    private long toldLogStart = NOTHING_YET;

    SessionPartition(ReplicaSession session, ReplicaFetchRequest.Entry asked) {
        this.session = session;
        this.asked = asked;
    }

    ReplicaFetchRequest.Entry asked() {
        return asked;
    }

    @Override
    public long lastHeardMs() {
        long left = leftMs;
        return left == STILL_THERE ? session.lastHeardMs() : left;
    }

    @Override
    public void displaced() {
        session.mark(this);
    }

    /** A request has come, in which the follower says the same again. */
    void noteAgain() {
        toNote = true;
    }

    /** Whether the leader is still to be told how far the follower is; not twice for one request. */
    boolean takeNote() {
        boolean was = toNote;
        toNote = false;
        return was;
    }

    /** The follower is at the end of the log: waits until there is more, or the high watermark is another one. */
    void await(LeaderRole leader, Partition partition, long highWatermark) {
        Watch end =
                leader.followersAtEnd().watch(session.replicaId(), this, asked.fetchOffset(), () -> session.mark(this));
        Watch high = watchHighWatermark(partition, highWatermark);
        synchronized (session) {
            cancelWatches();
            endWatch = end;
            highWatermarkWatch = high;
            if (gone) {
                cancelWatches();
            }
        }
        if (!leader.followersAtEnd().isSettled(session.replicaId(), this)) {
            session.askAgain(this);
        }
    }

    private Watch watchHighWatermark(Partition partition, long above) {
        return asked.highWatermark() == ReplicaFetchRequest.Entry.NOBODY_WAITS
                ? partition.watchOnce(above, () -> session.addNews(this))
                : partition.watchOnce(above, () -> session.mark(this));
    }

    /** Whether an answer that says this need not wait for records. */
    boolean isUrgent(long highWatermark) {
        synchronized (session) {
            return highWatermark > Math.max(asked.highWatermark(), toldHighWatermark);
        }
    }

    boolean isNews(long highWatermark, long logStart) {
        synchronized (session) {
            return highWatermark != toldHighWatermark || logStart != toldLogStart;
        }
    }

    /** An answer says this; returns whether it is news. */
    boolean tell(Partition partition, long highWatermark, long logStart) {
        synchronized (session) {
            if (gone || highWatermark == toldHighWatermark && logStart == toldLogStart) {
                return false;
            }
            toldHighWatermark = highWatermark;
            toldLogStart = logStart;
            highWatermarkWatch.cancel();
        }
        Watch high = watchHighWatermark(partition, highWatermark);
        synchronized (session) {
            highWatermarkWatch = high;
            if (gone) {
                cancelWatches();
            }
        }
        return true;
    }

    // The rest with the session's lock.

    /** Whether it was not marked, and is now. */
    boolean mark() {
        boolean isNew = !marked && !gone;
        marked |= isNew;
        return isNew;
    }

    void unmark() {
        marked = false;
    }

    boolean isGone() {
        return gone;
    }

    void leave() {
        if (!gone) {
            // From now on the session says nothing of it, however long it lives.
            leftMs = session.lastHeardMs();
        }
        gone = true;
        cancelWatches();
    }

    private void cancelWatches() {
        endWatch.cancel();
        highWatermarkWatch.cancel();
        endWatch = NONE;
        highWatermarkWatch = NONE;
    }
}
