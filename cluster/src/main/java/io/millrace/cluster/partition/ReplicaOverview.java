package io.millrace.cluster.partition;

import io.millrace.storage.TopicPartition;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The replicas of this node, counted and measured: for metrics, descriptions and the plans of others. Looks at all of them. Any thread. */
public final class ReplicaOverview {

    private final PartitionRegistry registry;

    ReplicaOverview(PartitionRegistry registry) {
        this.registry = registry;
    }

    /** How they do. */
    public ReplicaHealth health() {
        ReplicaHealth sum = new ReplicaHealth(0, 0, 0, 0, 0);
        for (Partition partition : registry.all()) {
            sum = partition.addTo(sum);
        }
        return sum;
    }

    /** Those that serve nothing until an operator looks after them: their log is damaged, or contradicts its leader's. */
    public List<TopicPartition> offline() {
        return registry.offline();
    }

    /** What lies on the disk of each. */
    public List<ReplicaFiles> files() {
        return registry.all().stream().map(ReplicaFiles::of).toList();
    }

    /** Bytes on disk of each. */
    public Map<TopicPartition, Long> sizesBytes() {
        Map<TopicPartition, Long> sizes = new HashMap<>();
        for (Partition partition : registry.all()) {
            sizes.put(partition.topicPartition(), partition.log().sizeBytes());
        }
        return sizes;
    }
}
