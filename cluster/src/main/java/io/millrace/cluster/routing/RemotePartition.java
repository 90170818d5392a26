package io.millrace.cluster.routing;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.partition.OffsetWatchers;
import io.millrace.cluster.partition.PartitionOffsets;
import io.millrace.cluster.partition.Watch;
import io.millrace.storage.TopicPartition;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What this node knows of a partition of which it has no replica: the offsets that a leader told last, the newest batches while somebody
 * watches, and those who watch. Thread-safe.
 */
final class RemotePartition {

    private final TopicPartition key;
    private final RecordWindow window;
    private final OffsetWatchers watchers = new OffsetWatchers();
    private volatile PartitionOffsets offsets;
    private volatile long usedNanos = System.nanoTime();

    RemotePartition(TopicPartition key, AtomicLong windowBytes) {
        this.key = key;
        this.window = new RecordWindow(windowBytes);
    }

    TopicPartition key() {
        return key;
    }

    RecordWindow window() {
        return window;
    }

    /** Null before a leader has told them. */
    PartitionOffsets offsetsOrNull() {
        usedNanos = System.nanoTime();
        return offsets;
    }

    /** Throws LEADER_NOT_AVAILABLE before a leader has told them. */
    PartitionOffsets offsets() {
        PartitionOffsets known = offsetsOrNull();
        if (known == null) {
            throw new MillraceException(
                    ErrorCode.LEADER_NOT_AVAILABLE,
                    "The leader of " + key + " was not heard of yet: try again in a moment");
        }
        return known;
    }

    /** A leader told these. They only grow, as answers of different ages come in any order. */
    void learned(int leaderEpoch, long logStartOffset, long highWatermark) {
        boolean moved;
        boolean newLeader;
        synchronized (this) {
            PartitionOffsets before = offsets;
            newLeader = before != null && leaderEpoch > before.leaderEpoch();
            moved = before == null || highWatermark > before.highWatermark();
            offsets = before == null
                    ? of(leaderEpoch, logStartOffset, highWatermark)
                    : of(
                            Math.max(leaderEpoch, before.leaderEpoch()),
                            Math.max(logStartOffset, before.logStartOffset()),
                            Math.max(highWatermark, before.highWatermark()));
        }
        if (newLeader) {
            // It may have lost what an earlier one gave out. Who watches finds out, and reads it from the new one.
            window.leave();
            watchers.tellAll();
        } else if (moved) {
            watchers.tell(highWatermark);
        }
    }

    /** The leader does not have the offset at which the window goes on: it was cut, which only a loss of records explains, or deleted. */
    void restart(int leaderEpoch, long logStartOffset, long highWatermark) {
        synchronized (this) {
            offsets = of(leaderEpoch, logStartOffset, highWatermark);
        }
        window.restart(highWatermark);
        watchers.tellAll();
    }

    /** The log end offset of the leader is nobody's business elsewhere. */
    private static PartitionOffsets of(int leaderEpoch, long logStartOffset, long highWatermark) {
        return new PartitionOffsets(leaderEpoch, logStartOffset, highWatermark, highWatermark, highWatermark);
    }

    Watch watch(long position, Runnable listener) {
        return watchers.watch(position, listener, this::highWatermark);
    }

    private long highWatermark() {
        PartitionOffsets known = offsetsOrNull();
        return known == null ? -1 : known.highWatermark();
    }

    boolean isWatched() {
        return !watchers.isEmpty();
    }

    /** Everyone who watches looks again: the partition is gone, or has a replica here now. */
    void tellAll() {
        watchers.tellAll();
    }

    boolean isIdle(long sinceNanos) {
        return !isWatched() && System.nanoTime() - usedNanos > sinceNanos;
    }
}
