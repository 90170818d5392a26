package io.millrace.storage;

/** What the storage tells whoever counts. Called on shard, housekeeping and cleaner threads: implementations must be thread-safe and quick. */
public interface StorageMetrics {

    /** Counts nothing. */
    StorageMetrics NONE = new StorageMetrics() {};

    /** A write to a segment: so many batches and bytes went out together. */
    default void appended(int batches, int bytes, long nanos) {}

    /** A journal write or an fsync ended: something became durable. */
    default void fsynced(long nanos) {}

    /** A read was answered from memory or from a file. */
    default void read(boolean fromMemory, int bytes) {}

    /** A log was compacted, or a part of it: what its segments took before and after, and how many records went. */
    default void compacted(long bytesBefore, long bytesAfter, long recordsRemoved, long nanos) {}

    /** The log directory went offline or ran full. */
    default void directoryFailed(String directory, Throwable cause) {}

    /** So much of old segments was read again and verified; on the scrubber's thread, as the next. */
    default void scrubbed(long bytes) {}

    /** An old segment was found to be damaged. */
    default void corruptionFound() {}
}
