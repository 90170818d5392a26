package io.millrace.storage.log;

import io.millrace.storage.LogException;
import io.millrace.storage.segment.DamageProbe;
import io.millrace.storage.segment.Segment;
import io.millrace.storage.segment.SegmentReader;
import io.millrace.storage.segment.SegmentScanner;
import java.io.IOException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks through the segments of a log at start: finds where it ends, cuts a torn tail, and refuses a log that is damaged
 * elsewhere. A torn tail is what nothing sound follows; that includes a tail of zeros.
 */
final class LogScan {

    private static final Logger log = LoggerFactory.getLogger(LogScan.class);

    private final LogServices services;
    private final LogState state;
    private long endOffset;
    private int newestEpoch = -1;
    private boolean directoryChanged;

    LogScan(LogServices services, LogState state) {
        this.services = services;
        this.state = state;
    }

    /**
     * Takes the log as the last run left it, after a look at the last segment's end.
     *
     * @return false when something does not fit, and everything must be checked
     */
    boolean trust(long expectedEnd) throws IOException {
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
        return scanner.position() == last.sizeBytes() && endOffset == expectedEnd;
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

    /**
     * Checks every batch.
     *
     * @param fromOffset where to begin
     * @param forcedOffset everything below it was forced: what is missing there was not lost in a crash
     */
    void check(long fromOffset, long forcedOffset) throws IOException {
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
                cutBehind(state.segments().lowerEntry(segment.baseOffset()).getValue(), expectedBase);
                return;
            }
            if (!checkSegment(segment, fromOffset, forcedOffset)) {
                return;
            }
            expectedBase = endOffset;
        }
        if (endOffset < forcedOffset) {
            Segment last = state.segments().lastEntry().getValue();
            throw damaged(last, last.sizeBytes(), "records below offset " + forcedOffset + " were on the disk before");
        }
    }

    /** Returns whether the whole segment is sound; when not, and it was a torn tail, the log ends in it now. */
    private boolean checkSegment(Segment segment, long fromOffset, long forcedOffset) throws IOException {
        // Always built again: the indexes of a segment that was not closed were never forced.
        segment.resetIndexes();
        SegmentScanner scanner = new SegmentScanner(segment, 0, segment.baseOffset(), -1, fromOffset);
        int interval = state.config().indexIntervalBytes();
        scanner.scan((buffer, at, position) -> segment.note(buffer, at, position, interval));
        endOffset = scanner.nextOffset();
        newestEpoch = Math.max(newestEpoch, scanner.leaderEpoch());
        boolean whole = scanner.position() == segment.sizeBytes();
        if (!whole) {
            cutTail(segment, scanner.position(), forcedOffset);
        } else if (segment.sizeBytes() > 0) {
            // The process before may have died between write and fsync; from here on these bytes count as durable.
            segment.forceFound();
        }
        if (state.segments().higherKey(segment.baseOffset()) != null) {
            segment.forceIndexes();
        }
        return whole;
    }

    private void cutTail(Segment segment, int position, long forcedOffset) throws IOException {
        int tailBytes = segment.sizeBytes() - position;
        if (endOffset < forcedOffset) {
            throw damaged(segment, position, "records below offset " + forcedOffset + " were on the disk before");
        }
        requireNothingSoundAfter(segment, position);
        segment.truncateTo(position);
        deleteAfter(segment);
        log.warn(
                "topic={} partition={} cut a torn tail of {} bytes: the log ends at offset {}. With flush.policy=group none of them had been acknowledged.",
                state.partition().topic(),
                state.partition().partition(),
                tailBytes,
                endOffset);
    }

    /** The next segment does not begin where this one ends: it was cut off at the end of a batch, or one is missing. */
    private void cutBehind(Segment segment, long end) throws IOException {
        requireNothingSoundAfter(segment, segment.sizeBytes());
        deleteAfter(segment);
        log.warn(
                "topic={} partition={} removed segments that hold nothing: the log ends at offset {}",
                state.partition().topic(),
                state.partition().partition(),
                end);
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
                        + ", so this is not what a crash leaves behind. Nothing was changed. Restore the directory from a backup;"
                        + " or, to give up everything from there on, stop the node, cut that file at that byte, remove the segments"
                        + " after it and start again.");
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
