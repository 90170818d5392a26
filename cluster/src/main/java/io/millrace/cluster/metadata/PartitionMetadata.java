package io.millrace.cluster.metadata;

import java.util.List;

/**
 * One partition of a topic, as committed.
 *
 * @param partition its number
 * @param leader node id of the leader, {@link #NO_LEADER} while there is none
 * @param leaderEpoch grows by one at each change of leader
 * @param partitionEpoch grows by one at each change of leader, in-sync replicas or replicas
 * @param replicas node ids, the preferred leader first
 * @param isr node ids of the in-sync replicas
 * @param elr node ids of replicas outside the ISR that have every acknowledged record (KIP-966)
 * @param adding replicas that a reassignment adds
 * @param removing replicas that a reassignment takes away when the added ones are in sync
 * @param recovering whether the leader was elected uncleanly and has not yet committed that it recovered: only then may
 *     followers cut below their high watermark
 */
public record PartitionMetadata(
        int partition,
        int leader,
        int leaderEpoch,
        int partitionEpoch,
        List<Integer> replicas,
        List<Integer> isr,
        List<Integer> elr,
        List<Integer> adding,
        List<Integer> removing,
        boolean recovering) {

    public static final int NO_LEADER = -1;

    public PartitionMetadata {
        replicas = List.copyOf(replicas);
        isr = List.copyOf(isr);
        elr = List.copyOf(elr);
        adding = List.copyOf(adding);
        removing = List.copyOf(removing);
    }

    /** A partition whose replicas are all in sync, and that is not being moved. */
    public PartitionMetadata(
            int partition, int leader, int leaderEpoch, int partitionEpoch, List<Integer> replicas, List<Integer> isr) {
        this(partition, leader, leaderEpoch, partitionEpoch, replicas, isr, List.of(), List.of(), List.of(), false);
    }
}
