package io.millrace.storage.inspect;

import java.nio.ByteBuffer;

/** Receives what {@link FileDump} finds, in the order of the file. */
@FunctionalInterface
public interface EntrySink {

    void entry(FileEntry entry);

    /** Whether {@link #batch} is to be called; without it only headers and checksums are read. */
    default boolean wantsBatches() {
        return false;
    }

    /** The whole of a batch whose entry was given just before and whose checksum is right. Valid during the call. */
    default void batch(ByteBuffer batch) {}
}
