package io.millrace.cluster.recovery;

import io.millrace.cluster.identity.NodeIdentity;
import io.millrace.cluster.peer.PeerAddress;
import io.millrace.cluster.quorum.QuorumRecovery;
import java.util.List;
import java.util.Set;

/**
 * What a stopped node knows of its cluster, and what the cluster would be with that knowledge alone.
 *
 * @param quorum the metadata log and the voters by it
 * @param address where other nodes reach this one, as the cluster knows it
 * @param nodes ids of all registered nodes
 * @param topics how many there are
 * @param partitions all of the cluster
 */
public record RecoveryReport(
        NodeIdentity self,
        QuorumRecovery.Found quorum,
        PeerAddress address,
        Set<Integer> nodes,
        int topics,
        List<KnownPartition> partitions) {

    public RecoveryReport {
        nodes = Set.copyOf(nodes);
        partitions = List.copyOf(partitions);
    }

    /** What this node has of a partition, by the metadata that it knows. */
    public enum Copy {
        /** It was in sync, or had everything acknowledged: it leads again as soon as it runs. */
        COMPLETE,
        /** It was behind: it leads only when an unclean election is asked for. */
        BEHIND,
        /** Other nodes have it. */
        NONE
    }

    /** @param inSync node ids of those that had everything acknowledged */
    public record KnownPartition(String topic, int partition, List<Integer> replicas, List<Integer> inSync, Copy copy) {

        public KnownPartition {
            replicas = List.copyOf(replicas);
            inSync = List.copyOf(inSync);
        }
    }

    /** In the order of topics and numbers. */
    public List<KnownPartition> with(Copy copy) {
        return partitions.stream().filter(each -> each.copy() == copy).toList();
    }
}
