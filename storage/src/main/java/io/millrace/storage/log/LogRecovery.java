package io.millrace.storage.log;

import io.millrace.storage.LogConfig;
import io.millrace.storage.LogException;
import io.millrace.storage.TopicPartition;
import io.millrace.storage.cache.LogTail;
import io.millrace.storage.checkpoint.FirstDirtyFile;
import io.millrace.storage.checkpoint.LogStartFile;
import io.millrace.storage.compaction.SwapRecovery;
import io.millrace.storage.epoch.LeaderEpochCache;
import io.millrace.storage.epoch.LeaderEpochFile;
import io.millrace.storage.file.AtomicFile;
import io.millrace.storage.file.Disk;
import io.millrace.storage.journal.JournalIndex;
import io.millrace.storage.producer.ProducerSnapshotFiles;
import io.millrace.storage.producer.ProducerStateManager;
import io.millrace.storage.segment.Segment;
import io.millrace.storage.segment.SegmentFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens the files of a log: after a clean stop by trusting the checkpoints, otherwise by checking every batch from the recovery
 * point on ({@link LogScan}). One recovery runs on one thread; several logs recover beside each other.
 */
final class LogRecovery {

    private static final Logger log = LoggerFactory.getLogger(LogRecovery.class);

    private final LogServices services;
    private final LogState state;
    private final LogStartFile startFile;
    private final ProducerSnapshotFiles snapshots;
    private boolean directoryChanged;

    LogRecovery(LogServices services, TopicPartition partition, Path directory) {
        this.services = services;
        this.state = new LogState(partition, directory, new LogTail(services.cache()), LogConfig.defaults());
        this.startFile = new LogStartFile(services.disk(), directory);
        this.snapshots = new ProducerSnapshotFiles(services.disk(), directory);
    }

    /**
     * What is known before the files are looked at.
     *
     * @param clean whether the node stopped in order, so that the checkpoints can be trusted
     * @param powerCut whether the machine was started again since: then what was not forced is there in parts
     * @param recoveryPoint everything below it was forced
     * @param producerlessOffset no producer that wrote below it is remembered
     * @param journal what was durable beyond that
     * @param lossAccepted whether the log ends at the first damage, whatever it is
     */
    record Start(
            boolean clean,
            boolean powerCut,
            long recoveryPoint,
            long producerlessOffset,
            JournalIndex journal,
            boolean lossAccepted) {

        /** Everything below it was durable, whether in the segments or only in the journal. */
        long durableOffset(TopicPartition partition) {
            return Math.max(recoveryPoint, journal.durableOffset(partition));
        }

        /** Keeps what is sound up to the first damage, whatever had been durable. */
        static Start acceptingLoss(Disk disk) {
            return new Start(false, true, 0, 0, new JournalIndex(disk), true);
        }

        /** Of a log that is made. */
        static Start empty(Disk disk) {
            return new Start(false, false, 0, 0, new JournalIndex(disk), false);
        }
    }

    /** @throws LogException.CorruptLog when records are damaged or missing that had been durable */
    RecoveredLog recover(Start start) throws IOException {
        removeTemporaries();
        SwapRecovery.run(services.disk(), state.directory());
        long logStart = startFile.read();
        openSegments();
        JournaledBatches journaled = new JournaledBatches(start.journal(), state.partition());
        removeBelow(logStart, journaled);
        if (state.segments().isEmpty()) {
            remove(List.of(), journaled, logStart, logStart);
            createFirst(journaled.batchStartOf(logStart));
        }
        FirstDirtyFile firstDirty = new FirstDirtyFile(services.disk(), state.directory());
        LogScan scan = new LogScan(services, state, start, firstDirty.exists());
        if (!start.clean() || !scan.trust()) {
            scan.check();
        }
        long end = scan.endOffset();
        if (end < logStart) {
            // What was lost in the crash had been given up before: go on above it, so that no offset is used twice.
            beginAgainAt(logStart, journaled);
            end = logStart;
        }
        Segment active = state.segments().lastEntry().getValue();
        active.recallCreated(services.clock().millis());
        state.open(Math.max(logStart, firstOffset()), new LogEnd(end, active, active.sizeBytes()));
        LeaderEpochCache epochs = EpochRecovery.recover(
                new LeaderEpochFile(services.disk(), state.directory()), state, scan.newestEpoch());
        ProducerStateManager producers =
                new ProducerStateManager(services.config().producerExpirationMs());
        snapshots.deleteAbove(end);
        long snapshotOffset = ProducerReplay.rebuild(
                producers,
                snapshots,
                state.segments().values(),
                end,
                start.producerlessOffset(),
                services.clock().millis());
        producers.forgetBelow(state.offsets().logStartOffset());
        if (firstDirty.exists()) {
            AbortMarkers.forgetRemoved(producers, state);
        }
        return new RecoveredLog(
                state,
                epochs,
                producers,
                snapshots,
                directoryChanged || scan.directoryChanged(),
                end,
                snapshotOffset,
                Math.min(start.producerlessOffset(), end),
                start.recoveryPoint(),
                firstDirty.read(),
                firstDirty.exists());
    }

