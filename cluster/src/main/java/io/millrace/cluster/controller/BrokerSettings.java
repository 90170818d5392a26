package io.millrace.cluster.controller;

import io.millrace.cluster.NodeEndpoints;
import java.util.UUID;

/**
 * What a node tells when it registers.
 *
 * @param nodeId the node id
 * @param clusterId of the cluster that it belongs to
 * @param directoryId of its data directory
 * @param rack the rack, or null
 * @param endpoints where it is reached
 * @param previousEpoch the broker epoch of its last process life, -1 when there was none
 * @param heartbeatIntervalMs how often it says that it is alive
 */
record BrokerSettings(
        int nodeId,
        UUID clusterId,
        UUID directoryId,
        String rack,
        NodeEndpoints endpoints,
        long previousEpoch,
        long heartbeatIntervalMs) {}
