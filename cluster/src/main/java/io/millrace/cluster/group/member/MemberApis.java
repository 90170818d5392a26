package io.millrace.cluster.group.member;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.group.GroupClient;
import io.millrace.cluster.group.GroupCoordinator;
import io.millrace.cluster.group.RoutedCommittedOffsets;
import io.millrace.cluster.metadata.ClusterImage;
import io.millrace.cluster.metadata.TopicMetadata;
import io.millrace.cluster.peer.KafkaIds;
import io.millrace.cluster.peer.PeerApi;
import io.vertx.core.Future;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatResponseData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.OffsetCommitResponseData.OffsetCommitResponsePartition;
import org.apache.kafka.common.message.OffsetCommitResponseData.OffsetCommitResponseTopic;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopics;
import org.apache.kafka.common.message.OffsetFetchResponseData;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponsePartitions;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseTopics;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;

/**
 * What members of all nodes ask of the groups that this one coordinates. The coordinator wants topics by name, the requests have their ids:
 * these never mean a topic that was created anew.
 */
final class MemberApis {

    private static final long NO_OFFSET = -1;

    private final GroupCoordinator groups;
    private final Supplier<ClusterImage> image;

    MemberApis(GroupCoordinator groups, Supplier<ClusterImage> image) {
        this.groups = groups;
        this.image = image;
    }

    /** Rows of the node-to-node listener. */
    List<PeerApi> rows() {
        return List.of(
                row(
                        ApiKeys.CONSUMER_GROUP_HEARTBEAT,
                        MemberMessages.HEARTBEAT_VERSION,
                        (version, request) -> heartbeat(
                                        ClientField.read((ConsumerGroupHeartbeatRequestData) request, version),
                                        (ConsumerGroupHeartbeatRequestData) request)
                                .map(answer -> (ApiMessage) answer)),
                row(
                        ApiKeys.OFFSET_COMMIT,
                        MemberMessages.COMMIT_VERSION,
                        (version, request) -> commit(
                                        ofPeer(ApiKeys.OFFSET_COMMIT, version), (OffsetCommitRequestData) request)
                                .map(answer -> (ApiMessage) answer)),
                // Nodes ask by name for whoever only wants to see how far a group is.
                new PeerApi(
                        ApiKeys.OFFSET_FETCH,
                        RoutedCommittedOffsets.VERSION,
                        MemberMessages.FETCH_VERSION,
                        (version, request) -> {
                            GroupClient client = ofPeer(ApiKeys.OFFSET_FETCH, version);
                            OffsetFetchRequestData fetch = (OffsetFetchRequestData) request;
                            return (version < MemberMessages.FETCH_VERSION
                                            ? fetchByName(client, fetch)
                                            : fetch(client, fetch))
                                    .map(answer -> (ApiMessage) answer);
                        }));
    }

    private static PeerApi row(ApiKeys api, short version, PeerApi.Handler handler) {
        return new PeerApi(api, version, version, handler);
    }

    private static GroupClient ofPeer(ApiKeys api, short version) {
        return new GroupClient("", InetAddress.getLoopbackAddress(), api.id, version, 0);
    }

    Future<ConsumerGroupHeartbeatResponseData> heartbeat(
            GroupClient client, ConsumerGroupHeartbeatRequestData request) {
        return groups.consumerGroupHeartbeat(client, request);
    }

    Future<OffsetCommitResponseData> commit(GroupClient client, OffsetCommitRequestData request) {
        List<OffsetCommitRequestTopic> known = new ArrayList<>();
        List<OffsetCommitResponseTopic> unknown = new ArrayList<>();
        for (OffsetCommitRequestTopic topic : request.topics()) {
            nameOf(topic.topicId())
                    .ifPresentOrElse(
                            name -> known.add(topic.duplicate().setName(name)), () -> unknown.add(refused(topic)));
        }
        Future<OffsetCommitResponseData> stored = known.isEmpty()
                ? Future.succeededFuture(new OffsetCommitResponseData())
                : groups.commitOffsets(client, request.duplicate().setTopics(known));
        return stored.map(answer -> {
            List<OffsetCommitResponseTopic> all = new ArrayList<>(answer.topics());
            all.addAll(unknown);
            return answer.setTopics(all);
        });
    }

    private static OffsetCommitResponseTopic refused(OffsetCommitRequestTopic topic) {
        return new OffsetCommitResponseTopic()
                .setTopicId(topic.topicId())
                .setPartitions(topic.partitions().stream()
                        .map(partition -> new OffsetCommitResponsePartition()
                                .setPartitionIndex(partition.partitionIndex())
                                .setErrorCode(ErrorCode.UNKNOWN_TOPIC_ID.kafkaCode()))
                        .toList());
    }

    private Future<OffsetFetchResponseData> fetchByName(GroupClient client, OffsetFetchRequestData request) {
        return groups.fetchOffsets(client, request.groups().get(0), request.requireStable())
                .map(answer -> new OffsetFetchResponseData().setGroups(List.of(answer)));
    }

    /** Requests have one group. */
    Future<OffsetFetchResponseData> fetch(GroupClient client, OffsetFetchRequestData request) {
        OffsetFetchRequestGroup group = request.groups().get(0);
        List<OffsetFetchRequestTopics> known = new ArrayList<>();
        List<OffsetFetchResponseTopics> unknown = new ArrayList<>();
        for (OffsetFetchRequestTopics topic : group.topics()) {
            nameOf(topic.topicId())
                    .ifPresentOrElse(
                            name -> known.add(topic.duplicate().setName(name)), () -> unknown.add(refused(topic)));
        }
        return groups.fetchOffsets(client, group.duplicate().setTopics(known), request.requireStable())
                .map(answer -> {
                    List<OffsetFetchResponseTopics> all = new ArrayList<>(answer.topics());
                    all.addAll(unknown);
                    return new OffsetFetchResponseData().setGroups(List.of(answer.setTopics(all)));
                });
    }

    private static OffsetFetchResponseTopics refused(OffsetFetchRequestTopics topic) {
        return new OffsetFetchResponseTopics()
                .setTopicId(topic.topicId())
                .setPartitions(topic.partitionIndexes().stream()
                        .map(partition -> new OffsetFetchResponsePartitions()
                                .setPartitionIndex(partition)
                                .setCommittedOffset(NO_OFFSET)
                                .setErrorCode(ErrorCode.UNKNOWN_TOPIC_ID.kafkaCode()))
                        .toList());
    }

    private Optional<String> nameOf(Uuid topicId) {
        return image.get().topic(KafkaIds.fromKafka(topicId)).map(TopicMetadata::name);
    }
}
