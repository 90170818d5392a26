package io.millrace.cluster.controller;

import io.millrace.cluster.group.SingleGroupSettings;
import io.millrace.cluster.metadata.FormerMetadata;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * What the controller of a node has to know.
 *
 * @param nodeId the node id
 * @param clusterId of the cluster
 * @param directoryId of this node's data directory
 * @param defaultPartitions partitions of a topic that does not say
 * @param defaultReplicationFactor replicas of the partitions of a topic that does not say; fewer when there are fewer nodes
 * @param topicDefaults topic settings of this node's configuration; what must be alike everywhere is committed when the cluster is made
 * @param rack the rack of this node, or null
 * @param heartbeatIntervalMs how often this node says that it is alive
 * @param sessionTimeoutMs after this time without a sign of life a node counts as dead
 * @param leaderBalanceIntervalMs how often leaderships are given back to preferred replicas; 0 for never
 * @param maxPartitionsPerNode how many partitions one node carries at most
 * @param groups what single groups may have set
 * @param former what an older Millrace kept in metadata.json, to be taken over into an empty metadata log
 */
public record ControllerSettings(
        int nodeId,
        UUID clusterId,
        UUID directoryId,
        int defaultPartitions,
        int defaultReplicationFactor,
        Map<String, String> topicDefaults,
        String rack,
        long heartbeatIntervalMs,
        long sessionTimeoutMs,
        long leaderBalanceIntervalMs,
        int maxPartitionsPerNode,
        SingleGroupSettings groups,
        Optional<FormerMetadata> former) {

    public ControllerSettings {
        topicDefaults = Map.copyOf(topicDefaults);
    }
}
