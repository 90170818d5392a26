package io.millrace.cluster;

import io.millrace.cluster.controller.ControlPlane;
import io.millrace.cluster.coordinator.GroupOverrides;
import io.millrace.cluster.coordinator.KafkaGroupCoordinator;
import io.millrace.cluster.coordinator.KafkaShareCoordinator;
import io.millrace.cluster.coordinator.SavedShareStates;
import io.millrace.cluster.coordinator.ShareOptions;
import io.millrace.cluster.coordinator.ShareSupport;
import io.millrace.cluster.group.CommittedOffsets;
import io.millrace.cluster.group.GroupCoordinator;
import io.millrace.cluster.group.RoutedCommittedOffsets;
import io.millrace.cluster.group.ShareStateCoordinator;
import io.millrace.cluster.group.member.GroupMemberLimits;
import io.millrace.cluster.group.member.GroupMembers;
import io.millrace.cluster.group.member.NodeGroupMembers;
import io.millrace.cluster.metadata.ClusterImage;
import io.millrace.cluster.partition.CoordinatorLogs;
import io.millrace.cluster.partition.LocalPartitionService;
import io.millrace.cluster.partition.PartitionService;
import io.millrace.cluster.peer.PeerAddress;
import io.millrace.cluster.peer.PeerApi;
import io.millrace.cluster.peer.PeerTransport;
import io.millrace.cluster.share.ShareGroups;
import io.millrace.cluster.transaction.EndMarker;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * A node's part in groups, put together: the coordinators of consumer and share groups, which stand on each other and follow the metadata,
 * and the members that live in this node.
 */
final class NodeGroups {

    private final KafkaShareCoordinator shareStates;
    private final KafkaGroupCoordinator coordinator;
    private final RoutedCommittedOffsets committedOffsets;
    private final ShareGroups shareGroups;
    private final NodeGroupMembers members;

    /**
     * @param controlPlane is followed from here on
     * @param partitions those of this node
     * @param anywhere those of the cluster
     * @param addresses the node-to-node listener of a node, null when it is not known
     */
    NodeGroups(
            Vertx vertx,
            ClusterConfig config,
            ControlPlane controlPlane,
            LocalPartitionService partitions,
            PartitionService anywhere,
            PeerTransport transport,
            IntFunction<PeerAddress> addresses) {
        int nodeId = config.nodeId();
        Supplier<ClusterImage> image = () -> controlPlane.controller().image();
        CoordinatorLogs logs = partitions.coordinatorLogs();
        this.shareStates = new KafkaShareCoordinator(
                vertx, nodeId, config.shareGroups().statePartitions(), controlPlane.controller(), logs);
        controlPlane.follow(shareStates);
        ShareSupport shares = new ShareSupport(vertx, nodeId, config.shareGroups(), shareStates, transport, anywhere);
        GroupOverrides overrides = new GroupOverrides(config.groups(), config.shareGroups());
        controlPlane.follow(overrides);
        this.coordinator = new KafkaGroupCoordinator(
                vertx, nodeId, config.groups(), controlPlane.controller(), logs, overrides, shares);
        controlPlane.follow(coordinator);
        this.committedOffsets = new RoutedCommittedOffsets(nodeId, coordinator, image, transport, addresses);
        this.shareGroups = new ShareGroups(
                vertx,
                partitions,
                new SavedShareStates(shares),
                new ShareOptions(config.shareGroups(), overrides),
                config.shareGroups().maxSessions());
        controlPlane.controller().onImage(shareGroups::imageApplied);
        this.members = new NodeGroupMembers(vertx, nodeId, GroupMemberLimits.defaults(), image, coordinator, transport);
    }

    /** Consumer groups; those that this node coordinates. */
    GroupCoordinator coordinator() {
        return coordinator;
    }

    /** How far consumer groups are, whichever node coordinates them. */
    CommittedOffsets committedOffsets() {
        return committedOffsets;
    }

    /** The states of share groups that this node keeps. */
    ShareStateCoordinator shareStates() {
        return shareStates;
    }

    /** What members of share groups do with the partitions that this node leads. */
    ShareGroups shareGroups() {
        return shareGroups;
    }

    /** Members of groups that live in this node, wherever their groups are coordinated. */
    GroupMembers members() {
        return members;
    }

    /** What other nodes may ask. */
    List<PeerApi> peerApis() {
        return Stream.of(members.peerApis(), shareStates.peerApis())
                .flatMap(List::stream)
                .toList();
    }

    /** A transaction has ended that has committed offsets in a partition of {@code __consumer_offsets}. */
    Future<Void> endTransaction(int partition, EndMarker marker) {
        return coordinator.completeTransaction(
                partition,
                marker.producerId(),
                marker.producerEpoch(),
                marker.coordinatorEpoch(),
                marker.committed(),
                (short) marker.version());
    }

    /** Ends the threads of the coordinators. Blocks. */
    void close() throws InterruptedException {
        shareGroups.close();
        coordinator.close();
        shareStates.close();
    }
}
