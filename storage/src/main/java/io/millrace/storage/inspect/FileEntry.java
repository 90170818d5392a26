package io.millrace.storage.inspect;

import java.util.List;
import java.util.UUID;

/** One thing that lies in a file, as {@link FileDump} finds it. Positions are bytes from the start of the file. */
public sealed interface FileEntry {

    /**
     * A record batch; the fields are those of its header (FORMAT.md).
     *
     * @param crcOk whether the checksum is right
     */
    record Batch(
            int position,
            int sizeBytes,
            long baseOffset,
            long lastOffset,
            int leaderEpoch,
            String codec,
            boolean crcOk,
            int recordsCount,
            long baseTimestampMs,
            long maxTimestampMs,
            String timestampType,
            long producerId,
            int producerEpoch,
            int baseSequence,
            boolean transactional,
            boolean control)
            implements FileEntry {}

    /** Bytes that cannot be what belongs there. */
    record Unreadable(long position, long sizeBytes, String why) implements FileEntry {}

    /** How an index begins and ends. */
    record Index(long baseOffset, int entryCount, boolean complete) implements FileEntry {}

    /** Where a batch begins. */
    record OffsetIndexEntry(long position, long batchBaseOffset, int batchPosition) implements FileEntry {}

    /** The largest timestamp of a segment up to a batch. */
    record TimeIndexEntry(long position, long timestampMs, long batchBaseOffset) implements FileEntry {}

    /** Which leader epoch began where. */
    record LeaderEpoch(int leaderEpoch, long startOffset) implements FileEntry {}

    /** The first offset that can be read. */
    record LogStart(long logStartOffset) implements FileEntry {}

    /** Below which offset a log was compacted. */
    record FirstDirty(long firstDirtyOffset) implements FileEntry {}

    /** Below which offset a partition need not be checked after a crash. */
    record RecoveryPoint(UUID topicId, int partition, long offset) implements FileEntry {}

    /** Whose a journal file is. */
    record Journal(int shard, long run, long firstGroup) implements FileEntry {}

    /** What a shard made durable at one time. */
    record JournalGroup(long position, int sizeBytes, long number, boolean crcOk, int entryCount)
            implements FileEntry {}

    /** Batches of a partition, or a cut of it, in the group before. */
    record JournalEntry(String kind, UUID topicId, int partition, long offset, int payloadBytes) implements FileEntry {}

    /** The node stopped in order. */
    record CleanShutdown(long stoppedMs) implements FileEntry {}

    /** Which topic a partition belongs to. */
    record PartitionMetadata(UUID topicId, long createdMs) implements FileEntry {}

    /** An idempotent producer and its newest batches. */
    record Producer(long producerId, int producerEpoch, long lastWriteMs, List<ProducerBatch> batches)
            implements FileEntry {
        public Producer {
            batches = List.copyOf(batches);
        }
    }

    /** What a {@link KnownFile} says: a public record of the module that it belongs to. */
    non-sealed interface Foreign extends FileEntry {}

    /** A batch that a producer's snapshot remembers. */
    record ProducerBatch(int baseSequence, int lastSequence, long baseOffset, long lastOffset) {}
}
