package io.millrace.storage.log;

import io.millrace.storage.LogException;
import io.millrace.storage.checkpoint.LossAccepted;
import io.millrace.storage.directory.DataDirectory;
import io.millrace.storage.journal.JournalIndex;
import io.millrace.storage.segment.DamageProbe;
import io.millrace.storage.segment.Segment;
import io.millrace.storage.segment.SegmentReader;
import io.millrace.storage.segment.SegmentScanner;
import java.io.IOException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks through the segments of a log at start: finds where it ends, cuts a torn tail, has {@link JournalRepair} write what was
 * durable and is missing, and refuses a log that is damaged elsewhere.
 */
final class LogScan {

    private static final Logger log = LoggerFactory.getLogger(LogScan.class);

    private final LogServices services;
    private final LogState state;
    private final LogRecovery.Start start;
    private final JournalRepair repair;
    private final boolean mayHaveGaps;
    private long endOffset;
    private int newestEpoch = -1;
    private boolean directoryChanged;

    /** @param mayHaveGaps whether there may be offsets without a batch */
    LogScan(LogServices services, LogState state, LogRecovery.Start start, boolean mayHaveGaps) {
        this.mayHaveGaps = mayHaveGaps;
        this.services = services;
        this.state = state;
        this.start = start;
        this.repair = new JournalRepair(services, state, start.journal());
    }

    /**
     * Takes the log as the last run left it, after a look at the last segment's end.
     *
     * @return false when something does not fit, and everything must be checked
     */
    boolean trust() throws IOException {
        for (Segment segment : state.segments().values()) {
            if (!segment.hasIndexes()) {
                rebuildIndexes(segment);
            }
        }
        Segment last = state.segments().lastEntry().getValue();
        SegmentScanner scanner = fromLastIndexEntry(last);
        if (scanner == null) {
            return false;
        }
        scanner.scan((buffer, at, position) -> {});
        endOffset = scanner.nextOffset();
        newestEpoch = scanner.leaderEpoch();
        return scanner.position() == last.sizeBytes() && endOffset == start.recoveryPoint();
    }

    /** Null when the index does not point to a batch. */
    private static SegmentScanner fromLastIndexEntry(Segment last) throws IOException {
        int from = last.indexedPosition(Long.MAX_VALUE);
        if (from == 0) {
            return new SegmentScanner(last, 0, last.baseOffset(), -1, Long.MAX_VALUE);
        }
        try {
            long base = new SegmentReader(last).baseOffsetAt(from, last.sizeBytes());
            return new SegmentScanner(last, from, base, -1, Long.MAX_VALUE);
        } catch (IOException e) {
            log.warn("The index of {} points to no batch: everything is checked", last);
            return null;
        }
    }

    /** Checks every batch from the recovery point on, and has what is missing written again from the journal. */
    void check() throws IOException {
        long fromOffset = start.clean() ? 0 : start.recoveryPoint();
        Long expectedBase = null;
        for (Segment segment : List.copyOf(state.segments().values())) {
            Long next = state.segments().higherKey(segment.baseOffset());
            if (next != null && next <= fromOffset) {
                if (!segment.hasIndexes()) {
                    rebuildIndexes(segment);
                }
                continue;
            }
            if (expectedBase != null && expectedBase != segment.baseOffset()) {
                // The one before was cut off at the end of a batch, or one is missing.
                Segment before =
                        state.segments().lowerEntry(segment.baseOffset()).getValue();
                endAt(before, before.sizeBytes());
                return;
            }
            int position = checkSegment(segment, fromOffset);
            if (position < segment.sizeBytes()) {
                endAt(segment, position);
                return;
            }
            expectedBase = endOffset;
        }
        Segment last = state.segments().lastEntry().getValue();
        endAt(last, last.sizeBytes());
    }

    /** Returns the end of the last sound batch. */
    private int checkSegment(Segment segment, long fromOffset) throws IOException {
        int from = 0;
        if (!start.powerCut() && !start.clean() && segment.baseOffset() < fromOffset) {
            from = segment.recallIndexes(fromOffset);
        } else {
            // Written, if at all, but not forced.
            segment.resetIndexes();
        }
        long offset =
                from == 0 ? segment.baseOffset() : new SegmentReader(segment).baseOffsetAt(from, segment.sizeBytes());
        SegmentScanner scanner = new SegmentScanner(segment, from, offset, -1, fromOffset);
        if (!mayHaveGaps) {
            scanner.withoutGaps();
        }
        int interval = state.config().indexIntervalBytes();
        scanner.scan((buffer, at, position) -> segment.note(buffer, at, position, interval));
        endOffset = scanner.nextOffset();
        newestEpoch = Math.max(newestEpoch, scanner.leaderEpoch());
        if (scanner.isSoundOutOfOrder() && !isKnownBetter(scanner) && !start.lossAccepted()) {
            throw damaged(
                    segment,
                    scanner.position(),
                    "the record batch there is sound, but its offset or leader epoch does not continue those before it");
        }
        if (segment.sizeBytes() > 0 && scanner.position() == segment.sizeBytes()) {
            // The process before may have died between write and fsync; from here on these bytes count as durable.
            segment.forceFound();
        }
        if (state.segments().higherKey(segment.baseOffset()) != null) {
            segment.forceIndexes();
        }
        return scanner.position();
    }

