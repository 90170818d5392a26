package io.millrace.cluster.group.member;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.group.GroupCoordinator;
import io.millrace.cluster.metadata.BrokerMetadata;
import io.millrace.cluster.peer.PeerException;
import io.millrace.cluster.peer.PeerLane;
import io.millrace.cluster.peer.PeerTransport;
import io.millrace.storage.TopicPartition;
import io.vertx.core.Future;
import java.util.Collection;
import java.util.Map;
import java.util.function.Function;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatResponseData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;

/** Asks the node that coordinates a group at the moment: this one without a connection, others over their node-to-node listeners. */
final class AnyCoordinator implements CoordinatorClient {

    /** That members live: not behind what they commit. */
    private static final PeerLane HEARTBEATS = new PeerLane("group-heartbeats");

    private static final PeerLane OFFSETS = new PeerLane("group-offsets");

    /** Answers wait for the replicas of the coordinator's log; one that is paused is found out by the others before long. */
    private static final long ANSWER_TIMEOUT_MS = 5_000;

    private final int nodeId;
    private final GroupCoordinator groups;
    private final MemberApis here;
    private final PeerTransport transport;

    AnyCoordinator(int nodeId, GroupCoordinator groups, MemberApis here, PeerTransport transport) {
        this.nodeId = nodeId;
        this.groups = groups;
        this.here = here;
        this.transport = transport;
    }

    @Override
    public Future<Heartbeat.Answer> heartbeat(Heartbeat heartbeat) {
        MemberIdentity member = heartbeat.member();
        ConsumerGroupHeartbeatRequestData request = MemberMessages.heartbeat(heartbeat);
        return ask(
                        member,
                        () -> here.heartbeat(
                                ClientField.client(
                                        member, ApiKeys.CONSUMER_GROUP_HEARTBEAT, MemberMessages.HEARTBEAT_VERSION),
                                request),
                        coordinator -> {
                            ClientField.write(request, member);
                            return send(coordinator, HEARTBEATS, MemberMessages.HEARTBEAT_VERSION, request);
                        })
                .map(answer -> MemberMessages.answered((ConsumerGroupHeartbeatResponseData) answer));
    }

    @Override
    public Future<Map<TopicPartition, ErrorCode>> commit(
            MemberIdentity member, int epoch, Map<TopicPartition, Position> positions) {
        OffsetCommitRequestData request = MemberMessages.commit(member, epoch, positions);
        return ask(
                        member,
                        () -> here.commit(
                                ClientField.client(member, ApiKeys.OFFSET_COMMIT, MemberMessages.COMMIT_VERSION),
                                request),
                        coordinator -> send(coordinator, OFFSETS, MemberMessages.COMMIT_VERSION, request))
                .map(answer -> MemberMessages.committed(positions.keySet(), (OffsetCommitResponseData) answer));
    }

    @Override
    public Future<Map<TopicPartition, Long>> committedOffsets(
            MemberIdentity member, int epoch, Collection<TopicPartition> partitions) {
        OffsetFetchRequestData request = MemberMessages.fetch(member, epoch, partitions);
        return ask(
                        member,
                        () -> here.fetch(
                                ClientField.client(member, ApiKeys.OFFSET_FETCH, MemberMessages.FETCH_VERSION),
                                request),
                        coordinator -> send(coordinator, OFFSETS, MemberMessages.FETCH_VERSION, request))
                .map(answer -> MemberMessages.fetched(partitions, (OffsetFetchResponseData) answer));
    }

    private interface Local {
        Future<? extends ApiMessage> ask();
    }

    private Future<ApiMessage> ask(
            MemberIdentity member, Local local, Function<BrokerMetadata, Future<ApiMessage>> remote) {
        return groups.coordinatorOf(member.groupId())
                .compose(coordinator -> coordinator.nodeId() == nodeId
                        ? local.ask().map(answer -> (ApiMessage) answer)
                        : remote.apply(coordinator))
                .recover(failure -> Future.failedFuture(told(failure)));
    }

    private Future<ApiMessage> send(BrokerMetadata coordinator, PeerLane lane, short version, ApiMessage request) {
        return coordinator.peer() == null
                ? Future.failedFuture(new MillraceException(
                        ErrorCode.COORDINATOR_NOT_AVAILABLE,
                        "The address of node " + coordinator.nodeId() + " is not known yet"))
                : transport.send(coordinator.peer(), lane, version, request, ANSWER_TIMEOUT_MS);
    }

    /** Nothing that members ask does harm when it is asked twice. */
    private static Throwable told(Throwable failure) {
        return failure instanceof PeerException lost
                ? new MillraceException(ErrorCode.COORDINATOR_NOT_AVAILABLE, lost.getMessage(), lost)
                : failure;
    }
}
