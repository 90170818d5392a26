package io.millrace.storage.batch;

import io.millrace.storage.TimestampOffset;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Finds records by time inside a batch. A seam: the storage module cannot decompress; whoever can hands in something better
 * than {@link #UNCOMPRESSED}. Called on reader threads, must be thread-safe.
 */
@FunctionalInterface
public interface RecordTimestamps {

    /** Precise for uncompressed batches; of a compressed one it knows only the first record. */
    RecordTimestamps UNCOMPRESSED = new UncompressedRecordTimestamps();

    /**
     * The first record of a batch that is at or after a time and at or above an offset.
     *
     * @param batch exactly one whole batch, read-only, from position to limit
     */
    Optional<TimestampOffset> firstAtOrAfter(ByteBuffer batch, long timestampMs, long minOffset);
}
