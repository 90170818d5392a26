package io.millrace.cluster.partition;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.partition.FetchCommand.FetchPartition;
import io.millrace.storage.PartitionLog;
import io.millrace.storage.ReadResult;
import io.millrace.storage.producer.AbortedTransaction;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** A consumer's fetch of several partitions, below what it may see; at a follower where the command allows that. */
final class ConsumerFetch implements DelayedFetch.Reading<List<FetchedPartition>> {

    private final PartitionRegistry registry;
    private final FetchCommand command;

    /** Of the partitions, in their order, when they were last read. */
    private final int[] epochs;

    ConsumerFetch(PartitionRegistry registry, FetchCommand command) {
        this.registry = registry;
        this.command = command;
        this.epochs = new int[command.partitions().size()];
    }

    @Override
    public boolean isImmediate() {
        for (FetchPartition each : command.partitions()) {
            Partition partition = registry.find(each.partition());
            LeaderRole leader = partition == null ? null : partition.leadingOrNull();
            if (leader != null && !leader.isReadImmediate(each.offset(), command.isolation())) {
                return false;
            }
            if (leader == null
                    && partition != null
                    && mayFollowersAnswer()
                    && !partition.isReadImmediate(each.offset())) {
                return false;
            }
        }
        return true;
    }

    @Override
    public List<FetchedPartition> read() {
        List<FetchedPartition> result = new ArrayList<>(command.partitions().size());
        int bytesLeft = command.maxBytes();
        boolean nothingYet = true;
        for (FetchPartition each : command.partitions()) {
            epochs[result.size()] = registry.leaderEpoch(each.partition());
            FetchedPartition fetched = readOne(each, Math.max(0, bytesLeft), nothingYet);
            bytesLeft -= fetched.records().sizeBytes();
            nothingYet &= fetched.records().isEmpty();
            result.add(fetched);
        }
        return result;
    }

    private FetchedPartition readOne(FetchPartition request, int bytesLeft, boolean atLeastOneBatch) {
        PartitionOffsets offsets = null;
        try {
            Partition partition = registry.existing(request.partition());
            if (mayFollowersAnswer() && partition.leadingOrNull() == null) {
                return FollowerRead.of(partition, request, bytesLeft, atLeastOneBatch, command.isolation());
            }
            LeaderRole leader = partition.leading();
            offsets = leader.offsets();
            if (request.currentLeaderEpoch() >= 0) {
                leader.requireEpoch(request.currentLeaderEpoch());
            }
            int preferred = preferredReplica(leader, request, offsets);
            if (preferred != FetchedPartition.NONE_PREFERRED) {
                return new FetchedPartition(request, ErrorCode.NONE, offsets, ReadResult.empty(), preferred, List.of());
            }
            int maxBytes = Math.min(request.maxBytes(), bytesLeft);
            ReadResult records = maxBytes <= 0 && !atLeastOneBatch
                    ? ReadResult.empty()
                    : leader.read(request.offset(), offsets.readLimit(command.isolation()), maxBytes, atLeastOneBatch);
            return new FetchedPartition(
                    request,
                    ErrorCode.NONE,
                    offsets,
                    records,
                    FetchedPartition.NONE_PREFERRED,
                    aborted(leader.log(), request, offsets, records, command.isolation()));
        } catch (RuntimeException | IOException e) {
            // Any other would leave the buffers open that were read for the partitions before.
            return new FetchedPartition(request, LogErrors.translate(e).code(), offsets, ReadResult.empty());
        }
    }

    /** After the read: what was compacted away meanwhile is of no use to anybody. */
    static List<AbortedTransaction> aborted(
            PartitionLog log,
            FetchPartition request,
            PartitionOffsets offsets,
            ReadResult records,
            Isolation isolation) {
        return isolation != Isolation.READ_COMMITTED || records.isEmpty()
                ? List.of()
                : log.transactions().abortedBetween(request.offset(), offsets.lastStableOffset());
    }

    private boolean mayFollowersAnswer() {
        return command.clientRack() != null;
    }

    /** An offset that is not here is refused by the leader, who knows. */
    private int preferredReplica(LeaderRole leader, FetchPartition request, PartitionOffsets offsets) {
        return command.clientRack() == null
                        || command.clientRack().isEmpty()
                        || request.offset() < offsets.logStartOffset()
                ? FetchedPartition.NONE_PREFERRED
                : leader.replicaInRack(command.clientRack(), request.offset());
    }

    @Override
    public List<FetchedPartition> failed(Throwable failure) {
        ErrorCode code = LogErrors.translate(failure).code();
        return command.partitions().stream()
                .map(each -> new FetchedPartition(each, code, null, ReadResult.empty()))
                .toList();
    }

    @Override
    public boolean isEnough(List<FetchedPartition> result) {
        int bytes = 0;
        for (FetchedPartition each : result) {
            if (each.error() != ErrorCode.NONE || each.preferredReplica() != FetchedPartition.NONE_PREFERRED) {
                return true;
            }
            bytes += each.records().sizeBytes();
        }
        return bytes >= Math.max(1, command.minBytes()) || command.partitions().isEmpty();
    }

    @Override
    public void discard(List<FetchedPartition> result) {
        result.forEach(each -> each.records().close());
    }

    @Override
    public void watch(Runnable moved, List<Watch> watches) {
        for (int i = 0; i < epochs.length; i++) {
            FetchPartition each = command.partitions().get(i);
            watches.add(registry.watch(each.partition(), each.offset(), moved));
            if (registry.leaderEpoch(each.partition()) != epochs[i]) {
                // Another reign has begun after it was read; that was told to those who watched by then.
                moved.run();
            }
        }
    }
}
