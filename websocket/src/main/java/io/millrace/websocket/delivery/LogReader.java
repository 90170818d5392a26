package io.millrace.websocket.delivery;

import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.partition.PartitionOffsets;
import io.millrace.cluster.partition.PartitionService;
import io.millrace.websocket.GatewayLimits;
import io.millrace.websocket.GatewayMetrics;
import io.millrace.websocket.protocol.Gap;
import io.millrace.websocket.table.TableMembership;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** Reads for followers that are behind the shared reader, each at its own position. Thread-safe. */
final class LogReader {

    private static final int RECENT_FRAMES_MAX = 4;

    /** Of what is read for a snapshot little may be sent. */
    private static final int SNAPSHOT_RATIO = 8;

    private final StreamKey key;
    private final PartitionService partitions;
    private final GatewayLimits limits;
    private final GatewayMetrics metrics;
    private final FrameCache recent;
    private final ConflatedReads conflated;

    /** Of what is kept; guarded by this. */
    private int leaderEpoch = -1;

    LogReader(
            StreamKey key,
            PartitionService partitions,
            GatewayLimits limits,
            GatewayMetrics metrics,
            AtomicLong allRingsBytes) {
        this.key = key;
        this.partitions = partitions;
        this.limits = limits;
        this.metrics = metrics;
        this.conflated =
                key.conflation() == null ? null : new ConflatedReads(key, partitions, limits, metrics, allRingsBytes);
        int framesMax = conflated == null ? RECENT_FRAMES_MAX : 2 * ConflatedReads.FRAMES_MAX;
        this.recent = new FrameCache(framesMax, limits.allRingsBytesMax(), allRingsBytes);
    }

    /**
     * The frame at a position. To be called on {@code context}; completes there, and the receiver releases the frame. Its {@link
     * SharedFrame#next} is the position itself when there is nothing yet. Fails with MillraceException.
     *
     * @param tick what the follower has begun with and not ended; null when the stream is not conflated, or it stands between two
     * @param limit where a frame of a conflated stream ends at the latest; what is sent as it is may go on beyond it
     * @param gap told with the first record, which makes the frame this follower's own; may be null
     */
    Future<SharedFrame> read(long position, Tick tick, long limit, Gap gap, Context context) {
        PartitionOffsets now = offsetsOrNull();
        int epoch = forgetOfEarlierLeaders(now);
        SharedFrame known = gap == null && isReadable(position, now) ? recent.acquire(position, tick) : null;
        if (known != null && (known.tick() == null || known.tick().end() <= limit)) {
            return Future.succeededFuture(known);
        }
        if (known != null) {
            known.release();
        }
        if (conflated != null) {
            return conflated
                    .read(position, tick, limit, gap, context)
                    .map(frames -> first(frames, epoch, gap != null, -1));
        }
        LogEncoder encoder = LogEncoder.of(key, limits.frameBytesMax(), gate());
        return new BatchReader(partitions, key.partition(), key.isolation(), context)
                .read(
                        position,
                        limits.readBytes(),
                        encoder.load(),
                        batches -> List.of(encoder.encode(batches, position, gap)))
                .map(frames -> first(frames, epoch, gap != null, -1));
    }

    /** The same, for a position in the snapshot of a table: it ends where the snapshot ends. */
    Future<SharedFrame> readSnapshot(long position, TableMembership snapshot, Gap gap, Context context) {
        long end = snapshot.index().end();
        PartitionOffsets now = offsetsOrNull();
        int epoch = forgetOfEarlierLeaders(now);
        SharedFrame known = gap == null && isReadable(position, now) ? recent.acquireSnapshotPart(position, end) : null;
        if (known != null) {
            return Future.succeededFuture(known);
        }
        FrameEncoder encoder = new FrameEncoder(key, limits.frameBytesMax(), gate());
        return new BatchReader(partitions, key.partition(), key.isolation(), context)
                .read(
                        position,
                        SNAPSHOT_RATIO * limits.readBytes(),
                        BatchReader.Load.of(true, true),
                        batches -> List.of(encoder.encodeSnapshot(batches, position, gap, snapshot)))
                .map(frames -> first(frames, epoch, gap != null, end));
    }

    private RecordGate gate() {
        return new RecordGate(key, null, metrics);
    }

    /**
     * What an earlier leader gave out may not be in the log any more.
     *
     * @param now null when it is not known
     * @return the epoch of the leader
     */
    private synchronized int forgetOfEarlierLeaders(PartitionOffsets now) {
        if (now != null && now.leaderEpoch() > leaderEpoch) {
            recent.clear();
            leaderEpoch = now.leaderEpoch();
        }
        return leaderEpoch;
    }

    private synchronized void keep(SharedFrame frame, int readInEpoch, long snapshotEnd) {
        if (readInEpoch == leaderEpoch) {
            recent.keep(frame, snapshotEnd);
        }
    }

    /** Keeps all that others may want. */
    private SharedFrame first(List<SharedFrame> frames, int readInEpoch, boolean firstIsItsOwn, long snapshotEnd) {
        SharedFrame first = frames.get(0);
        for (SharedFrame frame : frames) {
            if (frame.count() > 0) {
                metrics.frameEncoded(key.partition().topic());
            }
            // Also when a filter dropped everything: others need not look at the same records again.
            if (frame.next() > frame.start() && !(frame == first && firstIsItsOwn)) {
                keep(frame, readInEpoch, snapshotEnd);
            }
            if (frame != first) {
                frame.release();
            }
        }
        return first;
    }

    void close() {
        recent.close();
    }

    /** Records that were deleted meanwhile are not shown from memory either. */
    private static boolean isReadable(long position, PartitionOffsets now) {
        return now != null && position >= now.logStartOffset();
    }

    private PartitionOffsets offsetsOrNull() {
        try {
            return partitions.offsets(key.partition());
        } catch (MillraceException e) {
            // The read says what it is.
            return null;
        }
    }
}
