package io.millrace.storage.batch;

import io.millrace.storage.TimestampOffset;
import java.nio.ByteBuffer;
import java.util.Optional;

/** {@link RecordTimestamps} without decompression. */
final class UncompressedRecordTimestamps implements RecordTimestamps {

    @Override
    public Optional<TimestampOffset> firstAtOrAfter(ByteBuffer batch, long timestampMs, long minOffset) {
        int at = batch.position();
        int epoch = BatchHeader.leaderEpoch(batch, at);
        long maxTimestamp = BatchHeader.maxTimestamp(batch, at);
        if (maxTimestamp < timestampMs || BatchHeader.lastOffset(batch, at) < minOffset) {
            return Optional.empty();
        }
        if (BatchHeader.isLogAppendTime(batch, at)) {
            long offset = Math.max(minOffset, BatchHeader.baseOffset(batch, at));
            return Optional.of(new TimestampOffset(maxTimestamp, offset, epoch));
        }
        if (BatchHeader.isCompressed(batch, at)) {
            // Too early by less than a batch, never too late: a reader that starts there misses nothing.
            long offset = Math.max(minOffset, BatchHeader.baseOffset(batch, at));
            long timestamp = Math.max(timestampMs, BatchHeader.baseTimestamp(batch, at));
            return Optional.of(new TimestampOffset(timestamp, offset, epoch));
        }
        RecordCursor records = new RecordCursor(batch, at);
        while (records.next()) {
            if (records.timestampMs() >= timestampMs && records.offset() >= minOffset) {
                return Optional.of(new TimestampOffset(records.timestampMs(), records.offset(), epoch));
            }
        }
        return Optional.empty();
    }
}
