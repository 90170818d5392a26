package io.millrace.websocket.delivery;

import io.millrace.cluster.error.MillraceException;
import io.millrace.storage.TopicPartition;
import io.millrace.websocket.protocol.Gap;
import io.millrace.websocket.table.TableMembership;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;

/**
 * One follower's place in one partition: a position, and nothing else that grows. It is either <em>live</em> (the follower is
 * called with each new frame) or <em>behind</em> (the follower reads the log at its own pace). The two never mix: only the
 * position decides what is sent next, so the switch between them can neither skip nor repeat a record (gateway protocol §6.2).
 *
 * <p>Belongs to one event loop.
 */
public final class Cursor {

    private final Follower follower;
    private final SharedStream stream;
    private final LiveCursors live;
    private final long end;
    private long position;
    /** In which the position was known to be one of this log. */
    private int leaderEpoch;
    /** What it has begun with and not ended; null between two of them, and where nothing is conflated. */
    private Tick tick;

    private long stopAt = Long.MAX_VALUE;
    /** Where the log ended when it became live. */
    private long joinedAt;

    private boolean inSnapshot;
    /** Null until it is there, and when the follower is not in one. */
    private TableMembership snapshot;

    private boolean detached;
    private Gap gap;
    private boolean afterGap;
    private boolean near;
    private int liveIndex = -1;

    /** A cursor that is behind. */
    Cursor(Follower follower, SharedStream stream, LiveCursors live, long position, int leaderEpoch, long end) {
        this.follower = follower;
        this.stream = stream;
        this.live = live;
        this.position = position;
        this.leaderEpoch = leaderEpoch;
        this.end = end;
    }

    public TopicPartition partition() {
        return stream.key().partition();
    }

    public SharedStream stream() {
        return stream;
    }

    /** Offset of the next record to send. */
    public long position() {
        return position;
    }

    /** Goes on elsewhere. */
    public void position(long newPosition) {
        position = newPosition;
        tick = null;
        endSnapshot();
    }

    /** The leader epoch in which its position is known to be one of this log (KIP-320). */
    public int leaderEpoch() {
        return leaderEpoch;
    }

    public void leaderEpoch(int newLeaderEpoch) {
        leaderEpoch = newLeaderEpoch;
    }

    /** Whether there is another leader since that was known, who may not have all that this follower has seen. */
    public boolean hasNewLeader() {
        return stream.newestLeaderEpoch() > leaderEpoch;
    }

    /** Begins with the snapshot of a table; the position is the first offset of the log. */
    public void beginSnapshot() {
        inSnapshot = true;
    }

    boolean isInSnapshot() {
        return inSnapshot;
    }

    private void endSnapshot() {
        inSnapshot = false;
        if (snapshot != null) {
            snapshot.index().release();
            snapshot = null;
        }
    }

    /** Says that nothing at or above an offset will be sent. */
    public void stopAt(long offset) {
        stopAt = offset;
    }

    /** Whether a frame is what comes next, without a hole. */
    public boolean continuesWith(SharedFrame frame) {
        if (frame.start() > position || (frame.start() < joinedAt && frame.judgedFor() < joinedAt)) {
            return false;
        }
        Tick next = frame.tick();
        if (next == null) {
            return true;
        }
        // A record of a tick stands for others of it: it is sent whole, or not at all.
        return frame.start() == position
                && next.end() <= stopAt
                && (tick == null ? position == next.start() : next.isSame(tick));
    }

    /** It becomes live: what it was sent so far lay in a log that ended there. */
    void joinedAt(long logEndOffset) {
        joinedAt = logEndOffset;
    }

    /** A frame was sent, up to a position in it. */
    public void sent(SharedFrame frame, long newPosition) {
        position = newPosition;
        Tick of = frame.tick();
        tick = of == null || newPosition >= of.end() ? null : of;
        if (frame.isSnapshot() && newPosition >= snapshot.index().end()) {
            endSnapshot();
        }
    }

    /**
     * Reads the frame at the position from the log. To be called on {@code context}; completes there, and the receiver releases the
     * frame. Its {@link SharedFrame#next} is the position itself when there is nothing yet. Fails with MillraceException.
     *
     * @param told the gap to be told with the first record; may be null
     */
    public Future<SharedFrame> read(Gap told, Context context) {
        if (inSnapshot && snapshot == null) {
            return stream.snapshot(end, context).compose(found -> {
                if (detached) {
                    found.index().release();
                    return Future.failedFuture(new IllegalStateException("the follower is gone"));
                }
                snapshot = found;
                if (position >= found.index().end()) {
                    endSnapshot();
                }
                return read(told, context);
            });
        }
        if (inSnapshot) {
            return stream.logReader()
                    .readSnapshot(position, snapshot, told, context)
                    .compose(frame -> notAtOnceIfEmpty(frame, context));
        }
        long limit;
        try {
            limit = Math.min(stopAt, tick == null ? stream.catchUpLimit(this) : tick.end());
        } catch (MillraceException e) {
            return Future.failedFuture(e);
        }
        return stream.logReader()
                .read(position, tick, limit, told, context)
                .onSuccess(frame -> near = frame.next() >= limit || frame.next() == frame.start())
                .compose(frame -> tick == null ? Future.succeededFuture(frame) : notAtOnceIfEmpty(frame, context));
    }

    /** Where something must be and is not yet, because its leader changes, the follower does not ask again and again. */
    private static Future<SharedFrame> notAtOnceIfEmpty(SharedFrame frame, Context context) {
        if (frame.next() > frame.start()) {
            return Future.succeededFuture(frame);
        }
        Promise<SharedFrame> later = Promise.promise();
        context.owner().setTimer(LeaderChange.PAUSE_MS, timer -> later.complete(frame));
        return later.future();
    }

    /** The high watermark at the moment of subscribing. */
    public long end() {
        return end;
    }

    /** Whether everything has been passed that was there at the moment of subscribing. */
    public boolean isCaughtUp() {
        return position >= end;
    }

    /** What was lost before the next record and has not been told yet, or null. */
    public Gap gap() {
        return gap;
    }

    public void gap(Gap newGap) {
        gap = newGap;
    }

    /** Whether its client was told of a gap, and has been sent no record since. */
    public boolean isAfterGap() {
        return afterGap;
    }

    public void afterGap(boolean newAfterGap) {
        afterGap = newAfterGap;
    }

    /**
     * Whether the last read of the log reached what was its end, so that the follower keeps up and may have the shared reader start for
     * it.
     */
    boolean isNear() {
        return near;
    }

    Tick tick() {
        return tick;
    }

    public boolean isLive() {
        return liveIndex >= 0;
    }

    /**
     * Makes the cursor live if the shared reader is near enough, and delivers at once what it has beyond the position.
     *
     * @return false when the follower has to read the log on its own first
     */
    public boolean join() {
        return live.add(this);
    }

    /** Ends being live, if it was. */
    public void leave() {
        near = false;
        if (isLive()) {
            live.remove(this);
        }
    }

    /** Leaves and lets the shared stream go. The cursor is of no use afterwards. */
    public void detach() {
        if (!detached) {
            detached = true;
            leave();
            endSnapshot();
            stream.release();
        }
    }

    /** Whether it was let go: what is still read for it is for nobody. */
    public boolean isDetached() {
        return detached;
    }

    Follower follower() {
        return follower;
    }

    int liveIndex() {
        return liveIndex;
    }

    void liveIndex(int index) {
        liveIndex = index;
    }
}
