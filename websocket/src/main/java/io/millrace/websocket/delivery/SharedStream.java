package io.millrace.websocket.delivery;

import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.partition.PartitionOffsets;
import io.millrace.cluster.partition.PartitionService;
import io.millrace.cluster.partition.PartitionService.EpochEnd;
import io.millrace.cluster.partition.Watch;
import io.millrace.websocket.GatewayLimits;
import io.millrace.websocket.filter.RecordFilter;
import io.millrace.websocket.table.TableMembership;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What all followers share who want the same bytes of one partition: one reader ({@link DeliveryPump}) that runs while anybody
 * is live, and a {@link FrameRing} of what it encoded last.
 *
 * <p>Invariant: a live follower's position is either covered by the ring or at or above {@link #head}. So whatever comes next
 * for it is in the ring or still to come, and nothing is read twice for nothing.
 *
 * <p>Thread-safe; the lock is held for a few instructions only.
 */
public final class SharedStream {

    private final StreamKey key;
    private final SharedStreams owner;
    private final PartitionService partitions;
    private final FrameRing ring;
    private final Pump pump;
    private final LogReader logReader;

    /** What is known of the keys that the filter of a table keeps out; null where there is nothing to know. */
    private final TableMemberships memberships;

    private final Map<LoopDelivery, LiveCursors> loops = new ConcurrentHashMap<>();

    /** Guarded by {@link #owner}. */
    private int holders;

    // Guarded by this.
    private long head;
    /** In which everything below the head was known to be the log; -1 before the first follower. */
    private int leaderEpoch = -1;
    /** Whether the live followers are asked to leave, because there is another leader. */
    private boolean leaving;

    private int live;
    private Watch watch;
    private boolean disposed;

    private volatile MillraceException failure;
    private volatile long movedNanos;

    SharedStream(StreamKey key, SharedStreams owner, LoopDelivery home, AtomicLong allRingsBytes) {
        this.key = key;
        this.owner = owner;
        this.partitions = owner.partitions();
        GatewayLimits limits = owner.limits();
        this.ring = new FrameRing(ringBytesMax(limits), limits.allRingsBytesMax(), allRingsBytes);
        this.memberships = key.table() && !key.filter().equals(RecordFilter.ALL) ? new TableMemberships() : null;
        RecordGate gate = new RecordGate(key, memberships, owner.metrics());
        this.pump = key.conflation() == null
                ? new DeliveryPump(this, partitions, home.context(), limits, owner.metrics(), gate)
                : new ConflatingPump(
                        this,
                        partitions,
                        home.context(),
                        limits,
                        owner.metrics(),
                        new ConflatingEncoder(key, limits, owner.metrics(), gate, allRingsBytes));
        this.logReader = new LogReader(key, partitions, limits, owner.metrics(), allRingsBytes);
    }

    public StreamKey key() {
        return key;
    }

    /** The offsets of the partition; throws MillraceException when it is not here (any more). */
    public PartitionOffsets offsets() {
        return partitions.offsets(key.partition());
    }

    /** See {@link PartitionService#endOfEpoch}. */
    public Future<EpochEnd> endOfEpoch(int epoch) {
        return partitions.endOfEpoch(key.partition(), epoch);
    }

    /**
     * The snapshot of a table as of an offset, or a little before it; its index is retained for the caller. To be called on {@code
     * context}; completes there. Fails with MillraceException.
     */
    Future<TableMembership> snapshot(long end, Context context) {
        return owner.tables()
                .of(key.partition(), end, context)
                .map(index -> memberships == null ? new TableMembership(index) : memberships.of(index));
    }

    /** A tick comes at once, however large it is. */
    private long ringBytesMax(GatewayLimits limits) {
        return key.conflation() == null
                ? limits.ringBytesMax()
                : Math.max(limits.ringBytesMax(), 2 * limits.conflateBytesMax());
    }

    /** Reads for followers that are behind. */
    LogReader logReader() {
        return logReader;
    }

    /**
     * Takes one more live follower, if its position can be served from the ring or by the pump.
     *
     * @return false when it is too far behind
     * @throws MillraceException when the partition cannot be read (any more)
     */
    synchronized boolean join(Cursor cursor) {
        if (failure != null) {
            throw failure;
        }
        if (cursor.isInSnapshot() || !isOfSameLeader(cursor)) {
            return false;
        }
        if (key.conflation() != null && !cursor.isCaughtUp() && !cursor.isNear()) {
            // What was there when it came does not wait for a tick.
            return false;
        }
        if (live == 0 && !isInRing(cursor)) {
            // Nobody to share with: the pump may start wherever this follower is, unless that would make it read
            // history,
            // at its own speed and not at that of its only follower.
            long highWatermark = partitions.offsets(key.partition()).highWatermark();
            if (cursor.tick() != null || (!cursor.isNear() && cursor.position() < highWatermark)) {
                return false;
            }
            ring.clear();
            head = Math.min(cursor.position(), highWatermark);
        } else if (!isInRing(cursor) && !isAhead(cursor)) {
            return false;
        }
        if (memberships != null) {
            long logEndOffset = partitions.offsets(key.partition()).logEndOffset();
            memberships.joined(cursor.position(), logEndOffset);
            cursor.joinedAt(logEndOffset);
        }
        live++;
        if (live == 1) {
            watch = partitions.watch(key.partition(), head, pump::signal);
            pump.signal();
        }
        return true;
    }

