package io.millrace.cluster.group.member;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.metadata.BrokerMetadata;
import io.millrace.cluster.metadata.ClusterImage;
import io.millrace.cluster.peer.PeerApi;
import io.millrace.cluster.peer.PeerLane;
import io.millrace.cluster.peer.PeerTransport;
import io.vertx.core.Future;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.LeaveGroupRequestData.MemberIdentity;
import org.apache.kafka.common.message.LeaveGroupResponseData;
import org.apache.kafka.common.message.LeaveGroupResponseData.MemberResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;

/**
 * Asks the other nodes to give back an instance id, for a client that came to this one before they noticed that its old connection is dead.
 * That is said with Kafka's LeaveGroup for an instance id, which only means the members at the node that is asked. Thread-safe.
 */
final class InstanceReleases {

    private static final PeerLane LANE = new PeerLane("group-instances");

    /** The first flexible version with a reason. */
    private static final short VERSION = 5;

    /** The other one has to tell its coordinator; one that takes longer is waited for otherwise. */
    private static final long ANSWER_TIMEOUT_MS = 10_000;

    private final int nodeId;
    private final Supplier<ClusterImage> image;
    private final PeerTransport transport;

    InstanceReleases(int nodeId, Supplier<ClusterImage> image, PeerTransport transport) {
        this.nodeId = nodeId;
        this.image = image;
        this.transport = transport;
    }

    /** Completes when all that are alive have answered, or could not; never fails. */
    Future<Void> ask(String groupId, String instanceId) {
        List<Future<ApiMessage>> answers = image.get().liveBrokers().stream()
                .filter(node -> node.nodeId() != nodeId && node.peer() != null)
                .map(node -> ask(node, groupId, instanceId))
                .toList();
        return answers.isEmpty()
                ? Future.succeededFuture()
                : Future.join(answers).<Void>mapEmpty().otherwiseEmpty();
    }

    private Future<ApiMessage> ask(BrokerMetadata node, String groupId, String instanceId) {
        LeaveGroupRequestData request = new LeaveGroupRequestData()
                .setGroupId(groupId)
                .setMembers(List.of(new MemberIdentity()
                        .setGroupInstanceId(instanceId)
                        .setReason("its client is at node " + nodeId + " now")));
        return transport.send(node.peer(), LANE, VERSION, request, ANSWER_TIMEOUT_MS);
    }

    /**
     * The row of the node-to-node listener.
     *
     * @param release has a member of this node, by group and instance id, give it back; completes with false when there is none
     */
    static PeerApi row(BiFunction<String, String, Future<Boolean>> release) {
        return new PeerApi(ApiKeys.LEAVE_GROUP, VERSION, VERSION, (version, request) -> {
            LeaveGroupRequestData leave = (LeaveGroupRequestData) request;
            List<Future<MemberResponse>> rows = leave.members().stream()
                    .map(member -> release.apply(leave.groupId(), member.groupInstanceId())
                            .map(found -> new MemberResponse()
                                    .setGroupInstanceId(member.groupInstanceId())
                                    .setErrorCode((found ? ErrorCode.NONE : ErrorCode.UNKNOWN_MEMBER_ID).kafkaCode())))
                    .toList();
            return Future.join(rows)
                    .map(done -> new LeaveGroupResponseData()
                            .setMembers(rows.stream().map(Future::result).toList()));
        });
    }
}
