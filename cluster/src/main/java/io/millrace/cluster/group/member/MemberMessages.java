package io.millrace.cluster.group.member;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.group.member.Heartbeat.Subscription;
import io.millrace.cluster.peer.KafkaIds;
import io.millrace.storage.TopicPartition;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatResponseData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopics;
import org.apache.kafka.common.message.OffsetFetchResponseData;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseGroup;
import org.apache.kafka.common.protocol.Errors;

/** What members ask, in Kafka's messages, and the answers in our words. Topics are named by their ids only. */
final class MemberMessages {

    /** With regular expressions, and member ids that members make themselves. */
    static final short HEARTBEAT_VERSION = 1;

    /** The first with topic ids. */
    static final short COMMIT_VERSION = 10;

    /** The first with topic ids. */
    static final short FETCH_VERSION = 10;

    private MemberMessages() {}

    static ConsumerGroupHeartbeatRequestData heartbeat(Heartbeat heartbeat) {
        MemberIdentity member = heartbeat.member();
        ConsumerGroupHeartbeatRequestData request = new ConsumerGroupHeartbeatRequestData()
                .setGroupId(member.groupId())
                .setMemberId(member.memberId())
                .setInstanceId(member.instanceId())
                .setMemberEpoch(heartbeat.epoch());
        Subscription subscription = heartbeat.subscription();
        if (subscription != null) {
            request.setRebalanceTimeoutMs(subscription.rebalanceTimeoutMs())
                    .setSubscribedTopicNames(
                            subscription.topicPattern() == null ? List.copyOf(subscription.topics()) : null)
                    .setSubscribedTopicRegex(subscription.topicPattern());
        }
        if (heartbeat.owned() != null) {
            request.setTopicPartitions(owned(heartbeat.owned()));
        }
        return request;
    }

    private static List<ConsumerGroupHeartbeatRequestData.TopicPartitions> owned(Set<PartitionKey> partitions) {
        Map<UUID, List<Integer>> byTopic = partitions.stream()
                .collect(Collectors.groupingBy(
                        PartitionKey::topicId, Collectors.mapping(PartitionKey::partition, Collectors.toList())));
        return byTopic.entrySet().stream()
                .map(topic -> new ConsumerGroupHeartbeatRequestData.TopicPartitions()
                        .setTopicId(KafkaIds.toKafka(topic.getKey()))
                        .setPartitions(topic.getValue()))
                .toList();
    }

    /** Throws what the coordinator answered instead. */
    static Heartbeat.Answer answered(ConsumerGroupHeartbeatResponseData response) {
        refuse(response.errorCode(), response.errorMessage());
        Set<PartitionKey> assignment = null;
        if (response.assignment() != null) {
            assignment = new HashSet<>();
            for (ConsumerGroupHeartbeatResponseData.TopicPartitions topic :
                    response.assignment().topicPartitions()) {
                for (int partition : topic.partitions()) {
                    assignment.add(new PartitionKey(KafkaIds.fromKafka(topic.topicId()), partition));
                }
            }
        }
        return new Heartbeat.Answer(response.memberEpoch(), response.heartbeatIntervalMs(), assignment);
    }

    static OffsetCommitRequestData commit(MemberIdentity member, int epoch, Map<TopicPartition, Position> positions) {
        Map<UUID, OffsetCommitRequestTopic> topics = new HashMap<>();
        positions.forEach((partition, position) -> topics.computeIfAbsent(
                        partition.topicId(), id -> new OffsetCommitRequestTopic().setTopicId(KafkaIds.toKafka(id)))
                .partitions()
                .add(new OffsetCommitRequestPartition()
                        .setPartitionIndex(partition.partition())
                        .setCommittedOffset(position.offset())
                        .setCommittedMetadata(position.metadata())));
        return new OffsetCommitRequestData()
                .setGroupId(member.groupId())
                .setMemberId(member.memberId())
                .setGroupInstanceId(member.instanceId())
                .setGenerationIdOrMemberEpoch(epoch)
                .setTopics(new ArrayList<>(topics.values()));
    }

    static Map<TopicPartition, ErrorCode> committed(
            Collection<TopicPartition> asked, OffsetCommitResponseData response) {
        Map<PartitionKey, ErrorCode> codes = new HashMap<>();
        response.topics()
                .forEach(topic -> topic.partitions()
                        .forEach(partition -> codes.put(
                                new PartitionKey(KafkaIds.fromKafka(topic.topicId()), partition.partitionIndex()),
                                ErrorCode.ofKafkaCode(partition.errorCode()))));
        return asked.stream()
                .collect(Collectors.toMap(
                        each -> each,
                        each -> codes.getOrDefault(PartitionKey.of(each), ErrorCode.UNKNOWN_SERVER_ERROR)));
    }

    static OffsetFetchRequestData fetch(MemberIdentity member, int epoch, Collection<TopicPartition> partitions) {
        Map<UUID, OffsetFetchRequestTopics> topics = new HashMap<>();
        partitions.forEach(partition -> topics.computeIfAbsent(
                        partition.topicId(), id -> new OffsetFetchRequestTopics().setTopicId(KafkaIds.toKafka(id)))
                .partitionIndexes()
                .add(partition.partition()));
        return new OffsetFetchRequestData()
                .setRequireStable(true)
                .setGroups(List.of(new OffsetFetchRequestGroup()
                        .setGroupId(member.groupId())
                        .setMemberId(member.memberId())
                        .setMemberEpoch(epoch)
                        .setTopics(new ArrayList<>(topics.values()))));
    }

    /** Throws what the coordinator answered instead, for all or for one of them. */
    static Map<TopicPartition, Long> fetched(Collection<TopicPartition> asked, OffsetFetchResponseData response) {
        Map<PartitionKey, Long> offsets = new HashMap<>();
        for (OffsetFetchResponseGroup group : response.groups()) {
            refuse(group.errorCode(), null);
            group.topics()
                    .forEach(topic -> topic.partitions().forEach(partition -> {
                        refuse(partition.errorCode(), null);
                        offsets.put(
                                new PartitionKey(KafkaIds.fromKafka(topic.topicId()), partition.partitionIndex()),
                                partition.committedOffset());
                    }));
        }
        return asked.stream()
                .collect(Collectors.toMap(
                        each -> each,
                        each -> offsets.getOrDefault(PartitionKey.of(each), AssignedPartition.NOTHING_COMMITTED)));
    }

    private static void refuse(short code, String message) {
        if (code != Errors.NONE.code()) {
            String words = message == null ? Errors.forCode(code).message() : message;
            throw new MillraceException(ErrorCode.ofKafkaCode(code), "The coordinator of the group says: " + words);
        }
    }
}
