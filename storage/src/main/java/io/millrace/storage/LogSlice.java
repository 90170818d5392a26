package io.millrace.storage;

import io.millrace.storage.file.FileRegion;
import java.nio.ByteBuffer;

/** A run of whole record batches, where they lie: in memory or in a segment file. */
public sealed interface LogSlice permits LogSlice.Memory, LogSlice.File {

    /** Number of bytes. */
    int sizeBytes();

    /**
     * Batches in memory. The buffer is read-only, shared and never changes; take a {@link ByteBuffer#duplicate()} before
     * moving its position.
     */
    record Memory(ByteBuffer batches) implements LogSlice {
        @Override
        public int sizeBytes() {
            return batches.remaining();
        }
    }

    /** Batches in a file, for sendfile. */
    record File(FileRegion region) implements LogSlice {
        @Override
        public int sizeBytes() {
            return region.sizeBytes();
        }
    }
}