    /** A log that serves nothing, because of what was found. */
    RecoveredLog refused(LogException why, long recoveryPoint) {
        log.error(
                "topic={} partition={} is not served: {}",
                state.partition().topic(),
                state.partition().partition(),
                why.getMessage());
        state.segments().values().forEach(Segment::close);
        state.segments().clear();
        state.open(0, new LogEnd(0, null, 0));
        state.refuse(why);
        return new RecoveredLog(
                state,
                new LeaderEpochCache(new LeaderEpochFile(services.disk(), state.directory()), List.of()),
                new ProducerStateManager(services.config().producerExpirationMs()),
                snapshots,
                false,
                // Kept, so that the next start finds the same damage again and does not take it for a torn tail.
                recoveryPoint,
                0,
                0,
                0,
                0,
                false);
    }

    private void removeTemporaries() throws IOException {
        for (Path file : services.disk().list(state.directory())) {
            if (file.getFileName().toString().endsWith(AtomicFile.TEMPORARY_SUFFIX)) {
                services.disk().delete(file);
            }
        }
    }

    private void openSegments() throws IOException {
        for (Path file : services.disk().list(state.directory())) {
            OptionalLong base = SegmentFiles.baseOffset(file);
            if (base.isPresent()) {
                state.segments()
                        .put(
                                base.getAsLong(),
                                Segment.open(
                                        services.disk(),
                                        services.files(),
                                        state.directory(),
                                        base.getAsLong(),
                                        services.clock().millis()));
            }
        }
    }

    /** A crash between moving the log start and removing files leaves files below it. */
    private void removeBelow(long logStart, JournaledBatches journaled) throws IOException {
        List<Segment> below = new ArrayList<>();
        for (Segment segment : state.segments().values()) {
            Long next = state.segments().higherKey(segment.baseOffset());
            if (next == null || next > logStart) {
                break;
            }
            below.add(segment);
        }
        if (!below.isEmpty()) {
            long firstKept =
                    state.segments().higherKey(below.get(below.size() - 1).baseOffset());
            remove(below, journaled, firstKept, logStart);
        }
    }

    private void beginAgainAt(long logStart, JournaledBatches journaled) throws IOException {
        remove(List.copyOf(state.segments().values()), journaled, logStart, logStart);
        createFirst(logStart);
    }

    private void remove(List<Segment> segments, JournaledBatches journaled, long firstKept, long logStart)
            throws IOException {
        RemovedProducers.keep(services, snapshots, segments, journaled, firstKept, logStart);
        for (Segment segment : segments) {
            state.segments().remove(segment.baseOffset());
            segment.delete();
        }
        directoryChanged = true;
    }

    /** Of a log that begins anew. What epochs the records had that are gone says nothing about those that others have below it. */
    private void createFirst(long baseOffset) throws IOException {
        new LeaderEpochFile(services.disk(), state.directory()).forget();
        Segment first = Segment.create(
                services.disk(),
                services.files(),
                state.directory(),
                baseOffset,
                services.clock().millis());
        state.segments().put(baseOffset, first);
        directoryChanged = true;
    }

    private long firstOffset() {
        return state.segments().firstKey();
    }
}
