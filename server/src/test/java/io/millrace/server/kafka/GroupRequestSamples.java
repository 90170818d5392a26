package io.millrace.server.kafka;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ConsumerGroupDescribeRequestData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData.TopicPartitions;
import org.apache.kafka.common.message.DeleteGroupsRequestData;
import org.apache.kafka.common.message.DescribeGroupsRequestData;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocol;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocolCollection;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.LeaveGroupRequestData.MemberIdentity;
import org.apache.kafka.common.message.ListGroupsRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetDeleteRequestData;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestPartition;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestTopic;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestTopicCollection;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopic;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopics;
import org.apache.kafka.common.message.StreamsGroupDescribeRequestData;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData.TxnOffsetCommitRequestPartition;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData.TxnOffsetCommitRequestTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;

/** The part of {@link RequestSamples} about groups. None of them waits for a rebalance. */
final class GroupRequestSamples {

    /** Commits without members. */
    private static final String GROUP = "samples";

    private final Function<String, Uuid> ids;

    private GroupRequestSamples(Function<String, Uuid> ids) {
        this.ids = ids;
    }

    /** @param ids of topics; any for one that is not there */
    static Map<ApiKeys, Function<Short, List<ApiMessage>>> all(Function<String, Uuid> ids) {
        GroupRequestSamples samples = new GroupRequestSamples(ids);
        Map<ApiKeys, Function<Short, List<ApiMessage>>> all = new EnumMap<>(ApiKeys.class);
        all.put(ApiKeys.OFFSET_COMMIT, samples::commit);
        all.put(ApiKeys.OFFSET_FETCH, samples::fetch);
        all.put(ApiKeys.JOIN_GROUP, GroupRequestSamples::join);
        all.put(ApiKeys.HEARTBEAT, version -> List.of(new HeartbeatRequestData().setGroupId(GROUP), heartbeat()));
        all.put(ApiKeys.LEAVE_GROUP, GroupRequestSamples::leave);
        all.put(ApiKeys.SYNC_GROUP, version -> List.of(sync(""), sync("nobody")));
        all.put(ApiKeys.DESCRIBE_GROUPS, GroupRequestSamples::describe);
        all.put(ApiKeys.LIST_GROUPS, GroupRequestSamples::list);
        all.put(ApiKeys.TXN_OFFSET_COMMIT, version -> List.of(commitInTransaction("alpha"), commitInTransaction("no")));
        all.put(
                ApiKeys.DELETE_GROUPS,
                version -> List.of(
                        new DeleteGroupsRequestData(),
                        new DeleteGroupsRequestData().setGroupsNames(List.of("a", "b"))));
        all.put(ApiKeys.OFFSET_DELETE, version -> List.of(delete()));
        all.put(ApiKeys.CONSUMER_GROUP_HEARTBEAT, version -> List.of(unknownMember(), joining(version)));
        all.put(
                ApiKeys.CONSUMER_GROUP_DESCRIBE,
                version -> List.of(new ConsumerGroupDescribeRequestData()
                        .setGroupIds(List.of(GROUP, "modern", "absent"))
                        .setIncludeAuthorizedOperations(true)));
        all.put(ApiKeys.STREAMS_GROUP_HEARTBEAT, version -> List.of(streams("nobody", 4), streams("a-member", 0)));
        all.put(
                ApiKeys.STREAMS_GROUP_DESCRIBE,
                version -> List.of(new StreamsGroupDescribeRequestData()
                        .setGroupIds(List.of(GROUP, "streams", "absent"))
                        .setIncludeAuthorizedOperations(true)));
        return all;
    }

    private static StreamsGroupHeartbeatRequestData streams(String member, int epoch) {
        StreamsGroupHeartbeatRequestData request = new StreamsGroupHeartbeatRequestData()
                .setGroupId("streams")
                .setMemberId(member)
                .setMemberEpoch(epoch);
        return epoch > 0
                ? request
                : request.setRebalanceTimeoutMs(10_000)
                        .setProcessId("a-process")
                        .setActiveTasks(List.of())
                        .setStandbyTasks(List.of())
                        .setWarmupTasks(List.of())
                        .setTopology(new StreamsGroupHeartbeatRequestData.Topology()
                                .setEpoch(1)
                                .setSubtopologies(List.of(new StreamsGroupHeartbeatRequestData.Subtopology()
                                        .setSubtopologyId("0")
                                        .setSourceTopics(List.of("alpha"))
                                        .setStateChangelogTopics(
                                                List.of(new StreamsGroupHeartbeatRequestData.TopicInfo()
                                                        .setName("streams-changelog"))))));
    }

    private List<ApiMessage> commit(short version) {
        return List.of(new OffsetCommitRequestData().setGroupId(GROUP), commit("", -1), commit("nobody", 7));
    }

    private OffsetCommitRequestData commit(String member, int generation) {
        return new OffsetCommitRequestData()
                .setGroupId(GROUP)
                .setMemberId(member)
                .setGenerationIdOrMemberEpoch(generation)
                .setTopics(List.of(
                        new OffsetCommitRequestTopic()
                                .setName("alpha")
                                .setTopicId(ids.apply("alpha"))
                                .setPartitions(List.of(offset(0, "a note"), offset(1, null), offset(9, ""))),
                        new OffsetCommitRequestTopic()
                                .setName("no")
                                .setTopicId(ids.apply("no"))
                                .setPartitions(List.of(offset(0, "")))));
    }

    private static OffsetCommitRequestPartition offset(int partition, String note) {
        return new OffsetCommitRequestPartition()
                .setPartitionIndex(partition)
                .setCommittedOffset(5)
                .setCommittedMetadata(note);
    }

