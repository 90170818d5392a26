package io.millrace.cluster.placement;

import io.millrace.storage.TopicPartition;
import java.util.List;

/**
 * A change of the replicas of one partition.
 *
 * @param from node ids before, the preferred leader first
 * @param to node ids afterwards, the preferred leader first; the same nodes in another order when only the leader is to be another
 * @param bytes what goes over the network for it, to all added replicas together
 */
public record Move(TopicPartition partition, List<Integer> from, List<Integer> to, long bytes) {

    public Move {
        from = List.copyOf(from);
        to = List.copyOf(to);
    }

    /** The nodes that get a replica. */
    public List<Integer> added() {
        return to.stream().filter(node -> !from.contains(node)).toList();
    }

    /** The nodes that lose theirs. */
    public List<Integer> removed() {
        return from.stream().filter(node -> !to.contains(node)).toList();
    }
}
