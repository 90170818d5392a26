package io.millrace.cluster.quorum;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.peer.KafkaIds;
import io.millrace.cluster.peer.PeerAddress;
import io.millrace.cluster.peer.PeerLane;
import io.millrace.cluster.peer.PeerTransport;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.common.message.AddRaftVoterResponseData;
import org.apache.kafka.common.message.DescribeQuorumResponseData;
import org.apache.kafka.common.message.RemoveRaftVoterResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DescribeQuorumRequest;
import org.apache.kafka.raft.RaftUtil;
import org.apache.kafka.raft.ReplicaKey;

/**
 * What is asked of the leader of the quorum, from any node: to add and remove voters, and how far everybody is.
 *
 * <p>On a lane of its own: the leader may need a fetch from this node before it answers. Any thread.
 */
final class VoterChanges {

    private final QuorumSettings settings;
    private final QuorumView view;
    private final QuorumApis local;
    private final PeerTransport transport;

    VoterChanges(QuorumSettings settings, QuorumView view, QuorumApis local, PeerTransport transport) {
        this.settings = settings;
        this.view = view;
        this.local = local;
        this.transport = transport;
    }

    /** Done when the leader has written it to its log; it is committed soon after. */
    Future<Void> add(int nodeId, UUID directoryId, PeerAddress address) {
        return ask(RaftUtil.addVoterRequest(
                        settings.clusterId(),
                        settings.timings().requestTimeoutMs(),
                        ReplicaKey.of(nodeId, KafkaIds.toKafka(directoryId)),
                        QuorumProtocol.endpoints(address),
                        // Committed only once the new voter fetches: an answer must not wait for that.
                        false))
                .map(AddRaftVoterResponseData.class::cast)
                .compose(
                        answer -> checked("node " + nodeId + " as a voter", answer.errorCode(), answer.errorMessage()));
    }

    /** Done when it is committed. */
    Future<Void> remove(int nodeId, UUID directoryId) {
        return ask(RaftUtil.removeVoterRequest(
                        settings.clusterId(), ReplicaKey.of(nodeId, KafkaIds.toKafka(directoryId))))
                .map(RemoveRaftVoterResponseData.class::cast)
                .compose(
                        answer -> checked("the removal of voter " + nodeId, answer.errorCode(), answer.errorMessage()));
    }

    Future<List<QuorumStatus.Progress>> progress() {
        return ask(DescribeQuorumRequest.singletonRequest(QuorumLog.PARTITION))
                .map(DescribeQuorumResponseData.class::cast)
                .compose(VoterChanges::progress);
    }

    private static Future<List<QuorumStatus.Progress>> progress(DescribeQuorumResponseData answer) {
        if (answer.errorCode() != 0 || answer.topics().isEmpty()) {
            return failed("the state of the quorum", Errors.forCode(answer.errorCode()), answer.errorMessage());
        }
        DescribeQuorumResponseData.PartitionData partition =
                answer.topics().get(0).partitions().get(0);
        if (partition.errorCode() != 0) {
            return failed("the state of the quorum", Errors.forCode(partition.errorCode()), partition.errorMessage());
        }
        long end = partition.currentVoters().stream()
                .mapToLong(DescribeQuorumResponseData.ReplicaState::logEndOffset)
                .max()
                .orElse(0);
        List<QuorumStatus.Progress> all = new ArrayList<>();
        partition.currentVoters().forEach(each -> all.add(progress(each, true, end)));
        partition.observers().forEach(each -> all.add(progress(each, false, end)));
        return Future.succeededFuture(all);
    }

    private static QuorumStatus.Progress progress(
            DescribeQuorumResponseData.ReplicaState state, boolean voter, long leaderEnd) {
        return new QuorumStatus.Progress(
                state.replicaId(),
                KafkaIds.fromKafka(state.replicaDirectoryId()),
                voter,
                state.logEndOffset(),
                Math.max(0, leaderEnd - Math.max(0, state.logEndOffset())),
                state.lastCaughtUpTimestamp());
    }

    private Future<ApiMessage> ask(ApiMessage request) {
        short version = QuorumProtocol.version(ApiKeys.forId(request.apiKey()));
        if (view.isLeader()) {
            return local.handleLocally(version, request);
        }
        Optional<PeerAddress> leader = view.leaderAddress();
        if (leader.isEmpty()) {
            return Future.failedFuture(new MillraceException(
                    ErrorCode.NOT_CONTROLLER,
                    "nobody leads the metadata quorum now, as far as this node knows. Try again in a second."));
        }
        // A voter is added or removed only after messages between the others.
        long timeoutMs = 3L * settings.timings().requestTimeoutMs();
        return transport.send(leader.get(), PeerLane.CONTROLLER, version, request, timeoutMs);
    }

    private static Future<Void> checked(String what, short errorCode, String message) {
        Errors error = Errors.forCode(errorCode);
        return error == Errors.NONE ? Future.succeededFuture() : failed(what, error, message);
    }

    private static <T> Future<T> failed(String what, Errors error, String message) {
        ErrorCode code = switch (error) {
            case NOT_LEADER_OR_FOLLOWER, NOT_CONTROLLER, BROKER_NOT_AVAILABLE -> ErrorCode.NOT_CONTROLLER;
            case REQUEST_TIMED_OUT -> ErrorCode.REQUEST_TIMED_OUT;
            case POLICY_VIOLATION -> ErrorCode.POLICY_VIOLATION;
            default -> ErrorCode.INVALID_REQUEST;
        };
        return Future.failedFuture(new MillraceException(
                code, "the leader of the metadata quorum refused " + what + ": " + error + ", " + message));
    }
}
