package io.millrace.server.kafka.handler;

import io.millrace.cluster.metadata.Controller;
import io.millrace.cluster.partition.Isolation;
import io.millrace.cluster.partition.PartitionService;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsTopic;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsPartitionResponse;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsTopicResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ListOffsetsRequest;

/** Finds offsets by time, or by the special times that stand for the ends of a partition ({@link OffsetSearch}). */
final class ListOffsetsHandler implements ApiHandler<ListOffsetsRequest> {

    /** The first version whose rows have a leader epoch; in older ones it must keep its default. */
    private static final short LEADER_EPOCH_VERSION = 4;

    private final Controller controller;
    private final OffsetSearch search;

    ListOffsetsHandler(Controller controller, PartitionService partitions) {
        this.controller = controller;
        this.search = new OffsetSearch(partitions);
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.LIST_OFFSETS;
    }

    @Override
    public short minVersion() {
        return 1;
    }

    @Override
    public short maxVersion() {
        return 11;
    }

    @Override
    public Future<ApiResponse> handle(ApiRequest<ListOffsetsRequest> request) {
        TopicLookup lookup = new TopicLookup(controller.image());
        ListOffsetsResponseData response = new ListOffsetsResponseData();
        List<Future<Void>> searches = new ArrayList<>();
        for (ListOffsetsTopic topic : request.body().topics()) {
            ListOffsetsTopicResponse topicRow = new ListOffsetsTopicResponse().setName(topic.name());
            response.topics().add(topicRow);
            for (ListOffsetsPartition partition : topic.partitions()) {
                ListOffsetsPartitionResponse row =
                        new ListOffsetsPartitionResponse().setPartitionIndex(partition.partitionIndex());
                topicRow.partitions().add(row);
                searches.add(find(request, lookup, topic, partition).transform(found -> {
                    fill(row, found.result(), found.cause(), request.version());
                    return Future.succeededFuture();
                }));
            }
        }
        return Future.join(searches).map(all -> ApiResponse.of(response));
    }

    private Future<OffsetSearch.Found> find(
            ApiRequest<ListOffsetsRequest> request,
            TopicLookup lookup,
            ListOffsetsTopic topic,
            ListOffsetsPartition partition) {
        try {
            if (request.body()
                    .duplicatePartitions()
                    .contains(new TopicPartition(topic.name(), partition.partitionIndex()))) {
                return Future.failedFuture(Errors.INVALID_REQUEST.exception("The partition is named twice."));
            }
            Isolation isolation = request.body().isolationLevel() == IsolationLevel.READ_COMMITTED
                    ? Isolation.READ_COMMITTED
                    : Isolation.READ_UNCOMMITTED;
            return search.find(
                    TopicLookup.partition(lookup.byName(topic.name()), partition.partitionIndex()),
                    partition.timestamp(),
                    partition.currentLeaderEpoch(),
                    isolation,
                    request.version());
        } catch (RuntimeException failure) {
            return Future.failedFuture(failure);
        }
    }

    private static void fill(
            ListOffsetsPartitionResponse row, OffsetSearch.Found found, Throwable failure, short version) {
        if (failure != null) {
            row.setErrorCode(KafkaErrors.of(failure).code());
            return;
        }
        row.setOffset(found.offset()).setTimestamp(found.timestampMs());
        if (version >= LEADER_EPOCH_VERSION) {
            row.setLeaderEpoch(found.leaderEpoch());
        }
    }
}
