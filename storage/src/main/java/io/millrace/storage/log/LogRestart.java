package io.millrace.storage.log;

import io.millrace.storage.checkpoint.LogStartFile;
import io.millrace.storage.epoch.LeaderEpochCache;
import io.millrace.storage.producer.ProducerSnapshot;
import io.millrace.storage.producer.ProducerSnapshotFiles;
import io.millrace.storage.producer.ProducerStateManager;
import io.millrace.storage.segment.Segment;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Drops everything a log has and lets it go on, empty, at an offset. A crash in between leaves the old log, a beginning of it,
 * one whose start has moved, or the new one: never records with a hole between them.
 *
 * <p>Shard thread only.
 */
final class LogRestart {

    /** Below every offset: nothing that was noted before counts. */
    private static final long EVERYTHING = 0;

    private static final Logger log = LoggerFactory.getLogger(LogRestart.class);

    private final LogServices services;
    private final LogState state;
    private final LogFlush flush;
    private final GroupCommit commit;
    private final LeaderEpochCache epochs;
    private final ProducerStateManager producers;
    private final ProducerSnapshotFiles snapshots;
    private final LogStartFile startFile;

    LogRestart(LogServices services, RecoveredLog recovered, LogFlush flush, GroupCommit commit) {
        this.services = services;
        this.state = recovered.state();
        this.flush = flush;
        this.commit = commit;
        this.epochs = recovered.epochs();
        this.producers = recovered.producers();
        this.snapshots = recovered.snapshots();
        this.startFile = new LogStartFile(services.disk(), state.directory());
    }

    /** Durable on return. */
    void restartAt(long offset) throws IOException {
        long before = state.end().offset();
        boolean wasEmpty = state.offsets().isEmpty();
        // Should the next steps be refused for want of space, the log goes on as it was, without what its journal had.
        flush.forceWritten();
        services.health().requireOnline();
        flush.beginCut(EVERYTHING);
        try {
            commit.cut(state.partition(), EVERYTHING);
            // A start that finds records below it only removes them, and begins the log there.
            startFile.write(offset);
            replaceFiles(offset);
        } finally {
            flush.endCut();
        }
        // An empty log only forgets its leader epochs.
        log.atLevel(wasEmpty ? Level.DEBUG : Level.INFO)
                .log(
                        "topic={} partition={} dropped everything up to {}, the log goes on at {}",
                        state.partition().topic(),
                        state.partition().partition(),
                        before,
                        offset);
    }

    /** There is no way back: half of it cannot be served. */
    private void replaceFiles(long offset) {
        try {
            flush.exclusively(() -> {
                state.restart(new LogEnd(offset, state.active(), 0));
                state.tail().clear();
                removeSegments();
                // While no record is left that has one: a start would build them again from the records.
                epochs.replaceAll(List.of());
                snapshots.deleteAbove(-1);
                producers.load(ProducerSnapshot.empty(offset));
                begin(offset);
            });
        } catch (IOException e) {
            throw services.health().fail("putting an empty log of " + state.partition() + " in place failed", e);
        }
        services.health().expectSpaceChange();
    }

    private void removeSegments() throws IOException {
        for (Segment segment : new ArrayList<>(state.segments().descendingMap().values())) {
            state.segments().remove(segment.baseOffset());
            segment.delete();
            // One by one: removals that are not forced can survive a crash in any order, and leave a hole.
            services.disk().forceDirectory(state.directory());
        }
    }

    private void begin(long offset) throws IOException {
        Segment first = Segment.create(
                services.disk(),
                services.files(),
                state.directory(),
                offset,
                services.clock().millis());
        services.disk().forceDirectory(state.directory());
        state.segments().put(offset, first);
        state.end(new LogEnd(offset, first, 0));
    }
}
