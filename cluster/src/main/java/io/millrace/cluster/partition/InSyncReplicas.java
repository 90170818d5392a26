package io.millrace.cluster.partition;

import io.millrace.cluster.metadata.PartitionMetadata;
import io.millrace.cluster.replication.IsrCommitter.Committed;
import io.millrace.cluster.replication.IsrCommitter.Member;
import io.millrace.cluster.replication.IsrCommitter.Proposal;
import io.millrace.cluster.replication.ReplicationStats;
import io.millrace.storage.TopicPartition;
import java.util.ArrayList;
import java.util.List;

/**
 * The in-sync replicas of one reign: what is committed, and the one change that may be under way. An addition counts for the high
 * watermark from the moment it is asked for, a removal only once it is committed; whatever the controller decides, the high watermark
 * was right (KIP-497).
 *
 * <p>Guarded by the partition's lock.
 */
final class InSyncReplicas {

    private final TopicPartition partition;
    private final int leaderEpoch;
    private final ReplicationStats stats;
    private List<Integer> committed;
    private int partitionEpoch;
    private boolean recovering;

    /** Asked for, and not decided as far as is known here. */
    private Proposal pending;

    InSyncReplicas(TopicPartition partition, PartitionMetadata metadata, ReplicationStats stats) {
        this.stats = stats;
        this.partition = partition;
        this.leaderEpoch = metadata.leaderEpoch();
        this.partitionEpoch = metadata.partitionEpoch();
        this.committed = metadata.isr();
        this.recovering = metadata.recovering();
    }

    List<Integer> committed() {
        return committed;
    }

    boolean isRecovering() {
        return recovering;
    }

    boolean isChanging() {
        return pending != null;
    }

    boolean isPending(Proposal proposal) {
        return pending == proposal;
    }

    /** Those whose records decide on the high watermark. */
    List<Integer> maximal() {
        if (pending == null) {
            return committed;
        }
        List<Integer> all = new ArrayList<>(committed);
        for (Member member : pending.isr()) {
            if (!all.contains(member.nodeId())) {
                all.add(member.nodeId());
            }
        }
        return all;
    }

    /** Begins a change; there may be none under way. */
    Proposal propose(List<Member> isr, boolean stillRecovering) {
        pending = new Proposal(partition, leaderEpoch, partitionEpoch, isr, stillRecovering);
        return pending;
    }

    /** The controller has answered; returns whether that was news. */
    boolean committed(Committed answer) {
        return answer.leaderEpoch() == leaderEpoch
                && decided(answer.partitionEpoch(), answer.isr(), answer.recovering());
    }

    /** An image of the same leader epoch has come; returns whether it was news. */
    boolean committed(PartitionMetadata metadata) {
        return decided(metadata.partitionEpoch(), metadata.isr(), metadata.recovering());
    }

    private boolean decided(int epoch, List<Integer> isr, boolean stillRecovering) {
        if (epoch <= partitionEpoch) {
            return false;
        }
        partitionEpoch = epoch;
        stats.inSyncChanged(committed.size(), isr.size());
        committed = List.copyOf(isr);
        recovering = stillRecovering;
        // A change is decided against one partition epoch: what was asked for is in this one, or can never be.
        pending = null;
        return true;
    }

    /** The controller refused the change: what is committed stays. */
    void refused(Proposal proposal) {
        if (pending == proposal) {
            pending = null;
        }
    }
}
