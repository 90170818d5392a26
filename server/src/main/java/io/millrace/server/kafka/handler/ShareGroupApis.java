package io.millrace.server.kafka.handler;

import io.millrace.cluster.group.GroupClient;
import io.millrace.cluster.group.ShareGroupCoordinator;
import io.millrace.cluster.group.ShareStateCoordinator;
import io.millrace.cluster.metadata.Controller;
import io.vertx.core.Future;
import java.util.List;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsRequestData.DescribeShareGroupOffsetsRequestGroup;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsResponseData;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsResponseData.DescribeShareGroupOffsetsResponseGroup;
import org.apache.kafka.common.message.ShareGroupDescribeResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AlterShareGroupOffsetsRequest;
import org.apache.kafka.common.requests.DeleteShareGroupOffsetsRequest;
import org.apache.kafka.common.requests.DeleteShareGroupStateRequest;
import org.apache.kafka.common.requests.DescribeShareGroupOffsetsRequest;
import org.apache.kafka.common.requests.InitializeShareGroupStateRequest;
import org.apache.kafka.common.requests.ReadShareGroupStateRequest;
import org.apache.kafka.common.requests.ReadShareGroupStateSummaryRequest;
import org.apache.kafka.common.requests.ShareGroupDescribeRequest;
import org.apache.kafka.common.requests.ShareGroupHeartbeatRequest;
import org.apache.kafka.common.requests.WriteShareGroupStateRequest;
import org.apache.kafka.server.common.Feature;

/** The APIs of share groups (KIP-932) that go to coordinators: of groups, and of their states. */
final class ShareGroupApis {

    private final ShareGroupCoordinator groups;
    private final FeatureGate gate;

    private ShareGroupApis(ShareGroupCoordinator groups, FeatureGate gate) {
        this.groups = groups;
        this.gate = gate;
    }

    static List<ApiHandler<?>> of(ShareGroupCoordinator groups, ShareStateCoordinator states, Controller controller) {
        ShareGroupApis apis = new ShareGroupApis(groups, new FeatureGate(controller, Feature.SHARE_VERSION));
        return List.of(
                apis.<ShareGroupHeartbeatRequest>row(
                        ApiKeys.SHARE_GROUP_HEARTBEAT,
                        1,
                        1,
                        (client, request) -> groups.shareGroupHeartbeat(client, request.data())),
                apis.row(ApiKeys.SHARE_GROUP_DESCRIBE, 1, 1, apis::describe),
                apis.row(ApiKeys.DESCRIBE_SHARE_GROUP_OFFSETS, 0, 1, apis::describeOffsets),
                apis.<AlterShareGroupOffsetsRequest>row(
                        ApiKeys.ALTER_SHARE_GROUP_OFFSETS,
                        0,
                        0,
                        (client, request) -> groups.alterShareGroupOffsets(client, request.data())),
                apis.<DeleteShareGroupOffsetsRequest>row(
                        ApiKeys.DELETE_SHARE_GROUP_OFFSETS,
                        0,
                        0,
                        (client, request) -> groups.deleteShareGroupOffsets(client, request.data())),
                apis.<InitializeShareGroupStateRequest>row(
                        ApiKeys.INITIALIZE_SHARE_GROUP_STATE,
                        0,
                        0,
                        (client, request) -> states.initialize(request.data())),
                apis.<ReadShareGroupStateRequest>row(
                        ApiKeys.READ_SHARE_GROUP_STATE, 0, 0, (client, request) -> states.read(request.data())),
                apis.<WriteShareGroupStateRequest>row(
                        ApiKeys.WRITE_SHARE_GROUP_STATE, 0, 1, (client, request) -> states.write(request.data())),
                apis.<DeleteShareGroupStateRequest>row(
                        ApiKeys.DELETE_SHARE_GROUP_STATE, 0, 0, (client, request) -> states.delete(request.data())),
                apis.<ReadShareGroupStateSummaryRequest>row(
                        ApiKeys.READ_SHARE_GROUP_STATE_SUMMARY,
                        0,
                        1,
                        (client, request) -> states.readSummary(request.data())));
    }

    private <R extends AbstractRequest> GroupHandler<R> row(
            ApiKeys api, int minVersion, int maxVersion, GroupHandler.Question<R> question) {
        return new GroupHandler<>(api, minVersion, maxVersion, (client, request) -> {
            try {
                gate.requireOpen();
            } catch (RuntimeException closed) {
                return Future.failedFuture(closed);
            }
            return question.ask(client, request);
        });
    }

    private Future<? extends ApiMessage> describe(GroupClient client, ShareGroupDescribeRequest request) {
        return groups.describeShareGroups(client, request.data().groupIds()).map(described -> {
            if (request.data().includeAuthorizedOperations()) {
                described.forEach(each -> each.setAuthorizedOperations(AuthorizedOperations.OF_GROUP));
            }
            return new ShareGroupDescribeResponseData().setGroups(described);
        });
    }

    /** Each group succeeds or fails on its own. */
    private Future<? extends ApiMessage> describeOffsets(GroupClient client, DescribeShareGroupOffsetsRequest request) {
        List<Future<DescribeShareGroupOffsetsResponseGroup>> rows = request.data().groups().stream()
                .map(each -> groups.describeShareGroupOffsets(client, each).otherwise(failure -> failed(each, failure)))
                .toList();
        return Future.join(rows)
                .map(done -> new DescribeShareGroupOffsetsResponseData()
                        .setGroups(rows.stream().map(Future::result).toList()));
    }

    private static DescribeShareGroupOffsetsResponseGroup failed(
            DescribeShareGroupOffsetsRequestGroup group, Throwable failure) {
        return new DescribeShareGroupOffsetsResponseGroup()
                .setGroupId(group.groupId())
                .setErrorCode(KafkaErrors.of(failure).code())
                .setErrorMessage(KafkaErrors.message(failure));
    }
}
