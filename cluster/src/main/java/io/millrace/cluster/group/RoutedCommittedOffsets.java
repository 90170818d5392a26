package io.millrace.cluster.group;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.metadata.ClusterImage;
import io.millrace.cluster.metadata.InternalTopics;
import io.millrace.cluster.peer.PeerAddress;
import io.millrace.cluster.peer.PeerLane;
import io.millrace.cluster.peer.PeerTransport;
import io.vertx.core.Future;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchResponseData;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseGroup;
import org.apache.kafka.common.protocol.ApiKeys;

/** Asks the coordinator of a group, on this node or over the node-to-node listener of another, with Kafka's OffsetFetch. */
public final class RoutedCommittedOffsets implements CommittedOffsets {

    /** The last one that names topics by name. Other nodes answer it beside what members ask. */
    public static final short VERSION = 9;

    private static final long TIMEOUT_MS = 5_000;

    private final int nodeId;
    private final GroupCoordinator groups;
    private final Supplier<ClusterImage> image;
    private final PeerTransport transport;
    private final IntFunction<PeerAddress> addresses;

    /** @param addresses the node-to-node listener of a node, null when it is not known */
    public RoutedCommittedOffsets(
            int nodeId,
            GroupCoordinator groups,
            Supplier<ClusterImage> image,
            PeerTransport transport,
            IntFunction<PeerAddress> addresses) {
        this.nodeId = nodeId;
        this.groups = groups;
        this.image = image;
        this.transport = transport;
        this.addresses = addresses;
    }

    @Override
    public Future<List<CommittedOffset>> of(String groupId) {
        if (!image.get().topics().containsKey(InternalTopics.CONSUMER_OFFSETS)) {
            // Nobody has committed anything; looking for the coordinator would create the topic.
            return Future.succeededFuture(List.of());
        }
        OffsetFetchRequestGroup group =
                new OffsetFetchRequestGroup().setGroupId(groupId).setTopics(null);
        return groups.coordinatorOf(groupId)
                .compose(node -> node.nodeId() == nodeId ? here(group) : at(node.nodeId(), group))
                .map(RoutedCommittedOffsets::committed);
    }

    private Future<OffsetFetchResponseGroup> here(OffsetFetchRequestGroup group) {
        GroupClient client = new GroupClient("", InetAddress.getLoopbackAddress(), ApiKeys.OFFSET_FETCH.id, VERSION, 0);
        return groups.fetchOffsets(client, group, false);
    }

    private Future<OffsetFetchResponseGroup> at(int node, OffsetFetchRequestGroup group) {
        PeerAddress address = addresses.apply(node);
        if (address == null) {
            return Future.failedFuture(notAvailable("the address of node " + node + " is not known yet"));
        }
        return transport
                .send(
                        address,
                        PeerLane.CLIENTS,
                        VERSION,
                        new OffsetFetchRequestData().setGroups(List.of(group)),
                        TIMEOUT_MS)
                .map(answer -> ((OffsetFetchResponseData) answer).groups().get(0))
                .recover(failure -> Future.failedFuture(
                        failure instanceof MillraceException ? failure : notAvailable(failure.getMessage())));
    }

    private static MillraceException notAvailable(String why) {
        return new MillraceException(
                ErrorCode.COORDINATOR_NOT_AVAILABLE, "The coordinator of the group does not answer: " + why);
    }

    private static List<CommittedOffset> committed(OffsetFetchResponseGroup group) {
        if (group.errorCode() != ErrorCode.NONE.kafkaCode()) {
            ErrorCode code = ErrorCode.ofKafkaCode(group.errorCode());
            throw new MillraceException(code, "The coordinator of group '" + group.groupId() + "' answered " + code);
        }
        List<CommittedOffset> offsets = new ArrayList<>();
        group.topics()
                .forEach(topic -> topic.partitions().forEach(partition -> {
                    if (partition.committedOffset() >= 0) {
                        offsets.add(new CommittedOffset(
                                topic.name(),
                                partition.partitionIndex(),
                                partition.committedOffset(),
                                partition.committedLeaderEpoch(),
                                partition.metadata()));
                    }
                }));
        offsets.sort(Comparator.comparing(CommittedOffset::topic).thenComparingInt(CommittedOffset::partition));
        return offsets;
    }
}
