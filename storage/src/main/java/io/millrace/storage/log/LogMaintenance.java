package io.millrace.storage.log;

import io.millrace.storage.LogException;
import io.millrace.storage.checkpoint.RecoveryPoints;
import io.millrace.storage.producer.ProducerEnd;
import io.millrace.storage.producer.ProducerSnapshotFiles;
import io.millrace.storage.producer.ProducerState;
import io.millrace.storage.producer.ProducerStateManager;
import io.millrace.storage.segment.Segment;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * What happens to a log beside appends and reads: cutting, retention, checkpoints, closing. Shard thread only; what was
 * prepared before has been written.
 */
final class LogMaintenance {

    private final LogServices services;
    private final LogState state;
    private final LogFlush flush;
    private final LogRoller roller;
    private final LogAppender appender;
    private final ProducerStateManager producers;
    private final ProducerSnapshotFiles snapshots;
    private final LogTruncation truncation;
    private final LogRestart restart;
    private final LogRetention retention;
    private final LogCleaning cleaning;

    /** Where the last snapshot of the producers was taken. */
    private long snapshotOffset;

    /** See {@link RecoveryPoints.Point}. */
    private volatile long producerlessOffset;

    LogMaintenance(
            LogServices services,
            RecoveredLog recovered,
            LogFlush flush,
            LogRoller roller,
            LogAppender appender,
            GroupCommit commit,
            LogCleaning cleaning) {
        this.services = services;
        this.state = recovered.state();
        this.flush = flush;
        this.roller = roller;
        this.appender = appender;
        this.cleaning = cleaning;
        this.producers = recovered.producers();
        this.snapshots = recovered.snapshots();
        this.snapshotOffset = recovered.snapshotOffset();
        this.producerlessOffset = recovered.producerlessOffset();
        this.truncation =
                new LogTruncation(services, state, flush, commit, recovered.epochs(), producers, recovered.snapshots());
        this.restart = new LogRestart(services, recovered, flush, commit);
        this.retention = new LogRetention(services, state, roller, flush, recovered.epochs(), snapshots);
    }

    void truncateTo(long offset) throws IOException {
        roller.forgetSnapshot();
        // Before: without journals, a checkpoint in between is what the next start knows of the cut.
        producerlessOffset = Math.min(producerlessOffset, offset);
        cleaning.exclusively(() -> {
            truncation.truncateTo(offset);
            cleaning.wasCut();
            return null;
        });
        appender.reset();
        // Snapshots above the cut are gone.
        snapshotOffset = -1;
        producerlessOffset = Math.min(producerlessOffset, state.end().offset());
    }

    void restartAt(long offset) throws IOException {
        roller.forgetSnapshot();
        producerlessOffset = 0;
        cleaning.exclusively(() -> {
            restart.restartAt(offset);
            cleaning.wasCut();
            return null;
        });
        appender.reset();
        snapshotOffset = -1;
        producerlessOffset = offset;
    }

    long advanceLogStart(long offset) throws IOException {
        return started(cleaning.exclusively(() -> retention.advanceTo(offset)));
    }

    long applyRetention(long highWatermark) throws IOException {
        // Nothing goes of a transaction that is open: who reads its records later has to find them all.
        long decided = Math.min(highWatermark, producers.transactions().firstUndecided(highWatermark));
        return started(cleaning.exclusively(() -> retention.apply(decided)));
    }

    private long started(long logStartOffset) {
        producers.forgetBelow(logStartOffset);
        return logStartOffset;
    }

    /** Closes the active segment of a log that fell silent, so that it can be compacted. */
    void rollIfOld() throws IOException {
        if (cleaning.isActiveOld(services.clock().millis())) {
            roller.roll();
        }
    }

    /** What is known of each producer. */
    List<ProducerState> producerStates() {
        producers.expire(services.clock().millis());
        return producers.states();
    }

    /** Where each producer is. */
    Map<Long, ProducerEnd> producerEnds() {
        return producers.ends();
    }

    void checkpoint() throws IOException {
        state.active().storeIndexes();
        producers.expire(services.clock().millis());
        if (!noteProducerless() && state.end().offset() != snapshotOffset) {
            snapshotOffset = state.end().offset();
            roller.writeSnapshot();
        }
    }

    long producerlessOffset() {
        return producerlessOffset;
    }

    /** Without producers there is nothing to write down but that. Returns whether there are none. */
    private boolean noteProducerless() {
        if (!producers.isEmpty()) {
            return false;
        }
        producerlessOffset = state.end().offset();
        return true;
    }

    void close(LogException why, boolean keep) throws IOException {
        cleaning.exclusively(() -> {
            closeFiles(why, keep);
            return null;
        });
    }

    private void closeFiles(LogException why, boolean keep) throws IOException {
        if (state.refusal() != null) {
            return;
        }
        try {
            if (keep && services.health().isOnline()) {
                flush.forceWritten();
                flush.forceIndexes();
                state.active().forceIndexes();
                if (!noteProducerless() && state.end().offset() != snapshotOffset) {
                    snapshots.write(
                            producers.snapshot(state.end().offset()),
                            state.offsets().durableOffset(),
                            state.offsets().logStartOffset());
                }
            }
        } finally {
            flush.stop(why);
            state.tail().clear();
            for (Segment segment : state.segments().values()) {
                segment.close();
            }
        }
    }
}
