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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A follower's fetch of several partitions, up to the end of the log. The first look at each partition tells its leader how far the
 * follower is; the later ones, while it waits for records, do not.
 */
final class ReplicaRead implements DelayedFetch.Reading<ReplicaFetchResponse<ReadResult>> {

    private final PartitionRegistry registry;
    private final ReplicaFetchRequest request;
    private boolean noted;

    ReplicaRead(PartitionRegistry registry, ReplicaFetchRequest request) {
        this.registry = registry;
        this.request = request;
    }

    @Override
    public boolean isImmediate() {
        for (ReplicaFetchRequest.Entry each : request.partitions()) {
            Partition partition = registry.find(each.partition());
            if (partition != null && !partition.log().isCached(each.fetchOffset())) {
                return false;
            }
        }
        return true;
    }

    @Override
    public ReplicaFetchResponse<ReadResult> read() {
        List<ReplicaFetchResponse.Entry<ReadResult>> result =
                new ArrayList<>(request.partitions().size());
        int bytesLeft = request.maxBytes();
        boolean nothingYet = true;
        for (ReplicaFetchRequest.Entry each : request.partitions()) {
            ReplicaFetchResponse.Entry<ReadResult> entry = readOne(each, Math.max(0, bytesLeft), nothingYet);
            if (entry.outcome() instanceof Records<ReadResult> records) {
                bytesLeft -= records.records().sizeBytes();
                nothingYet &= records.records().isEmpty();
            }
            result.add(entry);
        }
        noted = true;
        return new ReplicaFetchResponse<>(result);
    }

    private ReplicaFetchResponse.Entry<ReadResult> readOne(
            ReplicaFetchRequest.Entry entry, int bytesLeft, boolean atLeastOneBatch) {
        long logStart = -1;
        try {
            LeaderRole leader = registry.leading(entry.partition());
            leader.requireEpoch(entry.leaderEpoch());
            logStart = leader.offsets().logStartOffset();
            Outcome<ReadResult> outcome = outcome(leader, entry, bytesLeft, atLeastOneBatch);
            // After the read: what it may say about the records that are sent is then the newest.
            PartitionOffsets offsets = leader.offsets();
            return new ReplicaFetchResponse.Entry<>(
                    entry.partition(), outcome, offsets.highWatermark(), offsets.logStartOffset());
        } catch (RuntimeException | IOException e) {
            // Any other would leave the buffers open that were read for the partitions before.
            ErrorCode error = LogErrors.translate(e).code();
            return new ReplicaFetchResponse.Entry<>(entry.partition(), new Failed<>(error), -1, logStart);
        }
    }

    private Outcome<ReadResult> outcome(
            LeaderRole leader, ReplicaFetchRequest.Entry entry, int bytesLeft, boolean atLeastOneBatch)
            throws IOException {
        Diverging<ReadResult> diverging = divergence(leader, entry);
        if (diverging != null) {
            return diverging;
        }
        PartitionOffsets offsets = leader.offsets();
        if (entry.fetchOffset() < offsets.logStartOffset() || entry.fetchOffset() > offsets.logEndOffset()) {
            return new Failed<>(ErrorCode.OFFSET_OUT_OF_RANGE);
        }
        if (!noted && !leader.fetchedBy(request.replicaId(), request.brokerEpoch(), entry)) {
            return new Failed<>(ErrorCode.NOT_LEADER_OR_FOLLOWER);
        }
        int maxBytes = Math.min(entry.maxBytes(), bytesLeft);
        if (maxBytes <= 0 && !atLeastOneBatch) {
            return new Records<>(ReadResult.empty());
        }
        // Before the read, or a log start that moves on meanwhile hides the epochs of what is sent.
        LogHistory history = leader.log().history(entry.fetchOffset());
        ReadResult read = leader.read(entry.fetchOffset(), Long.MAX_VALUE, maxBytes, atLeastOneBatch);
        boolean fromStart = entry.fetchOffset() > 0 && entry.fetchOffset() <= offsets.logStartOffset();
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

    @Override
    public ReplicaFetchResponse<ReadResult> failed(Throwable failure) {
        ErrorCode code = LogErrors.translate(failure).code();
        return new ReplicaFetchResponse<>(request.partitions().stream()
                .map(each -> new ReplicaFetchResponse.Entry<ReadResult>(each.partition(), new Failed<>(code), -1, -1))
                .toList());
    }

    @Override
    public boolean isEnough(ReplicaFetchResponse<ReadResult> result) {
        int bytes = 0;
        for (int i = 0; i < result.partitions().size(); i++) {
            ReplicaFetchResponse.Entry<ReadResult> each = result.partitions().get(i);
            boolean isNews = each.highWatermark() > request.partitions().get(i).highWatermark();
            if (isNews || !(each.outcome() instanceof Records<ReadResult> records)) {
                return true;
            }
            bytes += records.records().sizeBytes();
        }
        return bytes >= Math.max(1, request.minBytes()) || request.partitions().isEmpty();
    }

    @Override
    public void discard(ReplicaFetchResponse<ReadResult> result) {
        for (ReplicaFetchResponse.Entry<ReadResult> each : result.partitions()) {
            if (each.outcome() instanceof Records<ReadResult> records) {
                records.records().close();
            }
        }
    }

    @Override
    public void watch(Runnable moved, List<Watch> watches) {
        for (ReplicaFetchRequest.Entry each : request.partitions()) {
            Partition partition = registry.find(each.partition());
            LeaderRole leader = partition == null ? null : partition.leadingOrNull();
            if (leader == null) {
                moved.run();
            } else {
                watches.add(leader.watchEnd(each.fetchOffset(), moved));
                if (each.highWatermark() != ReplicaFetchRequest.Entry.NOBODY_WAITS) {
                    watches.add(partition.watch(each.highWatermark(), moved));
                }
            }
        }
    }
}
