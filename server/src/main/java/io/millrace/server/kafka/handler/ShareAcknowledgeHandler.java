package io.millrace.server.kafka.handler;

import io.millrace.cluster.metadata.Controller;
import io.millrace.cluster.share.ShareGroups;
import io.millrace.cluster.share.ShareSession;
import io.millrace.storage.TopicPartition;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ShareAcknowledgeResponseData;
import org.apache.kafka.common.message.ShareAcknowledgeResponseData.LeaderIdAndEpoch;
import org.apache.kafka.common.message.ShareAcknowledgeResponseData.NodeEndpoint;
import org.apache.kafka.common.message.ShareAcknowledgeResponseData.PartitionData;
import org.apache.kafka.common.message.ShareAcknowledgeResponseData.ShareAcknowledgeTopicResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ShareAcknowledgeRequest;
import org.apache.kafka.server.common.Feature;

/** What a member of a share group says of records that it has, and that it fetches no more (KIP-932). */
final class ShareAcknowledgeHandler implements ApiHandler<ShareAcknowledgeRequest> {

    private final Controller controller;
    private final ShareGroups shares;
    private final FeatureGate gate;

    ShareAcknowledgeHandler(Controller controller, ShareGroups shares) {
        this.controller = controller;
        this.shares = shares;
        this.gate = new FeatureGate(controller, Feature.SHARE_VERSION);
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.SHARE_ACKNOWLEDGE;
    }

    @Override
    public short minVersion() {
        return 1;
    }

    @Override
    public short maxVersion() {
        return 2;
    }

    @Override
    public Future<ApiResponse> handle(ApiRequest<ShareAcknowledgeRequest> request) {
        gate.requireOpen();
        var data = request.body().data();
        ShareMember member = new ShareMember(data.groupId(), data.memberId());
        ShareSession session = shares.acknowledging(member.groupId(), member.memberId(), data.shareSessionEpoch());
        List<ShareAcks> acks = ShareAcks.of(data);
        List<Future<Void>> stored = acks.stream()
                .map(each -> acknowledge(shares, controller, member, each, data.isRenewAck()))
                .toList();
        return Future.join(stored).transform(all -> {
            if (data.shareSessionEpoch() == ShareFetchHandler.FINAL_EPOCH) {
                request.end().remove(member);
                shares.close(session);
            }
            return Future.succeededFuture(ApiResponse.of(answer(member, acks, stored)));
        });
    }

    /** Never throws: each partition succeeds or fails on its own. */
    static Future<Void> acknowledge(
            ShareGroups shares, Controller controller, ShareMember member, ShareAcks acks, boolean mayRenew) {
        try {
            TopicLookup lookup = new TopicLookup(controller.image());
            TopicPartition partition = TopicLookup.partition(lookup.byId(acks.topicId()), acks.partition());
            return shares.acknowledge(member.groupId(), member.memberId(), partition, acks.read(mayRenew));
        } catch (RuntimeException refused) {
            return Future.failedFuture(refused);
        }
    }

    private ShareAcknowledgeResponseData answer(ShareMember member, List<ShareAcks> acks, List<Future<Void>> stored) {
        ShareAcknowledgeResponseData answer =
                new ShareAcknowledgeResponseData().setAcquisitionLockTimeoutMs(shares.lockDurationMs(member.groupId()));
        ShareLeaders leaders = new ShareLeaders(controller.image());
        for (int i = 0; i < acks.size(); i++) {
            ShareAcks each = acks.get(i);
            Throwable failure = stored.get(i).cause();
            Errors error = failure == null ? Errors.NONE : KafkaErrors.of(failure);
            PartitionData row = new PartitionData()
                    .setPartitionIndex(each.partition())
                    .setErrorCode(error.code())
                    .setErrorMessage(failure == null ? null : KafkaErrors.message(failure));
            leaders.tell(
                    error,
                    each.topicId(),
                    each.partition(),
                    leader -> row.setCurrentLeader(
                            new LeaderIdAndEpoch().setLeaderId(leader.leader()).setLeaderEpoch(leader.leaderEpoch())));
            topic(answer, each.topicId()).partitions().add(row);
        }
        leaders.endpoints()
                .forEach(node -> answer.nodeEndpoints()
                        .add(new NodeEndpoint()
                                .setNodeId(node.nodeId())
                                .setHost(node.host())
                                .setPort(node.port())
                                .setRack(node.rack())));
        return answer;
    }

    private static ShareAcknowledgeTopicResponse topic(ShareAcknowledgeResponseData answer, Uuid topicId) {
        ShareAcknowledgeTopicResponse present = answer.responses().find(topicId);
        if (present == null) {
            present = new ShareAcknowledgeTopicResponse().setTopicId(topicId).setPartitions(new ArrayList<>());
            answer.responses().add(present);
        }
        return present;
    }
}
