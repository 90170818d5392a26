package io.millrace.server.http.topic;

import io.millrace.cluster.metadata.ClusterImage;
import io.millrace.cluster.metadata.PartitionMetadata;
import io.millrace.cluster.metadata.TopicMetadata;

/**
 * What a node carries, by the metadata.
 *
 * @param leaders partitions that it leads
 * @param replicas partitions of which it has a replica
 * @param outOfSync those of them that are not in sync
 */
record NodeLoad(int leaders, int replicas, int outOfSync) {

    static NodeLoad of(ClusterImage image, int nodeId) {
        int leaders = 0;
        int replicas = 0;
        int outOfSync = 0;
        for (TopicMetadata topic : image.topics().values()) {
            for (PartitionMetadata partition : topic.partitions()) {
                if (partition.replicas().contains(nodeId)) {
                    replicas++;
                    leaders += partition.leader() == nodeId ? 1 : 0;
                    outOfSync += partition.isr().contains(nodeId) ? 0 : 1;
                }
            }
        }
        return new NodeLoad(leaders, replicas, outOfSync);
    }
}
