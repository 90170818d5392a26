package io.millrace.server.kafka.handler;

import io.millrace.cluster.metadata.Controller;
import io.millrace.cluster.partition.PartitionService;
import io.vertx.core.Future;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderPartition;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderTopic;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData.EpochEndOffset;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData.OffsetForLeaderTopicResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.OffsetsForLeaderEpochRequest;

/** Says where leader epochs end, so that a consumer learns after a change of leader whether what it read was cut (KIP-320). */
final class OffsetForLeaderEpochHandler implements ApiHandler<OffsetsForLeaderEpochRequest> {

    private final Controller controller;
    private final PartitionService partitions;

    OffsetForLeaderEpochHandler(Controller controller, PartitionService partitions) {
        this.controller = controller;
        this.partitions = partitions;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.OFFSET_FOR_LEADER_EPOCH;
    }

    @Override
    public short minVersion() {
        return 2;
    }

    @Override
    public short maxVersion() {
        return 4;
    }

    @Override
    public Future<ApiResponse> handle(ApiRequest<OffsetsForLeaderEpochRequest> request) {
        OffsetForLeaderEpochResponseData response = new OffsetForLeaderEpochResponseData();
        TopicLookup lookup = new TopicLookup(controller.image());
        for (OffsetForLeaderTopic topic : request.body().data().topics()) {
            OffsetForLeaderTopicResult row = new OffsetForLeaderTopicResult().setTopic(topic.topic());
            response.topics().add(row);
            for (OffsetForLeaderPartition partition : topic.partitions()) {
                row.partitions().add(find(lookup, topic.topic(), partition));
            }
        }
        return Future.succeededFuture(ApiResponse.of(response));
    }

    private EpochEndOffset find(TopicLookup lookup, String topic, OffsetForLeaderPartition asked) {
        EpochEndOffset row = new EpochEndOffset().setPartition(asked.partition());
        try {
            // What is not known keeps -1 in both places, which is no error.
            partitions
                    .endOffsetForEpoch(
                            TopicLookup.partition(lookup.byName(topic), asked.partition()),
                            asked.leaderEpoch(),
                            asked.currentLeaderEpoch())
                    .ifPresent(end -> row.setLeaderEpoch(end.leaderEpoch()).setEndOffset(end.endOffset()));
        } catch (RuntimeException failure) {
            row.setErrorCode(KafkaErrors.of(failure).code());
        }
        return row;
    }
}