    private List<ApiMessage> fetch(short version) {
        List<Integer> partitions = List.of(0, 1, 9);
        if (version < 8) {
            OffsetFetchRequestData some = new OffsetFetchRequestData()
                    .setGroupId(GROUP)
                    .setTopics(List.of(
                            new OffsetFetchRequestTopic().setName("alpha").setPartitionIndexes(partitions)));
            return version < 2
                    ? List.of(some)
                    : List.of(
                            some, new OffsetFetchRequestData().setGroupId(GROUP).setTopics(null));
        }
        OffsetFetchRequestGroup some = new OffsetFetchRequestGroup()
                .setGroupId(GROUP)
                .setTopics(List.of(
                        new OffsetFetchRequestTopics()
                                .setName("alpha")
                                .setTopicId(ids.apply("alpha"))
                                .setPartitionIndexes(partitions),
                        new OffsetFetchRequestTopics()
                                .setName("no")
                                .setTopicId(ids.apply("no"))
                                .setPartitionIndexes(partitions)));
        OffsetFetchRequestGroup all =
                new OffsetFetchRequestGroup().setGroupId(GROUP).setTopics(null);
        OffsetFetchRequestData asMember = new OffsetFetchRequestData().setGroups(List.of(some.duplicate()));
        if (version >= 9) {
            asMember.groups().get(0).setMemberId("nobody").setMemberEpoch(3);
        }
        return List.of(
                new OffsetFetchRequestData().setGroups(List.of(some, all)).setRequireStable(true), asMember);
    }

    private static List<ApiMessage> join(short version) {
        JoinGroupRequestProtocolCollection protocols = new JoinGroupRequestProtocolCollection();
        protocols.add(new JoinGroupRequestProtocol().setName("range").setMetadata(new byte[] {1}));
        UnaryOperator<JoinGroupRequestData> filled = request -> request.setGroupId("classic")
                .setProtocolType("consumer")
                .setProtocols(protocols.duplicate())
                .setSessionTimeoutMs(10_000);
        JoinGroupRequestData unknown = filled.apply(new JoinGroupRequestData()).setMemberId("nobody");
        JoinGroupRequestData hasty =
                filled.apply(new JoinGroupRequestData()).setMemberId("nobody").setSessionTimeoutMs(1);
        return version < 4
                ? List.of(unknown, hasty)
                : List.of(unknown, hasty, filled.apply(new JoinGroupRequestData()));
    }

    private static HeartbeatRequestData heartbeat() {
        return new HeartbeatRequestData()
                .setGroupId(GROUP)
                .setMemberId("nobody")
                .setGenerationId(3);
    }

    private static List<ApiMessage> leave(short version) {
        LeaveGroupRequestData request = new LeaveGroupRequestData().setGroupId(GROUP);
        return version < 3
                ? List.of(request.setMemberId("nobody"))
                : List.of(request.setMembers(List.of(
                        new MemberIdentity().setMemberId("nobody"),
                        new MemberIdentity().setMemberId("no-one").setGroupInstanceId("static"))));
    }

    private static SyncGroupRequestData sync(String member) {
        return new SyncGroupRequestData().setGroupId(GROUP).setMemberId(member);
    }

    private static List<ApiMessage> describe(short version) {
        return List.of(
                new DescribeGroupsRequestData(),
                new DescribeGroupsRequestData()
                        .setGroups(List.of(GROUP, "classic", "absent"))
                        .setIncludeAuthorizedOperations(version >= 3));
    }

    private static List<ApiMessage> list(short version) {
        ListGroupsRequestData filtered = new ListGroupsRequestData();
        if (version >= 4) {
            filtered.setStatesFilter(List.of("Empty", "Stable"));
        }
        if (version >= 5) {
            filtered.setTypesFilter(List.of("classic", "consumer"));
        }
        return List.of(new ListGroupsRequestData(), filtered);
    }

    private static TxnOffsetCommitRequestData commitInTransaction(String topic) {
        return new TxnOffsetCommitRequestData()
                .setTransactionalId("tx")
                .setGroupId(GROUP)
                .setProducerId(12)
                .setProducerEpoch((short) 1)
                .setTopics(List.of(new TxnOffsetCommitRequestTopic()
                        .setName(topic)
                        .setPartitions(List.of(
                                new TxnOffsetCommitRequestPartition().setPartitionIndex(0),
                                new TxnOffsetCommitRequestPartition().setPartitionIndex(9)))));
    }

    private static OffsetDeleteRequestData delete() {
        OffsetDeleteRequestTopicCollection topics = new OffsetDeleteRequestTopicCollection();
        topics.add(new OffsetDeleteRequestTopic()
                .setName("alpha")
                .setPartitions(List.of(
                        new OffsetDeleteRequestPartition().setPartitionIndex(1),
                        new OffsetDeleteRequestPartition().setPartitionIndex(9))));
        return new OffsetDeleteRequestData().setGroupId(GROUP).setTopics(topics);
    }

    private static ConsumerGroupHeartbeatRequestData unknownMember() {
        return new ConsumerGroupHeartbeatRequestData()
                .setGroupId("modern")
                .setMemberId("nobody")
                .setMemberEpoch(4);
    }

    private static ConsumerGroupHeartbeatRequestData joining(short version) {
        ConsumerGroupHeartbeatRequestData request = new ConsumerGroupHeartbeatRequestData()
                .setGroupId("modern")
                .setMemberId(version == 0 ? "" : "member-" + version)
                .setMemberEpoch(0)
                .setRebalanceTimeoutMs(10_000)
                .setSubscribedTopicNames(List.of("alpha"))
                .setTopicPartitions(List.<TopicPartitions>of());
        return version == 0 ? request : request.setSubscribedTopicRegex("al.*");
    }
}
