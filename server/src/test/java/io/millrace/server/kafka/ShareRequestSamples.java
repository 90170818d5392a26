package io.millrace.server.kafka;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.AlterShareGroupOffsetsRequestData;
import org.apache.kafka.common.message.AlterShareGroupOffsetsRequestData.AlterShareGroupOffsetsRequestPartition;
import org.apache.kafka.common.message.AlterShareGroupOffsetsRequestData.AlterShareGroupOffsetsRequestTopic;
import org.apache.kafka.common.message.AlterShareGroupOffsetsRequestData.AlterShareGroupOffsetsRequestTopicCollection;
import org.apache.kafka.common.message.DeleteShareGroupOffsetsRequestData;
import org.apache.kafka.common.message.DeleteShareGroupOffsetsRequestData.DeleteShareGroupOffsetsRequestTopic;
import org.apache.kafka.common.message.DeleteShareGroupStateRequestData;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsRequestData;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsRequestData.DescribeShareGroupOffsetsRequestGroup;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsRequestData.DescribeShareGroupOffsetsRequestTopic;
import org.apache.kafka.common.message.InitializeShareGroupStateRequestData;
import org.apache.kafka.common.message.ReadShareGroupStateRequestData;
import org.apache.kafka.common.message.ReadShareGroupStateSummaryRequestData;
import org.apache.kafka.common.message.ShareAcknowledgeRequestData;
import org.apache.kafka.common.message.ShareFetchRequestData;
import org.apache.kafka.common.message.ShareGroupDescribeRequestData;
import org.apache.kafka.common.message.ShareGroupHeartbeatRequestData;
import org.apache.kafka.common.message.WriteShareGroupStateRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;

/** The part of {@link RequestSamples} about share groups. */
final class ShareRequestSamples {

    private static final String GROUP = "shares";
    private static final String MEMBER = new Uuid(7, 8).toString();

    private final Function<String, Uuid> ids;

    private ShareRequestSamples(Function<String, Uuid> ids) {
        this.ids = ids;
    }

    /** @param ids of topics; any for one that is not there */
    static Map<ApiKeys, Function<Short, List<ApiMessage>>> all(Function<String, Uuid> ids) {
        ShareRequestSamples samples = new ShareRequestSamples(ids);
        Map<ApiKeys, Function<Short, List<ApiMessage>>> all = new EnumMap<>(ApiKeys.class);
        all.put(ApiKeys.SHARE_GROUP_HEARTBEAT, version -> List.of(heartbeat("nobody", 4), heartbeat("member", 0)));
        all.put(
                ApiKeys.SHARE_GROUP_DESCRIBE,
                version -> List.of(new ShareGroupDescribeRequestData()
                        .setGroupIds(List.of(GROUP, "absent"))
                        .setIncludeAuthorizedOperations(true)));
        all.put(ApiKeys.DESCRIBE_SHARE_GROUP_OFFSETS, version -> describeOffsets());
        all.put(ApiKeys.ALTER_SHARE_GROUP_OFFSETS, version -> alterOffsets());
        all.put(
                ApiKeys.DELETE_SHARE_GROUP_OFFSETS,
                version -> List.of(new DeleteShareGroupOffsetsRequestData()
                        .setGroupId("absent")
                        .setTopics(List.of(new DeleteShareGroupOffsetsRequestTopic().setTopicName("alpha")))));
        all.put(ApiKeys.SHARE_FETCH, samples::fetch);
        all.put(ApiKeys.SHARE_ACKNOWLEDGE, samples::acknowledge);
        samples.states(all);
        return all;
    }

    private static ShareGroupHeartbeatRequestData heartbeat(String member, int epoch) {
        return new ShareGroupHeartbeatRequestData()
                .setGroupId(GROUP)
                .setMemberId(member)
                .setMemberEpoch(epoch)
                .setSubscribedTopicNames(epoch == 0 ? List.of("alpha") : null);
    }

    private static List<ApiMessage> describeOffsets() {
        return List.of(
                new DescribeShareGroupOffsetsRequestData(),
                new DescribeShareGroupOffsetsRequestData()
                        .setGroups(List.of(
                                new DescribeShareGroupOffsetsRequestGroup()
                                        .setGroupId(GROUP)
                                        .setTopics(List.of(
                                                new DescribeShareGroupOffsetsRequestTopic()
                                                        .setTopicName("alpha")
                                                        .setPartitions(List.of(0, 9)),
                                                new DescribeShareGroupOffsetsRequestTopic()
                                                        .setTopicName("no")
                                                        .setPartitions(List.of(0)))),
                                new DescribeShareGroupOffsetsRequestGroup()
                                        .setGroupId("absent")
                                        .setTopics(null))));
    }

    private static List<ApiMessage> alterOffsets() {
        AlterShareGroupOffsetsRequestTopicCollection topics = new AlterShareGroupOffsetsRequestTopicCollection();
        topics.add(new AlterShareGroupOffsetsRequestTopic()
                .setTopicName("alpha")
                .setPartitions(List.of(new AlterShareGroupOffsetsRequestPartition().setStartOffset(1))));
        return List.of(
                new AlterShareGroupOffsetsRequestData().setGroupId("absent").setTopics(topics));
    }

