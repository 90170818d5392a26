package io.millrace.cluster.coordinator;

import io.millrace.cluster.coordinator.ShareStatePeers.Call;
import io.vertx.core.Future;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.DeleteShareGroupStateRequestData;
import org.apache.kafka.common.message.DeleteShareGroupStateResponseData;
import org.apache.kafka.common.message.InitializeShareGroupStateRequestData;
import org.apache.kafka.common.message.InitializeShareGroupStateResponseData;
import org.apache.kafka.common.message.ReadShareGroupStateRequestData;
import org.apache.kafka.common.message.ReadShareGroupStateResponseData;
import org.apache.kafka.common.message.ReadShareGroupStateSummaryRequestData;
import org.apache.kafka.common.message.ReadShareGroupStateSummaryResponseData;
import org.apache.kafka.common.message.WriteShareGroupStateRequestData;
import org.apache.kafka.common.message.WriteShareGroupStateRequestData.StateBatch;
import org.apache.kafka.common.message.WriteShareGroupStateResponseData;
import org.apache.kafka.server.share.SharePartitionKey;
import org.apache.kafka.server.share.persister.PartitionIdData;
import org.apache.kafka.server.share.persister.PartitionIdLeaderEpochData;
import org.apache.kafka.server.share.persister.PartitionStateBatchData;
import org.apache.kafka.server.share.persister.PartitionStateData;

/** What can be asked about the state of one share-partition: a request, and the one row of its answer. */
final class ShareStateRows {

    private final ShareStatePeers peers;

    ShareStateRows(ShareStatePeers peers) {
        this.peers = peers;
    }

    private static String key(String group, Uuid topic, PartitionIdData partition) {
        return SharePartitionKey.asCoordinatorKey(group, topic, partition.partition());
    }

    Future<InitializeShareGroupStateResponseData.PartitionResult> initialize(
            String group, Uuid topic, PartitionStateData each) {
        InitializeShareGroupStateRequestData request = new InitializeShareGroupStateRequestData()
                .setGroupId(group)
                .setTopics(List.of(new InitializeShareGroupStateRequestData.InitializeStateData()
                        .setTopicId(topic)
                        .setPartitions(List.of(new InitializeShareGroupStateRequestData.PartitionData()
                                .setPartition(each.partition())
                                .setStateEpoch(each.stateEpoch())
                                .setStartOffset(each.startOffset())))));
        return peers.send(new Call<>(
                        key(group, topic, each),
                        request,
                        own -> own.initialize(request),
                        InitializeShareGroupStateResponseData.class,
                        answer -> row(answer).errorCode()))
                .map(ShareStateRows::row);
    }

    private static InitializeShareGroupStateResponseData.PartitionResult row(
            InitializeShareGroupStateResponseData answer) {
        return answer.results().get(0).partitions().get(0);
    }

    Future<ReadShareGroupStateResponseData.PartitionResult> read(
            String group, Uuid topic, PartitionIdLeaderEpochData each) {
        ReadShareGroupStateRequestData request = new ReadShareGroupStateRequestData()
                .setGroupId(group)
                .setTopics(List.of(new ReadShareGroupStateRequestData.ReadStateData()
                        .setTopicId(topic)
                        .setPartitions(List.of(new ReadShareGroupStateRequestData.PartitionData()
                                .setPartition(each.partition())
                                .setLeaderEpoch(each.leaderEpoch())))));
        return peers.send(new Call<>(
                        key(group, topic, each),
                        request,
                        own -> own.read(request),
                        ReadShareGroupStateResponseData.class,
                        answer -> row(answer).errorCode()))
                .map(ShareStateRows::row);
    }

    private static ReadShareGroupStateResponseData.PartitionResult row(ReadShareGroupStateResponseData answer) {
        return answer.results().get(0).partitions().get(0);
    }

    Future<ReadShareGroupStateSummaryResponseData.PartitionResult> readSummary(
            String group, Uuid topic, PartitionIdLeaderEpochData each) {
        ReadShareGroupStateSummaryRequestData request = new ReadShareGroupStateSummaryRequestData()
                .setGroupId(group)
                .setTopics(List.of(new ReadShareGroupStateSummaryRequestData.ReadStateSummaryData()
                        .setTopicId(topic)
                        .setPartitions(List.of(new ReadShareGroupStateSummaryRequestData.PartitionData()
                                .setPartition(each.partition())
                                .setLeaderEpoch(each.leaderEpoch())))));
        return peers.send(new Call<>(
                        key(group, topic, each),
                        request,
                        own -> own.readSummary(request),
                        ReadShareGroupStateSummaryResponseData.class,
                        answer -> row(answer).errorCode()))
                .map(ShareStateRows::row);
    }

    private static ReadShareGroupStateSummaryResponseData.PartitionResult row(
            ReadShareGroupStateSummaryResponseData answer) {
        return answer.results().get(0).partitions().get(0);
    }

    Future<WriteShareGroupStateResponseData.PartitionResult> write(
            String group, Uuid topic, PartitionStateBatchData each) {
        List<StateBatch> batches = each.stateBatches().stream()
                .map(batch -> new StateBatch()
                        .setFirstOffset(batch.firstOffset())
                        .setLastOffset(batch.lastOffset())
                        .setDeliveryState(batch.deliveryState())
                        .setDeliveryCount(batch.deliveryCount()))
                .toList();
        WriteShareGroupStateRequestData request = new WriteShareGroupStateRequestData()
                .setGroupId(group)
                .setTopics(List.of(new WriteShareGroupStateRequestData.WriteStateData()
                        .setTopicId(topic)
                        .setPartitions(List.of(new WriteShareGroupStateRequestData.PartitionData()
                                .setPartition(each.partition())
                                .setStateEpoch(each.stateEpoch())
                                .setLeaderEpoch(each.leaderEpoch())
                                .setStartOffset(each.startOffset())
                                .setDeliveryCompleteCount(each.deliveryCompleteCount())
                                .setStateBatches(batches)))));
        return peers.send(new Call<>(
                        key(group, topic, each),
                        request,
                        own -> own.write(request),
                        WriteShareGroupStateResponseData.class,
                        answer -> row(answer).errorCode()))
                .map(ShareStateRows::row);
    }

    private static WriteShareGroupStateResponseData.PartitionResult row(WriteShareGroupStateResponseData answer) {
        return answer.results().get(0).partitions().get(0);
    }

    Future<DeleteShareGroupStateResponseData.PartitionResult> delete(String group, Uuid topic, PartitionIdData each) {
        DeleteShareGroupStateRequestData request = new DeleteShareGroupStateRequestData()
                .setGroupId(group)
                .setTopics(List.of(new DeleteShareGroupStateRequestData.DeleteStateData()
                        .setTopicId(topic)
                        .setPartitions(List.of(
                                new DeleteShareGroupStateRequestData.PartitionData().setPartition(each.partition())))));
        return peers.send(new Call<>(
                        key(group, topic, each),
                        request,
                        own -> own.delete(request),
                        DeleteShareGroupStateResponseData.class,
                        answer -> row(answer).errorCode()))
                .map(ShareStateRows::row);
    }

    private static DeleteShareGroupStateResponseData.PartitionResult row(DeleteShareGroupStateResponseData answer) {
        return answer.results().get(0).partitions().get(0);
    }
}
