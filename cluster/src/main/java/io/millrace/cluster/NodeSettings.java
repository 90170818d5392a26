package io.millrace.cluster;

import io.millrace.cluster.controller.ControlPlane;
import io.millrace.cluster.controller.ControllerSettings;
import io.millrace.cluster.group.SingleGroupSettings;
import io.millrace.cluster.identity.NodeIdentity;
import io.millrace.cluster.membership.ClusterMember;
import io.millrace.cluster.membership.Membership;
import io.millrace.cluster.metadata.FormerMetadata;
import io.millrace.cluster.peer.PeerAddress;
import io.millrace.cluster.quorum.QuorumSettings;
import io.millrace.cluster.quorum.QuorumTimings;
import java.util.List;
import java.util.Optional;

/** What the parts of a node are told of its configuration and of who it is. */
final class NodeSettings {

    private NodeSettings() {}

    static QuorumSettings quorum(ClusterConfig config, NodeIdentity identity, Membership membership) {
        PeersConfig peers = config.peers();
        return new QuorumSettings(
                identity.nodeId(),
                identity.directoryId(),
                ControlPlane.kafkaId(identity.clusterId()),
                config.storage().directory(),
                peers.address(),
                peers(membership),
                true,
                peers.voters(),
                QuorumTimings.defaults());
    }

    /** Where the nodes are that are there now. */
    static List<PeerAddress> peers(Membership membership) {
        return membership.members().stream().map(ClusterMember::peer).toList();
    }

    static ControllerSettings controller(
            ClusterConfig config,
            NodeIdentity identity,
            SingleGroupSettings groupSettings,
            Optional<FormerMetadata> former) {
        PeersConfig peers = config.peers();
        return new ControllerSettings(
                config.nodeId(),
                identity.clusterId(),
                identity.directoryId(),
                config.defaultPartitions(),
                peers.defaultReplicationFactor(),
                config.topicDefaults(),
                config.rack(),
                peers.heartbeatIntervalMs(),
                peers.sessionTimeoutMs(),
                peers.leaderBalanceIntervalMs(),
                config.maxPartitions(),
                groupSettings,
                former);
    }
}
