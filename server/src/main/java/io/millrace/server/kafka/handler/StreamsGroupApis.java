package io.millrace.server.kafka.handler;

import io.millrace.cluster.group.GroupClient;
import io.millrace.cluster.group.GroupCoordinator;
import io.millrace.cluster.metadata.Controller;
import io.millrace.cluster.metadata.InternalTopics;
import io.vertx.core.Future;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.StreamsGroupDescribeResponseData;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData.Subtopology;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData.TopicInfo;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.StreamsGroupDescribeRequest;
import org.apache.kafka.common.requests.StreamsGroupHeartbeatRequest;
import org.apache.kafka.server.common.Feature;

/** The APIs of groups of Streams applications whose tasks the node assigns (KIP-1071). */
final class StreamsGroupApis {

    private final GroupCoordinator groups;
    private final FeatureGate gate;

    private StreamsGroupApis(GroupCoordinator groups, FeatureGate gate) {
        this.groups = groups;
        this.gate = gate;
    }

    static List<ApiHandler<?>> of(GroupCoordinator groups, Controller controller) {
        StreamsGroupApis apis = new StreamsGroupApis(groups, new FeatureGate(controller, Feature.STREAMS_VERSION));
        return List.of(
                new GroupHandler<StreamsGroupHeartbeatRequest>(ApiKeys.STREAMS_GROUP_HEARTBEAT, 0, 0, apis::heartbeat),
                new GroupHandler<StreamsGroupDescribeRequest>(ApiKeys.STREAMS_GROUP_DESCRIBE, 0, 0, apis::describe));
    }

    private Future<? extends ApiMessage> heartbeat(GroupClient client, StreamsGroupHeartbeatRequest request) {
        try {
            gate.requireOpen();
            requireUsable(request.data().topology());
        } catch (RuntimeException refused) {
            return Future.failedFuture(refused);
        }
        return groups.streamsGroupHeartbeat(client, request.data());
    }

    /** A topology names topics that will be read, written and made. */
    private static void requireUsable(StreamsGroupHeartbeatRequestData.Topology topology) {
        if (topology != null) {
            topology.subtopologies().stream()
                    .flatMap(StreamsGroupApis::topics)
                    .forEach(StreamsGroupApis::requireUsable);
        }
    }

    private static Stream<String> topics(Subtopology each) {
        Stream<String> named = Stream.concat(each.sourceTopics().stream(), each.repartitionSinkTopics().stream());
        Stream<String> made = Stream.concat(
                        each.repartitionSourceTopics().stream(), each.stateChangelogTopics().stream())
                .map(TopicInfo::name);
        return Stream.concat(named, made);
    }

    private static void requireUsable(String topic) {
        if (InternalTopics.contains(topic)) {
            throw Errors.STREAMS_INVALID_TOPOLOGY.exception(
                    "A topology cannot have the topic " + topic + ": it belongs to the server.");
        }
        try {
            Topic.validate(topic);
        } catch (InvalidTopicException e) {
            throw Errors.STREAMS_INVALID_TOPOLOGY.exception(e.getMessage());
        }
    }

    private Future<? extends ApiMessage> describe(GroupClient client, StreamsGroupDescribeRequest request) {
        try {
            gate.requireOpen();
        } catch (RuntimeException refused) {
            return Future.failedFuture(refused);
        }
        return groups.describeStreamsGroups(client, request.data().groupIds()).map(described -> {
            if (request.data().includeAuthorizedOperations()) {
                described.forEach(each -> each.setAuthorizedOperations(AuthorizedOperations.OF_GROUP));
            }
            return new StreamsGroupDescribeResponseData().setGroups(described);
        });
    }
}
