package io.millrace.websocket.delivery;

import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.partition.PartitionOffsets;
import io.millrace.cluster.partition.PartitionService;
import io.millrace.cluster.partition.Watch;
import io.millrace.websocket.GatewayLimits;
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
    private final DeliveryPump pump;
    private final LogReader logReader;
    private final Map<LoopDelivery, LiveCursors> loops = new ConcurrentHashMap<>();

    /** Guarded by {@link #owner}. */
    private int holders;

    // Guarded by this.
    private long head;
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
        this.ring = new FrameRing(limits.ringBytesMax(), limits.allRingsBytesMax(), allRingsBytes);
        this.pump = new DeliveryPump(this, partitions, home.context(), limits, owner.metrics());
        this.logReader = new LogReader(key, partitions, limits, owner.metrics(), allRingsBytes);
    }

    public StreamKey key() {
        return key;
    }

    /** The offsets of the partition; throws MillraceException when it is not here (any more). */
    public PartitionOffsets offsets() {
        return partitions.offsets(key.partition());
    }

    /** Reads for followers that are behind. */
    public LogReader logReader() {
        return logReader;
    }

    /**
     * Takes one more live follower, if its position can be served from the ring or by the pump.
     *
     * @param near whether it has read everything that was there a moment ago
     * @return false when it is too far behind
     * @throws MillraceException when the partition cannot be read (any more)
     */
    synchronized boolean join(long position, boolean near) {
        if (failure != null) {
            throw failure;
        }
        if (live == 0 && !ring.covers(position)) {
            // Nobody to share with: the pump may start wherever this follower is, unless that would make it read
            // history,
            // at its own speed and not at that of its only follower.
            long highWatermark = partitions.offsets(key.partition()).highWatermark();
            if (!near && position < highWatermark) {
                return false;
            }
            ring.clear();
            head = Math.min(position, highWatermark);
        } else if (position < head && !ring.covers(position)) {
            return false;
        }
        live++;
        if (live == 1) {
            watch = partitions.watch(key.partition(), head, pump::signal);
            pump.signal();
        }
        return true;
    }

    /** One live follower less; the last one stops the pump. */
    void leave() {
        Watch ended = null;
        synchronized (this) {
            live--;
            if (live == 0) {
                ended = watch;
                watch = null;
            }
        }
        if (ended != null) {
            ended.cancel();
        }
    }

    /** Where the pump has to go on, or -1 when nobody would be served. */
    synchronized long wanted() {
        return live == 0 ? -1 : head;
    }

    /** The pump's next frame. Owns it from now on. */
    void append(SharedFrame frame, long noticedNanos) {
        synchronized (this) {
            if (disposed || frame.start() != head) {
                // Everybody left while it was read, or somebody else began elsewhere.
                frame.release();
                return;
            }
            ring.append(frame);
            head = frame.next();
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
        loops.keySet().forEach(loop -> loop.context().runOnContext(v -> loop.forget(this)));
    }
}
