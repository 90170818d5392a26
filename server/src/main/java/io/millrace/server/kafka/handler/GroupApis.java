package io.millrace.server.kafka.handler;

import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.group.GroupClient;
import io.millrace.cluster.group.GroupCoordinator;
import io.millrace.cluster.metadata.Controller;
import io.millrace.cluster.pattern.ClientPattern;
import io.vertx.core.Future;
import java.util.List;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatResponseData;
import org.apache.kafka.common.message.DeleteGroupsResponseData;
import org.apache.kafka.common.message.DescribeGroupsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ConsumerGroupDescribeRequest;
import org.apache.kafka.common.requests.ConsumerGroupHeartbeatRequest;
import org.apache.kafka.common.requests.DeleteGroupsRequest;
import org.apache.kafka.common.requests.DescribeGroupsRequest;
import org.apache.kafka.common.requests.HeartbeatRequest;
import org.apache.kafka.common.requests.JoinGroupRequest;
import org.apache.kafka.common.requests.JoinGroupResponse;
import org.apache.kafka.common.requests.LeaveGroupRequest;
import org.apache.kafka.common.requests.LeaveGroupResponse;
import org.apache.kafka.common.requests.ListGroupsRequest;
import org.apache.kafka.common.requests.OffsetCommitRequest;
import org.apache.kafka.common.requests.OffsetDeleteRequest;
import org.apache.kafka.common.requests.OffsetFetchRequest;
import org.apache.kafka.common.requests.SyncGroupRequest;
import org.apache.kafka.common.requests.TxnOffsetCommitRequest;

/** The APIs of consumer groups: those that go to the coordinator as they come, and those of {@link GroupOffsets}. */
final class GroupApis {

    private GroupApis() {}

    static List<ApiHandler<?>> of(GroupCoordinator groups, Controller controller) {
        GroupOffsets offsets = new GroupOffsets(groups, controller);
        return List.of(
                new GroupHandler<OffsetCommitRequest>(ApiKeys.OFFSET_COMMIT, 2, 10, offsets::commit),
                new GroupHandler<OffsetFetchRequest>(ApiKeys.OFFSET_FETCH, 1, 10, offsets::fetch),
                new GroupHandler<JoinGroupRequest>(
                        ApiKeys.JOIN_GROUP,
                        0,
                        9,
                        (client, request) -> groups.joinGroup(client, request.data())
                                .map(answer -> new JoinGroupResponse(answer, client.version()).data())),
                new GroupHandler<HeartbeatRequest>(
                        ApiKeys.HEARTBEAT, 0, 4, (client, request) -> groups.heartbeat(client, request.data())),
                new GroupHandler<LeaveGroupRequest>(
                        ApiKeys.LEAVE_GROUP,
                        0,
                        5,
                        (client, request) -> groups.leaveGroup(client, request.normalizedData())
                                .map(answer -> new LeaveGroupResponse(answer, client.version()).data())),
                new GroupHandler<SyncGroupRequest>(
                        ApiKeys.SYNC_GROUP, 0, 5, (client, request) -> groups.syncGroup(client, request.data())),
                new GroupHandler<DescribeGroupsRequest>(
                        ApiKeys.DESCRIBE_GROUPS,
                        0,
                        6,
                        (client, request) -> groups.describeGroups(
                                        client, request.data().groups())
                                .map(described -> {
                                    if (request.data().includeAuthorizedOperations()) {
                                        described.forEach(
                                                each -> each.setAuthorizedOperations(AuthorizedOperations.OF_GROUP));
                                    }
                                    return new DescribeGroupsResponseData().setGroups(described);
                                })),
                new GroupHandler<ListGroupsRequest>(
                        ApiKeys.LIST_GROUPS, 0, 5, (client, request) -> groups.listGroups(client, request.data())),
                new GroupHandler<TxnOffsetCommitRequest>(ApiKeys.TXN_OFFSET_COMMIT, 0, 5, offsets::commitInTransaction),
                new GroupHandler<DeleteGroupsRequest>(
                        ApiKeys.DELETE_GROUPS,
                        0,
                        2,
                        (client, request) -> groups.deleteGroups(
                                        client, request.data().groupsNames())
                                .map(results -> new DeleteGroupsResponseData().setResults(results))),
                new GroupHandler<OffsetDeleteRequest>(ApiKeys.OFFSET_DELETE, 0, 0, offsets::delete),
                new GroupHandler<ConsumerGroupHeartbeatRequest>(
                        ApiKeys.CONSUMER_GROUP_HEARTBEAT,
                        0,
                        1,
                        (client, request) -> heartbeat(groups, client, request.data())),
                new GroupHandler<ConsumerGroupDescribeRequest>(
                        ApiKeys.CONSUMER_GROUP_DESCRIBE,
                        0,
                        1,
                        (client, request) -> groups.describeConsumerGroups(
                                        client, request.data().groupIds())
                                .map(described -> {
                                    if (request.data().includeAuthorizedOperations()) {
                                        described.forEach(
                                                each -> each.setAuthorizedOperations(AuthorizedOperations.OF_GROUP));
                                    }
                                    return new ConsumerGroupDescribeResponseData().setGroups(described);
                                })));
    }

    /** The coordinator compiles whatever pattern comes, on a thread that it has few of. */
    private static Future<ConsumerGroupHeartbeatResponseData> heartbeat(
            GroupCoordinator groups, GroupClient client, ConsumerGroupHeartbeatRequestData request) {
        String pattern = request.subscribedTopicRegex();
        if (pattern != null && !pattern.isEmpty()) {
            try {
                ClientPattern.of(pattern);
            } catch (MillraceException refused) {
                return Future.succeededFuture(new ConsumerGroupHeartbeatResponseData()
                        .setErrorCode(Errors.INVALID_REGULAR_EXPRESSION.code())
                        .setErrorMessage(refused.getMessage()));
            }
        }
        return groups.consumerGroupHeartbeat(client, request);
    }
}
