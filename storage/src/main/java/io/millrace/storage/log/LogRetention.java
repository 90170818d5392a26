package io.millrace.storage.log;

import io.millrace.storage.LogConfig;
import io.millrace.storage.LogException;
import io.millrace.storage.checkpoint.LogStartFile;
import io.millrace.storage.epoch.LeaderEpochCache;
import io.millrace.storage.index.TimeIndex;
import io.millrace.storage.producer.ProducerSnapshotFiles;
import io.millrace.storage.retention.RetentionPolicy;
import io.millrace.storage.retention.RetentionPolicy.ClosedSegment;
import io.millrace.storage.segment.Segment;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves the log start and removes the segments below it. The new start is durable before the first file goes.
 *
 * <p>Shard thread only.
 */
final class LogRetention {

    private static final Logger log = LoggerFactory.getLogger(LogRetention.class);

    private final LogServices services;
    private final LogState state;
    private final LogRoller roller;
    private final LogFlush flush;
    private final LeaderEpochCache epochs;
    private final LogStartFile startFile;

    private final ProducerSnapshotFiles snapshots;

    LogRetention(
            LogServices services,
            LogState state,
            LogRoller roller,
            LogFlush flush,
            LeaderEpochCache epochs,
            ProducerSnapshotFiles snapshots) {
        this.snapshots = snapshots;
        this.services = services;
        this.state = state;
        this.roller = roller;
        this.flush = flush;
        this.epochs = epochs;
        this.startFile = new LogStartFile(services.disk(), state.directory());
    }

    /** See {@link io.millrace.storage.PartitionLog#applyRetention}. */
    long apply(long highWatermark) throws IOException {
        LogConfig config = state.config();
        long now = services.clock().millis();
        if (config.delete() && state.end().sizeBytes() > 0 && isExpired(state.active(), config, now)) {
            // Otherwise the last records of a topic that fell silent would stay for ever.
            roller.roll();
        }
        List<ClosedSegment> closed = new ArrayList<>();
        long total = state.end().sizeBytes();
        for (Segment segment : state.segments().values()) {
            if (segment != state.active()) {
                closed.add(new ClosedSegment(state.endOffsetOf(segment), segment.sizeBytes(), newestMs(segment)));
                total += segment.sizeBytes();
            }
        }
        long start = state.offsets().logStartOffset();
        return advanceTo(RetentionPolicy.newLogStart(start, closed, total, highWatermark, config, now));
    }

    private boolean isExpired(Segment segment, LogConfig config, long nowMs) throws IOException {
        return config.retentionMs() >= 0 && nowMs - newestMs(segment) > config.retentionMs();
    }

    private static long newestMs(Segment segment) throws IOException {
        TimeIndex.Entry largest = segment.largestTimestamp();
        return largest != null && largest.timestampMs() >= 0 ? largest.timestampMs() : segment.lastModifiedMs();
    }

    /** See {@link io.millrace.storage.PartitionLog#advanceLogStart}. */
    long advanceTo(long offset) throws IOException {
        if (offset > state.end().offset()) {
            throw new LogException.OffsetOutOfRange(
                    "the log start of " + state.partition() + " cannot move to " + offset + ", above the log end",
                    state.offsets());
        }
        if (offset <= state.offsets().logStartOffset()) {
            return state.offsets().logStartOffset();
        }
        List<Segment> free = segmentsBelow(offset);
        // Before the log start is: a start after a crash in between removes the segments.
        RemovedProducers.keep(
                services,
                snapshots,
                free,
                JournaledBatches.none(services.disk(), state.partition()),
                endOf(free),
                Math.min(offset, state.offsets().durableOffset()));
        startFile.write(offset);
        state.start(offset);
        remove(free, offset);
        epochs.advanceStart(offset);
        return offset;
    }

    private List<Segment> segmentsBelow(long offset) {
        List<Segment> free = new ArrayList<>();
        for (Segment segment : state.segments().values()) {
            if (segment == state.active() || state.endOffsetOf(segment) > offset) {
                break;
            }
            free.add(segment);
        }
        return free;
    }

    private long endOf(List<Segment> segments) {
        return segments.isEmpty() ? 0 : state.endOffsetOf(segments.get(segments.size() - 1));
    }

    private void remove(List<Segment> free, long offset) throws IOException {
        if (free.isEmpty()) {
            return;
        }
        flush.exclusively(() -> {
            for (Segment segment : free) {
                state.segments().remove(segment.baseOffset());
                segment.delete();
            }
            services.disk().forceDirectory(state.directory());
        });
        services.health().expectSpaceChange();
        log.info(
                "topic={} partition={} removed {} segments, the log starts at {}",
                state.partition().topic(),
                state.partition().partition(),
                free.size(),
                offset);
    }
}
