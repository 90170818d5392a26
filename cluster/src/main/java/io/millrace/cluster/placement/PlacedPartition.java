package io.millrace.cluster.placement;

import io.millrace.storage.TopicPartition;
import java.util.List;

/**
 * Where a partition is.
 *
 * @param replicas node ids, the preferred leader first
 * @param bytes what one replica of it has on disk: what it costs to make another one
 */
public record PlacedPartition(TopicPartition partition, List<Integer> replicas, long bytes) {

    public PlacedPartition {
        replicas = List.copyOf(replicas);
    }
}
