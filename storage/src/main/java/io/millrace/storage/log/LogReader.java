package io.millrace.storage.log;

import io.millrace.storage.LogException;
import io.millrace.storage.LogOffsets;
import io.millrace.storage.LogSlice;
import io.millrace.storage.ReadResult;
import io.millrace.storage.segment.Segment;
import io.millrace.storage.segment.SegmentReader;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Reads one log, on the thread of the caller: from memory when the tail holds the offset, else as a region of a segment. */
final class LogReader {

    private final LogServices services;
    private final LogState state;

    LogReader(LogServices services, LogState state) {
        this.services = services;
        this.state = state;
    }

    /** See {@link io.millrace.storage.PartitionLog#read}. */
    ReadResult read(long offset, long maxOffset, int maxBytes, boolean atLeastOneBatch) throws IOException {
        state.requireOpen();
        LogEnd end = state.end();
        LogOffsets offsets = state.offsets();
        if (offset < offsets.logStartOffset() || offset > end.offset()) {
            throw outOfRange(offset, offsets);
        }
        long limit = Math.min(maxOffset, end.offset());
        if (offset >= limit) {
            return ReadResult.empty();
        }
        ReadResult result = state.tail().read(offset, limit, maxBytes, atLeastOneBatch);
        boolean fromMemory = result != null;
        if (!fromMemory) {
            try {
                result = SegmentLook.repeat(state, () -> readFile(offset, limit, end, maxBytes, atLeastOneBatch));
            } catch (LogException.Closed e) {
                throw whyGone(offset, e);
            }
        }
        services.metrics().read(fromMemory, result.sizeBytes());
        return result;
    }

    /** A segment was deleted while it was looked for: the log start passed the offset, or the log was closed. */
    private LogException whyGone(long offset, LogException.Closed closed) {
        LogOffsets offsets = state.offsets();
        return offset < offsets.logStartOffset() ? outOfRange(offset, offsets) : closed;
    }

    boolean isCached(long offset) {
        // At the end there is nothing to read, which needs no system call either.
        return state.tail().covers(offset) || offset >= state.end().offset();
    }

    private ReadResult readFile(long offset, long limit, LogEnd end, int maxBytes, boolean atLeastOneBatch)
            throws IOException {
        Map.Entry<Long, Segment> entry = state.segments().floorEntry(offset);
        while (entry != null && entry.getKey() < limit) {
            Segment segment = entry.getValue();
            ReadResult result = readSegment(segment, offset, limit, end, maxBytes, atLeastOneBatch);
            if (result != null) {
                return result;
            }
            // The offset lies after the last batch of this segment, where compaction left a hole.
            entry = state.segments().higherEntry(entry.getKey());
        }
        return ReadResult.empty();
    }

    /** Null when the segment has nothing at or above the offset. */
    private ReadResult readSegment(
            Segment segment, long offset, long limit, LogEnd end, int maxBytes, boolean atLeastOneBatch)
            throws IOException {
        int size = readableBytes(segment, end);
        SegmentReader reader = new SegmentReader(segment);
        int start = reader.positionOf(offset, size);
        if (start >= size) {
            return null;
        }
        // The first batch that reaches the limit is where the result stops, so that all of it lies below.
        int stop = limit < end.offset() ? reader.positionOf(limit, size) : size;
        if (stop <= start) {
            return ReadResult.empty();
        }
        int wanted = (int) Math.min(Integer.MAX_VALUE, (long) start + maxBytes);
        int last = reader.endOfBatches(start, wanted, stop);
        if (last == start) {
            if (!atLeastOneBatch) {
                return ReadResult.empty();
            }
            last = start + reader.batchSizeAt(start, stop);
        }
        return new ReadResult(List.of(new LogSlice.File(reader.region(start, last))));
    }

    /** What lies above it was not published when {@code end} was taken. */
    static int readableBytes(Segment segment, LogEnd end) {
        return segment == end.active() ? end.sizeBytes() : segment.sizeBytes();
    }

    private LogException.OffsetOutOfRange outOfRange(long offset, LogOffsets offsets) {
        return new LogException.OffsetOutOfRange(
                "offset " + offset + " is not in the log of " + state.partition() + ", which has "
                        + offsets.logStartOffset() + " to " + offsets.logEndOffset(),
                offsets);
    }
}