    /**
     * Whether a follower and those who are here know the same log. One that knows a newer leader has the others look first, and comes
     * again; one that knows an older leader looks first itself.
     */
    private boolean isOfSameLeader(Cursor cursor) {
        if (cursor.leaderEpoch() > leaderEpoch) {
            if (live > 0) {
                askToLeave();
                return false;
            }
            ring.clear();
            leaderEpoch = cursor.leaderEpoch();
        }
        return !leaving && cursor.leaderEpoch() == leaderEpoch;
    }

    /**
     * Whether there is another leader than the one whose log was read here. Those who are live leave then, and see each for itself
     * whether it has been sent what that leader does not have. To be asked before and after each read: an answer may be of either.
     */
    boolean hasNewLeader() {
        return hasNewLeader(leaderEpochOrUnknown());
    }

    /** The same, for who knows the epoch of the leader. */
    synchronized boolean hasNewLeader(int newestEpoch) {
        if (newestEpoch > leaderEpoch && live > 0) {
            askToLeave();
        }
        return leaving;
    }

    /** The newest leader epoch that is known here. */
    int newestLeaderEpoch() {
        int known = leaderEpochOrUnknown();
        synchronized (this) {
            return Math.max(known, leaderEpoch);
        }
    }

    private int leaderEpochOrUnknown() {
        try {
            return offsets().leaderEpoch();
        } catch (MillraceException e) {
            // Gone, or between two leaders: the next read says so.
            return -1;
        }
    }

    private void askToLeave() {
        leaving = true;
        ring.clear();
        loops.values().forEach(LiveCursors::streamMoved);
    }

    synchronized boolean isToBeLeft() {
        return leaving;
    }

    private boolean isInRing(Cursor cursor) {
        if (memberships != null && cursor.position() < head) {
            // What is there was judged for those who were there.
            return false;
        }
        return key.conflation() == null ? ring.covers(cursor.position()) : ring.continuesNewestTick(cursor);
    }

    /** Where ticks are made, it waits for the one that it is in, and reads the log for what it misses of it. */
    private boolean isAhead(Cursor cursor) {
        return cursor.position() >= head && cursor.tick() == null;
    }

    /**
     * How far a follower that is behind reads the log before it comes back. Where ticks are made, that is between two of them, if it is
     * not still on its way to where it was when it came.
     */
    long catchUpLimit(Cursor cursor) {
        long highWatermark = offsets().highWatermark();
        if (key.conflation() == null) {
            return highWatermark;
        }
        synchronized (this) {
            long position = cursor.position();
            if (live == 0 || (position >= head && cursor.isCaughtUp())) {
                return highWatermark;
            }
            return position >= head ? cursor.end() : Math.max(head, cursor.isCaughtUp() ? 0 : cursor.end());
        }
    }

    /** One live follower less; the last one stops the pump. */
    void leave() {
        Watch ended = null;
        synchronized (this) {
            live--;
            if (live == 0) {
                ended = watch;
                watch = null;
                leaving = false;
            }
        }
        if (ended != null) {
            ended.cancel();
            pump.idle();
        }
    }

    /** Where the pump has to go on, or -1 when nobody would be served. */
    synchronized long wanted() {
        return live == 0 || leaving ? -1 : head;
    }

    /** The pump's next frames, without holes between them. Owns them from now on. */
    void append(List<SharedFrame> frames, long noticedNanos) {
        synchronized (this) {
            if (disposed || leaving || frames.get(0).start() != head) {
                // Everybody left while it was read, or is to, or somebody else began elsewhere.
                frames.forEach(SharedFrame::release);
                return;
            }
            for (SharedFrame frame : frames) {
                ring.append(frame);
                head = frame.next();
            }
        }
        movedNanos = noticedNanos;
        loops.values().forEach(LiveCursors::streamMoved);
    }

    /** The log does not reach back to {@link #head} any more: goes on later in it. Live followers find the hole by offset. */
    void skipTo(long position) {
        synchronized (this) {
            ring.clear();
            head = position;
        }
    }

    /** The partition cannot be read any more. */
    void fail(MillraceException error) {
        failure = error;
        loops.values().forEach(LiveCursors::streamMoved);
    }

    MillraceException failure() {
        return failure;
    }

    /** When the newest frame's records were noticed ({@link System#nanoTime}). */
    long movedNanos() {
        return movedNanos;
    }

    synchronized void acquire(long position, List<SharedFrame> into) {
        ring.acquire(position, into);
    }

    LiveCursors liveOn(LoopDelivery loop) {
        return loops.computeIfAbsent(loop, l -> new LiveCursors(this, l));
    }

    /** One holder less; the last one takes the stream out of the registry. */
    void release() {
        owner.release(this);
    }

    int holders() {
        return holders;
    }

    void holders(int count) {
        holders = count;
    }

    void dispose() {
        synchronized (this) {
            disposed = true;
            ring.clear();
        }
        logReader.close();
        if (memberships != null) {
            memberships.close();
        }
        loops.keySet().forEach(loop -> loop.context().runOnContext(v -> loop.forget(this)));
    }
}
