package io.millrace.storage.log;

import io.millrace.storage.LogException;
import io.millrace.storage.epoch.LeaderEpochCache;
import io.millrace.storage.producer.ProducerSnapshotFiles;
import io.millrace.storage.producer.ProducerStateManager;
import io.millrace.storage.segment.Segment;
import io.millrace.storage.segment.SegmentCut;
import io.millrace.storage.segment.SegmentReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Cuts the end of a log, and with it the epochs and the producer state. Later segments go first, so that a crash in between
 * leaves a log that is longer than wanted, never one with a hole.
 *
 * <p>Shard thread only.
 */
final class LogTruncation {

    /** A change of the files that no flush may run beside. */
    @FunctionalInterface
    interface Change {
        void run() throws IOException;
    }

    private static final Logger log = LoggerFactory.getLogger(LogTruncation.class);

    private final LogServices services;
    private final LogState state;
    private final LogFlush flush;
    private final GroupCommit commit;
    private final LeaderEpochCache epochs;
    private final ProducerStateManager producers;
    private final ProducerSnapshotFiles snapshots;

    LogTruncation(
            LogServices services,
            LogState state,
            LogFlush flush,
            GroupCommit commit,
            LeaderEpochCache epochs,
            ProducerStateManager producers,
            ProducerSnapshotFiles snapshots) {
        this.services = services;
        this.state = state;
        this.flush = flush;
        this.commit = commit;
        this.epochs = epochs;
        this.producers = producers;
        this.snapshots = snapshots;
    }

    /** Cuts everything at and above an offset; a batch that spans it goes as a whole. Durable on return. */
    void truncateTo(long offset) throws IOException {
        if (offset < state.offsets().logStartOffset()) {
            throw new LogException.OffsetOutOfRange(
                    "the log of " + state.partition() + " cannot be cut to " + offset + ", below its start",
                    state.offsets());
        }
        LogEnd before = state.end();
        long epochsTo = offset;
        if (offset < before.offset()) {
            // Before readers can see the new end: what they take for decided may be what is cut.
            producers.rebuilding();
            cut(plan(offset));
            // Compaction may have left nothing of what an epoch between the two began with.
            epochsTo = Math.min(offset, state.end().offset());
            snapshots.deleteAbove(state.end().offset());
            ProducerReplay.rebuild(
                    producers,
                    snapshots,
                    state.segments().values(),
                    state.end().offset(),
                    0,
                    services.clock().millis());
            producers.rebuilt();
            log.info(
                    "topic={} partition={} cut from {} to {}",
                    state.partition().topic(),
                    state.partition().partition(),
                    before.offset(),
                    state.end().offset());
        }
        // Also at the present end: an epoch that began there and stayed empty is not the other replica's.
        epochs.truncateTo(epochsTo);
    }

    /** Where the log will end: at the start of a batch, in a segment. */
    private record Plan(Segment last, int position, long endOffset) {}

    private Plan plan(long offset) throws IOException {
        Segment last = state.segments().floorEntry(offset).getValue();
        if (last.baseOffset() == offset && state.segments().lowerEntry(offset) != null) {
            last = state.segments().lowerEntry(offset).getValue();
        }
        int size = last.sizeBytes();
        int position = new SegmentReader(last).positionOf(offset, size);
        // Compaction leaves holes: the log ends behind its last batch, where the next start will find the end, too.
        return new Plan(last, position, Math.min(new SegmentReader(last).endOffsetBefore(position), offset));
    }

    /** First it is noted, durably, that the rest does not count; then the rest goes. */
    private void cut(Plan plan) throws IOException {
        flush.beginCut(plan.endOffset());
        try {
            commit.cut(state.partition(), plan.endOffset());
            flush.exclusively(() -> cutFiles(plan));
        } finally {
            flush.endCut();
        }
    }

    private void cutFiles(Plan plan) throws IOException {
        Segment last = plan.last();
        state.cut(new LogEnd(plan.endOffset(), last, plan.position()));
        state.tail().clear();
        List<Segment> later = new ArrayList<>(state.segments()
                .tailMap(last.baseOffset(), false)
                .descendingMap()
                .values());
        for (Segment segment : later) {
            state.segments().remove(segment.baseOffset());
            segment.delete();
            // One by one: removals that are not forced can survive a crash in any order, and leave a hole.
            services.disk().forceDirectory(state.directory());
        }
        SegmentCut.cut(last, plan.position(), state.config().indexIntervalBytes());
    }
}
