package io.millrace.cluster.metadata;

import java.util.List;

/**
 * Who holds a partition.
 *
 * @param partition the partition index
 * @param leader node id of the leader, -1 while there is none
 * @param leaderEpoch grows by one at each change of leader, never goes back
 * @param partitionEpoch grows by one at each change of leader, in-sync replicas or replicas
 * @param replicas node ids, the preferred leader first
 * @param isr node ids of the in-sync replicas
 */
public record PartitionMetadata(
        int partition, int leader, int leaderEpoch, int partitionEpoch, List<Integer> replicas, List<Integer> isr) {

    public PartitionMetadata {
        replicas = List.copyOf(replicas);
        isr = List.copyOf(isr);
    }
}
