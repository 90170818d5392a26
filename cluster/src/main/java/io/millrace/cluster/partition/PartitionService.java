package io.millrace.cluster.partition;

import io.millrace.storage.AppendResult;
import io.millrace.storage.PartitionLog.EpochEndOffset;
import io.millrace.storage.ReadResult;
import io.millrace.storage.TimestampOffset;
import io.millrace.storage.TopicPartition;
import io.vertx.core.Future;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * The one door to append and read, for every protocol. There are two of it in a node: {@link LocalPartitionService} answers for
 * partitions that this node leads, and for others fails with NOT_LEADER_OR_FOLLOWER; {@link
 * io.millrace.cluster.routing.RoutedPartitionService} answers for all that there are in the cluster. Both fail with
 * UNKNOWN_TOPIC_OR_PARTITION for those that do not exist.
 *
 * <p>Thread-safe, never blocks. Futures complete on the Vert.x context of the caller when it has one, and fail with {@link
 * io.millrace.cluster.error.MillraceException}.
 */
public interface PartitionService {

    /**
     * Makes the offsets of partitions known here, as new as they are at this moment: after it {@link #offsets} gives nothing older, also
     * where another node leads. Completes at once for partitions that this node leads. Fails with LEADER_NOT_AVAILABLE when they cannot
     * be learned within the time, and when one of the partitions does not exist.
     */
    Future<Void> prepare(Collection<TopicPartition> partitions, long timeoutMs);

    /** The partition of a topic by name, if it exists in the newest image. */
    Optional<TopicPartition> partition(String topic, int partition);

    /**
     * Appends. The future completes when the batches are stored as {@link AppendCommand#acks()} asks. Calls for one partition,
     * made one after the other on one thread, are appended in that order.
     */
    Future<AppendResult> append(AppendCommand command);

    /** Reads several partitions, waiting for data if asked. Never fails as a whole. */
    Future<List<FetchedPartition>> fetch(FetchCommand command);

    /**
     * Reads one partition now, without waiting: from memory on this thread when the offset is cached, else on a reader thread.
     * The receiver closes the result. Empty when the offset is at the limit. With READ_COMMITTED nothing of an aborted transaction comes: its
     * batches have no records.
     */
    Future<ReadResult> read(TopicPartition partition, long offset, int maxBytes, Isolation isolation);

    /** The offsets at this moment. Throws MillraceException when the partition is not here. */
    PartitionOffsets offsets(TopicPartition partition);

    /**
     * The offset at the end of what a consumer of that isolation may read. Throws as {@link #offsets}, and OFFSET_NOT_AVAILABLE while a
     * new leader does not know yet what its predecessor had acknowledged (KIP-207): an answer could be lower than an earlier one.
     */
    long latestOffset(TopicPartition partition, Isolation isolation);

    /**
     * Calls the listener, once for each movement or fewer, when the high watermark or the last stable offset moved above
     * {@code position}; at once if it is above already. The listener runs on a thread of the storage and must return at once:
     * hop to your own context, and read the offsets there. It stays registered until cancelled; it is also called when the
     * partition was deleted or another node leads it now.
     */
    Watch watch(TopicPartition partition, long position, Runnable listener);

    /** The first record at or after a time, below the read limit. */
    Future<Optional<TimestampOffset>> findByTimestamp(TopicPartition partition, long timestampMs, Isolation isolation);

    /** The record with the largest timestamp, below the read limit. */
    Future<Optional<TimestampOffset>> findMaxTimestamp(TopicPartition partition, Isolation isolation);

    /** Makes everything below an offset unreadable; -1 means the high watermark. Answers the new log start offset. */
    Future<Long> deleteRecords(TopicPartition partition, long beforeOffset);

    /**
     * The largest leader epoch at or below an asked one and the offset where it ends (KIP-101, KIP-320): a client that has records of
     * that epoch above it has some that were cut. Empty when nothing is known of that epoch. Only where this node leads; throws as
     * {@link #offsets}, and FENCED_LEADER_EPOCH or UNKNOWN_LEADER_EPOCH.
     *
     * @param currentLeaderEpoch the epoch that the client takes for the present one, -1 when it does not say
     */
    Optional<EpochEndOffset> endOffsetForEpoch(TopicPartition partition, int leaderEpoch, int currentLeaderEpoch);

    /**
     * How much of what a reader saw under a leader epoch the leader still has (KIP-320): a reader that stands above the end has seen
     * records that were cut since, and goes on there. To be asked when the leader epoch is another one than the reader's. Never blocks.
     *
     * @param leaderEpoch under which the reader knew that what it had read was the log; not negative
     * @return fails with UNKNOWN_LEADER_EPOCH when no leader has come so far, and as {@link #read}
     */
    Future<EpochEnd> endOfEpoch(TopicPartition partition, int leaderEpoch);

    /**
     * An answer of {@link #endOfEpoch}.
     *
     * @param currentLeaderEpoch the epoch of the leader that answers
     * @param endOffset up to where its log is the one that was the log in the epoch that was asked for
     */
    record EpochEnd(int currentLeaderEpoch, long endOffset) {}

    /** Bytes on disk, for listings. */
    long sizeBytes(TopicPartition partition);
}
