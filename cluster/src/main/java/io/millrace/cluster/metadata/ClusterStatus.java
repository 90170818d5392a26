package io.millrace.cluster.metadata;

import io.millrace.cluster.peer.PeerAddress;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * The cluster as an administrator sees it at one moment.
 *
 * @param controllerId node id of the active controller, -1 while there is none
 * @param metadataOffset how far the node that answers has come in the metadata log
 * @param nodes all registered ones by node id, dead ones too
 * @param underReplicated partitions some of whose replicas are not in sync
 * @param leaderless partitions that nobody can write to now
 * @param catchUpBytesPerSecond the rate for catching up that holds on all nodes; empty while each has that of its configuration
 */
public record ClusterStatus(
        UUID clusterId,
        int controllerId,
        long metadataOffset,
        QuorumState quorum,
        List<Node> nodes,
        int underReplicated,
        int leaderless,
        OptionalLong catchUpBytesPerSecond) {

    public ClusterStatus {
        nodes = List.copyOf(nodes);
    }

    /**
     * The metadata quorum.
     *
     * @param leaderId -1 while nobody leads
     * @param highWatermark everything below it is committed; -1 while it is not known
     * @param voters those that count for majorities, by node id
     * @param observers those that only follow, by node id
     */
    public record QuorumState(
            int leaderId, int epoch, long highWatermark, List<QuorumMember> voters, List<QuorumMember> observers) {

        public QuorumState {
            voters = List.copyOf(voters);
            observers = List.copyOf(observers);
        }
    }

    /**
     * A node that follows the metadata log.
     *
     * @param address null when it is not known
     * @param logEndOffset -1 when the leader has not heard of it, or cannot be asked
     * @param lag records that it does not have yet; -1 when that is not known
     * @param lastCaughtUpMs when it last had everything, by the leader's clock; -1 for never or not known
     */
    public record QuorumMember(
            int nodeId, UUID directoryId, PeerAddress address, long logEndOffset, long lag, long lastCaughtUpMs) {}

    /**
     * A registered node and what it carries.
     *
     * @param leaders partitions that it leads
     * @param preferred partitions that it should lead: those whose first replica it has
     * @param replicas partitions of which it has a replica
     * @param outOfSync those of them that are not in sync
     */
    public record Node(BrokerMetadata broker, int leaders, int preferred, int replicas, int outOfSync) {}
}