    /** A header that was not forced as a whole before a power cut, or one of which the journal has what had been durable. */
    private boolean isKnownBetter(SegmentScanner scanner) {
        if (start.powerCut() && scanner.isHeaderTorn()) {
            return true;
        }
        List<JournalIndex.Entry> missing = scanner.isOffsetWrong() ? repair.missingFrom(scanner.nextOffset()) : null;
        return missing != null && !missing.isEmpty();
    }

    /**
     * Nothing more of the log is sound after a position. Says whether that is what a crash leaves behind, takes away what is not
     * sound, and brings back from the journal what had been durable.
     */
    private void endAt(Segment segment, int position) throws IOException {
        if (endOffset < start.recoveryPoint()) {
            throw damaged(
                    segment, position, "records below offset " + start.recoveryPoint() + " were on the disk before");
        }
        List<JournalIndex.Entry> missing = repair.missingFrom(endOffset);
        if (missing == null) {
            throw damaged(segment, position, "the journal lacks a part of what had been durable");
        }
        boolean isLast = state.segments().higherKey(segment.baseOffset()) == null;
        if (position < segment.sizeBytes() || !isLast) {
            // After a power cut, what was not forced is there in any parts. After the end of a process all of it is
            // there.
            if (missing.isEmpty() && !start.powerCut()) {
                requireNothingSoundAfter(segment, position);
            }
            cutAt(segment, position);
        }
        if (!missing.isEmpty()) {
            repair.write(missing, endOffset);
            log.info(
                    "topic={} partition={} wrote offsets {} to {} again, from the journal",
                    state.partition().topic(),
                    state.partition().partition(),
                    endOffset,
                    repair.endOffset() - 1);
            endOffset = repair.endOffset();
            newestEpoch = Math.max(newestEpoch, repair.newestEpoch());
            directoryChanged |= repair.directoryChanged();
        }
    }

    private void cutAt(Segment segment, int position) throws IOException {
        int tailBytes = segment.sizeBytes() - position;
        segment.truncateTo(position);
        deleteAfter(segment);
        log.warn(
                "topic={} partition={} cut {} bytes after offset {}, which are not whole",
                state.partition().topic(),
                state.partition().partition(),
                tailBytes,
                endOffset - 1);
    }

    private void requireNothingSoundAfter(Segment segment, int position) throws IOException {
        int sound = DamageProbe.findSoundBatch(segment, position, endOffset);
        if (sound >= 0) {
            throw damaged(segment, position, "a sound record batch follows at byte " + sound);
        }
        for (Segment later :
                state.segments().tailMap(segment.baseOffset(), false).values()) {
            if (later.sizeBytes() > 0 && DamageProbe.findSoundBatch(later, 0, endOffset) >= 0) {
                throw damaged(segment, position, "sound record batches follow in " + later);
            }
        }
    }

    private void deleteAfter(Segment segment) throws IOException {
        for (Segment later : List.copyOf(state.segments()
                .tailMap(segment.baseOffset(), false)
                .descendingMap()
                .values())) {
            state.segments().remove(later.baseOffset());
            later.delete();
            directoryChanged = true;
        }
    }

    private LogException.CorruptLog damaged(Segment segment, int position, String why) {
        return new LogException.CorruptLog(
                "the log of " + state.partition() + " is damaged at byte " + position + " of "
                        + segment + ", after offset " + (endOffset - 1) + ": " + why
                        + ", so this is not what a crash leaves behind. Nothing was changed. " + wayOut());
    }

    /** The metadata log is not restored from a backup: what it acknowledged since then others count on. */
    private String wayOut() {
        String giveUp = "make an empty file " + LossAccepted.NAME + " in " + state.directory();
        boolean isMetadata = state.directory().getFileName().toString().equals(DataDirectory.METADATA_LOG);
        return isMetadata
                ? "Restore nothing older. As long as other voters have the metadata: move the whole data directory away and"
                        + " start with an empty one. If this is the only voter there ever was, or the only one that is left"
                        + " (before cluster recover): stop the node, " + giveUp
                        + ", and everything from there on is given up."
                : "Restore the directory from a backup; or, to give up everything from there on, stop the node, "
                        + giveUp + " and start again.";
    }

    private void rebuildIndexes(Segment segment) throws IOException {
        log.info(
                "topic={} partition={} building the indexes of {} again",
                state.partition().topic(),
                state.partition().partition(),
                segment);
        segment.resetIndexes();
        int interval = state.config().indexIntervalBytes();
        SegmentScanner scanner = new SegmentScanner(segment, 0, segment.baseOffset(), -1, Long.MAX_VALUE);
        scanner.scan((buffer, at, position) -> segment.note(buffer, at, position, interval));
        segment.forceIndexes();
    }

    long endOffset() {
        return endOffset;
    }

    int newestEpoch() {
        return newestEpoch;
    }

    boolean directoryChanged() {
        return directoryChanged;
    }
}
