package io.millrace.storage.log;

import io.millrace.storage.TimestampOffset;
import io.millrace.storage.batch.BatchHeader;
import io.millrace.storage.batch.RecordTimestamps;
import io.millrace.storage.index.TimeIndex;
import io.millrace.storage.segment.Segment;
import io.millrace.storage.segment.SegmentReader;
import java.io.IOException;
import java.util.Optional;

/** Finds records by time: by the time index to the batch, by {@link RecordTimestamps} to the record. Any thread; blocks. */
final class TimeLookup {

    private final LogState state;
    private final RecordTimestamps records;

    TimeLookup(LogState state, RecordTimestamps records) {
        this.state = state;
        this.records = records;
    }

    /** See {@link io.millrace.storage.PartitionLog#findByTimestamp}. */
    Optional<TimestampOffset> firstAtOrAfter(long timestampMs, long maxOffset) throws IOException {
        state.requireOpen();
        return SegmentLook.repeat(state, () -> first(timestampMs, maxOffset));
    }

    private Optional<TimestampOffset> first(long timestampMs, long maxOffset) throws IOException {
        LogEnd end = state.end();
        long start = state.offsets().logStartOffset();
        long limit = Math.min(maxOffset, end.offset());
        for (Segment segment : state.segments().values()) {
            if (segment.baseOffset() >= limit) {
                break;
            }
            TimeIndex.Entry largest = segment.largestTimestamp();
            if (largest == null || largest.timestampMs() < timestampMs || state.endOffsetOf(segment) <= start) {
                continue;
            }
            TimestampOffset found = inSegment(segment, timestampMs, start, limit, end);
            if (found != null) {
                return Optional.of(found);
            }
        }
        return Optional.empty();
    }

    private TimestampOffset inSegment(Segment segment, long timestampMs, long start, long limit, LogEnd end)
            throws IOException {
        int size = LogReader.readableBytes(segment, end);
        SegmentReader headers = new SegmentReader(segment);
        SegmentReader bodies = new SegmentReader(segment);
        int position = headers.positionOf(Math.max(start, headers.batchBefore(timestampMs)), size);
        TimestampOffset[] found = new TimestampOffset[1];
        headers.visit(position, size, (window, at, batchPosition) -> {
            if (BatchHeader.baseOffset(window, at) >= limit) {
                return false;
            }
            if (BatchHeader.maxTimestamp(window, at) >= timestampMs && !BatchHeader.isControl(window, at)) {
                found[0] = records.firstAtOrAfter(bodies.batchAt(batchPosition, size), timestampMs, start)
                        .filter(record -> record.offset() < limit)
                        .orElse(null);
            }
            return found[0] == null;
        });
        return found[0];
    }

    /** See {@link io.millrace.storage.PartitionLog#writtenSince}. */
    long writtenSince(long timeMs) throws IOException {
        state.requireOpen();
        return SegmentLook.repeat(state, () -> {
            long since = state.end().offset();
            for (Segment segment : state.segments().descendingMap().values()) {
                if (segment.lastModifiedMs() < timeMs) {
                    break;
                }
                since = segment.baseOffset();
            }
            return Math.max(since, state.offsets().logStartOffset());
        });
    }

    /** See {@link io.millrace.storage.PartitionLog#findMaxTimestamp}. */
    Optional<TimestampOffset> largest(long maxOffset) throws IOException {
        state.requireOpen();
        LogEnd end = state.end();
        long start = state.offsets().logStartOffset();
        long limit = Math.min(maxOffset, end.offset());
        long largest = SegmentLook.repeat(state, () -> largest(start, limit, end));
        return largest < 0 ? Optional.empty() : firstAtOrAfter(largest, limit);
    }

    private long largest(long start, long limit, LogEnd end) throws IOException {
        long largest = Long.MIN_VALUE;
        for (Segment segment : state.segments().values()) {
            if (segment.baseOffset() < limit && state.endOffsetOf(segment) > start) {
                largest = Math.max(largest, largestIn(segment, start, limit, end));
            }
        }
        return largest;
    }

    private long largestIn(Segment segment, long start, long limit, LogEnd end) throws IOException {
        TimeIndex.Entry known = segment.largestTimestamp();
        if (known != null
                && segment.baseOffset() >= start
                && known.batchBaseOffset() < limit
                && state.endOffsetOf(segment) <= limit) {
            return known.timestampMs();
        }
        int size = LogReader.readableBytes(segment, end);
        SegmentReader reader = new SegmentReader(segment);
        long[] largest = {Long.MIN_VALUE};
        reader.visit(reader.positionOf(Math.max(start, segment.baseOffset()), size), size, (window, at, position) -> {
            if (BatchHeader.lastOffset(window, at) >= limit) {
                return false;
            }
            if (!BatchHeader.isControl(window, at) && BatchHeader.recordsCount(window, at) > 0) {
                largest[0] = Math.max(largest[0], BatchHeader.maxTimestamp(window, at));
            }
            return true;
        });
        return largest[0];
    }
}
