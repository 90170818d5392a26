package io.millrace.cluster.partition;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.replication.ReplicaFetchRequest;
import io.millrace.cluster.replication.ReplicaFetchResponse;
import io.millrace.cluster.replication.ReplicaFetchResponse.Diverging;
import io.millrace.cluster.replication.ReplicaFetchResponse.Failed;
import io.millrace.cluster.replication.ReplicaFetchResponse.Outcome;
import io.millrace.cluster.replication.ReplicaFetchResponse.Records;
import io.millrace.storage.LogHistory;
import io.millrace.storage.PartitionLog.EpochEndOffset;
import io.millrace.storage.ReadResult;
import io.millrace.storage.batch.BatchHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * What a leader has for a follower in a partition, up to the end of the log. The first look at it for a request tells the leader how far
 * the follower is; the later ones, while it waits for records, do not.
 */
final class ReplicaRead {

    /**
     * What there is.
     *
     * @param isAtEnd whether the follower has everything, and waits from now on for something to move
     */
    record Result(ReplicaFetchResponse.Entry<ReadResult> row, boolean isAtEnd) {}

    private final PartitionRegistry registry;
    private final int replicaId;
    private final long brokerEpoch;

    ReplicaRead(PartitionRegistry registry, int replicaId, long brokerEpoch) {
        this.registry = registry;
        this.replicaId = replicaId;
        this.brokerEpoch = brokerEpoch;
    }

    /**
     * Reads a partition.
     *
     * @param bytesLeft bound on the records; 0 reads nothing
     * @param atLeastOneBatch whether the first batch may be larger
     */
    Result read(SessionPartition session, int bytesLeft, boolean atLeastOneBatch) {
        ReplicaFetchRequest.Entry entry = session.asked();
        long logStart = -1;
        try {
            Partition partition = registry.existing(entry.partition());
            LeaderRole leader = partition.leading();
            leader.requireEpoch(entry.leaderEpoch());
            if (leader.isOver()) {
                throw over(entry);
            }
            PartitionOffsets before = leader.offsets();
            logStart = before.logStartOffset();
            Outcome<ReadResult> outcome = outcome(leader, session, bytesLeft, atLeastOneBatch);
            // After the read: what it may say about the records that are sent is then the newest.
            PartitionOffsets offsets = leader.offsets();
            if (leader.isOver()) {
                // The high watermark may be that of the next reign already, which does not vouch for what was read in
                // this one.
                close(outcome);
                throw over(entry);
            }
            // A batch that does not fit is not read either.
            boolean isAtEnd = outcome instanceof Records<ReadResult> records
                    && records.records().isEmpty()
                    && entry.fetchOffset() >= before.logEndOffset();
            if (isAtEnd) {
                session.await(leader, partition, offsets.highWatermark());
            }
            return new Result(
                    new ReplicaFetchResponse.Entry<>(
                            entry.partition(), outcome, offsets.highWatermark(), offsets.logStartOffset()),
                    isAtEnd);
        } catch (RuntimeException | IOException e) {
            // Any other would leave the buffers open that were read for the partitions before.
            ErrorCode error = LogErrors.translate(e).code();
            return new Result(
                    new ReplicaFetchResponse.Entry<>(entry.partition(), new Failed<>(error), -1, logStart), false);
        }
    }

    private static MillraceException over(ReplicaFetchRequest.Entry entry) {
        return new MillraceException(
                ErrorCode.NOT_LEADER_OR_FOLLOWER, "The reign over " + entry.partition() + " is over");
    }

    private static void close(Outcome<ReadResult> outcome) {
        if (outcome instanceof Records<ReadResult> records) {
            records.records().close();
        }
    }

    /** Where the offsets are of a partition in which there is nothing to read; null when that was told, or another reign has begun. */
    ReplicaFetchResponse.Entry<ReadResult> offsets(SessionPartition session) {
        Partition partition = registry.find(session.asked().partition());
        LeaderRole leader = partition == null ? null : partition.leadingOrNull();
        if (leader == null || leader.leaderEpoch() != session.asked().leaderEpoch()) {
            return null;
        }
        PartitionOffsets offsets = leader.offsets();
        if (leader.isOver()) {
            return null;
        }
        return session.tell(partition, offsets.highWatermark(), offsets.logStartOffset())
                ? new ReplicaFetchResponse.Entry<>(
                        session.asked().partition(),
                        new Records<>(ReadResult.empty()),
                        offsets.highWatermark(),
                        offsets.logStartOffset())
                : null;
    }

    private Outcome<ReadResult> outcome(
            LeaderRole leader, SessionPartition session, int bytesLeft, boolean atLeastOneBatch) throws IOException {
        ReplicaFetchRequest.Entry entry = session.asked();
        boolean note = session.takeNote();
        Diverging<ReadResult> diverging = divergence(leader, entry);
        if (diverging != null) {
            return diverging;
        }
        PartitionOffsets offsets = leader.offsets();
        if (entry.fetchOffset() < offsets.logStartOffset() || entry.fetchOffset() > offsets.logEndOffset()) {
            return new Failed<>(ErrorCode.OFFSET_OUT_OF_RANGE);
        }
        if (note && !leader.fetchedBy(replicaId, brokerEpoch, entry, session)) {
            return new Failed<>(ErrorCode.NOT_LEADER_OR_FOLLOWER);
        }
        int maxBytes = Math.min(entry.maxBytes(), bytesLeft);
        if (maxBytes <= 0 && !atLeastOneBatch) {
            return new Records<>(ReadResult.empty());
        }
        // Before the read, or a log start that moves on meanwhile hides the epochs of what is sent.
        LogHistory history = leader.log().history(entry.fetchOffset());
        ReadResult read = leader.read(entry.fetchOffset(), Long.MAX_VALUE, maxBytes, atLeastOneBatch);
        // Or the follower's own, which another leader had told it.
        boolean fromStart = entry.fetchOffset() > 0
                && entry.fetchOffset() <= Math.max(offsets.logStartOffset(), entry.logStartOffset());
        return new Records<>(read, fromStart && !read.isEmpty() ? withBeginning(read, history, entry) : history);
    }

    /** Deleted records may end within a batch. A follower needs it whole, and must not take a damaged offset for this. */
    private static LogHistory withBeginning(ReadResult read, LogHistory history, ReplicaFetchRequest.Entry entry)
            throws IOException {
        try {
            ByteBuffer batches = read.toBuffer();
            long base = BatchHeader.baseOffset(batches, batches.position());
            return base < entry.fetchOffset() ? history.beginningAt(base) : history;
        } catch (IOException | RuntimeException e) {
            read.close();
            throw e;
        }
    }

    /** Where the two histories part; null when the follower's is the beginning of this one. */
    private static Diverging<ReadResult> divergence(LeaderRole leader, ReplicaFetchRequest.Entry entry) {
        if (entry.lastFetchedEpoch() < 0) {
            return null;
        }
        Optional<EpochEndOffset> known = leader.endOffsetForEpoch(entry.lastFetchedEpoch());
        if (known.isEmpty()) {
            throw new MillraceException(
                    ErrorCode.OFFSET_OUT_OF_RANGE,
                    "Nothing is left here of leader epoch " + entry.lastFetchedEpoch() + " of " + entry.partition()
                            + " or an earlier one");
        }
        EpochEndOffset end = known.get();
        return end.leaderEpoch() < entry.lastFetchedEpoch() || end.endOffset() < entry.fetchOffset()
                ? new Diverging<>(end.leaderEpoch(), end.endOffset())
                : null;
    }
}