    private List<ApiMessage> fetch(short version) {
        ShareFetchRequestData.FetchTopicCollection topics = new ShareFetchRequestData.FetchTopicCollection();
        topics.add(new ShareFetchRequestData.FetchTopic()
                .setTopicId(ids.apply("alpha"))
                .setPartitions(fetchPartitions(0, 9)));
        topics.add(new ShareFetchRequestData.FetchTopic()
                .setTopicId(ids.apply("no"))
                .setPartitions(fetchPartitions(0)));
        ShareFetchRequestData request = new ShareFetchRequestData()
                .setGroupId(GROUP)
                .setMemberId(MEMBER)
                .setMaxRecords(10)
                .setMinBytes(1)
                .setTopics(topics);
        return List.of(
                request,
                request.duplicate().setMemberId("nobody"),
                request.duplicate().setShareSessionEpoch(5),
                new ShareFetchRequestData()
                        .setGroupId(GROUP)
                        .setMemberId(MEMBER)
                        .setShareSessionEpoch(1),
                new ShareFetchRequestData()
                        .setGroupId(GROUP)
                        .setMemberId(MEMBER)
                        .setShareSessionEpoch(-1));
    }

    private static ShareFetchRequestData.FetchPartitionCollection fetchPartitions(int... numbers) {
        ShareFetchRequestData.FetchPartitionCollection all = new ShareFetchRequestData.FetchPartitionCollection();
        for (int number : numbers) {
            all.add(new ShareFetchRequestData.FetchPartition().setPartitionIndex(number));
        }
        return all;
    }

    private List<ApiMessage> acknowledge(short version) {
        ShareAcknowledgeRequestData.AcknowledgePartitionCollection partitions =
                new ShareAcknowledgeRequestData.AcknowledgePartitionCollection();
        partitions.add(new ShareAcknowledgeRequestData.AcknowledgePartition()
                .setPartitionIndex(0)
                .setAcknowledgementBatches(List.of(new ShareAcknowledgeRequestData.AcknowledgementBatch()
                        .setFirstOffset(0)
                        .setLastOffset(3)
                        .setAcknowledgeTypes(List.of((byte) 1)))));
        ShareAcknowledgeRequestData.AcknowledgeTopicCollection topics =
                new ShareAcknowledgeRequestData.AcknowledgeTopicCollection();
        topics.add(new ShareAcknowledgeRequestData.AcknowledgeTopic()
                .setTopicId(ids.apply("alpha"))
                .setPartitions(partitions));
        return List.of(
                new ShareAcknowledgeRequestData().setGroupId(GROUP).setMemberId(MEMBER),
                new ShareAcknowledgeRequestData()
                        .setGroupId(GROUP)
                        .setMemberId(MEMBER)
                        .setShareSessionEpoch(1)
                        .setTopics(topics));
    }

    private void states(Map<ApiKeys, Function<Short, List<ApiMessage>>> all) {
        Uuid topic = ids.apply("alpha");
        all.put(
                ApiKeys.INITIALIZE_SHARE_GROUP_STATE,
                version -> List.of(new InitializeShareGroupStateRequestData()
                        .setGroupId("states")
                        .setTopics(List.of(new InitializeShareGroupStateRequestData.InitializeStateData()
                                .setTopicId(topic)
                                .setPartitions(List.of(
                                        new InitializeShareGroupStateRequestData.PartitionData().setPartition(0)))))));
        all.put(
                ApiKeys.READ_SHARE_GROUP_STATE,
                version -> List.of(new ReadShareGroupStateRequestData()
                        .setGroupId("states")
                        .setTopics(List.of(new ReadShareGroupStateRequestData.ReadStateData()
                                .setTopicId(topic)
                                .setPartitions(List.of(
                                        new ReadShareGroupStateRequestData.PartitionData().setPartition(0)))))));
        all.put(
                ApiKeys.WRITE_SHARE_GROUP_STATE,
                version -> List.of(new WriteShareGroupStateRequestData()
                        .setGroupId("states")
                        .setTopics(List.of(new WriteShareGroupStateRequestData.WriteStateData()
                                .setTopicId(topic)
                                .setPartitions(List.of(
                                        new WriteShareGroupStateRequestData.PartitionData().setPartition(0)))))));
        all.put(
                ApiKeys.DELETE_SHARE_GROUP_STATE,
                version -> List.of(new DeleteShareGroupStateRequestData()
                        .setGroupId("states")
                        .setTopics(List.of(new DeleteShareGroupStateRequestData.DeleteStateData()
                                .setTopicId(topic)
                                .setPartitions(List.of(
                                        new DeleteShareGroupStateRequestData.PartitionData().setPartition(0)))))));
        all.put(
                ApiKeys.READ_SHARE_GROUP_STATE_SUMMARY,
                version -> List.of(new ReadShareGroupStateSummaryRequestData()
                        .setGroupId("states")
                        .setTopics(List.of(new ReadShareGroupStateSummaryRequestData.ReadStateSummaryData()
                                .setTopicId(topic)
                                .setPartitions(List.of(
                                        new ReadShareGroupStateSummaryRequestData.PartitionData().setPartition(0)))))));
    }
}
