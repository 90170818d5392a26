package io.millrace.server.kafka.handler;

import io.millrace.cluster.ClusterConfig;
import io.millrace.cluster.metadata.Controller;
import io.millrace.cluster.metadata.TopicConfig;
import io.millrace.cluster.metadata.TopicMetadata;
import io.millrace.cluster.partition.PartitionService;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsPartition;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsTopic;
import org.apache.kafka.common.message.DeleteRecordsResponseData;
import org.apache.kafka.common.message.DeleteRecordsResponseData.DeleteRecordsPartitionResult;
import org.apache.kafka.common.message.DeleteRecordsResponseData.DeleteRecordsTopicResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DeleteRecordsRequest;
import org.apache.kafka.common.requests.DeleteRecordsResponse;

/** Makes the oldest records of partitions unreadable, up to an offset or to the high watermark (KIP-107). */
final class DeleteRecordsHandler implements ApiHandler<DeleteRecordsRequest> {

    private final Controller controller;
    private final PartitionService partitions;
    private final ClusterConfig config;

    DeleteRecordsHandler(Controller controller, PartitionService partitions, ClusterConfig config) {
        this.controller = controller;
        this.partitions = partitions;
        this.config = config;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.DELETE_RECORDS;
    }

    @Override
    public short minVersion() {
        return 0;
    }

    @Override
    public short maxVersion() {
        return 2;
    }

    @Override
    public Future<ApiResponse> handle(ApiRequest<DeleteRecordsRequest> request) {
        DeleteRecordsResponseData response = new DeleteRecordsResponseData();
        TopicLookup lookup = new TopicLookup(controller.image());
        List<Future<Void>> deletions = new ArrayList<>();
        for (DeleteRecordsTopic topic : request.body().data().topics()) {
            // A topic that is named twice has one row: the second would not fit into the answer.
            DeleteRecordsTopicResult topicRow = response.topics().find(topic.name());
            if (topicRow == null) {
                topicRow = new DeleteRecordsTopicResult().setName(topic.name());
                response.topics().add(topicRow);
            }
            for (DeleteRecordsPartition partition : topic.partitions()) {
                if (topicRow.partitions().find(partition.partitionIndex()) == null) {
                    DeleteRecordsPartitionResult row =
                            new DeleteRecordsPartitionResult().setPartitionIndex(partition.partitionIndex());
                    topicRow.partitions().add(row);
                    deletions.add(delete(lookup, topic.name(), partition).transform(result -> {
                        fill(row, result.result(), result.cause());
                        return Future.succeededFuture();
                    }));
                }
            }
        }
        return Future.join(deletions).map(all -> ApiResponse.of(response));
    }

    private Future<Long> delete(TopicLookup lookup, String name, DeleteRecordsPartition asked) {
        try {
            TopicMetadata topic = lookup.byName(name);
            if (!TopicConfig.mayDeleteRecords(topic.config(), config.topicDefaults())) {
                throw Errors.POLICY_VIOLATION.exception("Topic '" + name
                        + "' is compacted only: the newest record of each key is to stay. Records can be deleted when"
                        + " cleanup.policy contains 'delete'.");
            }
            return partitions.deleteRecords(TopicLookup.partition(topic, asked.partitionIndex()), asked.offset());
        } catch (RuntimeException failure) {
            return Future.failedFuture(failure);
        }
    }

    private static void fill(DeleteRecordsPartitionResult row, Long logStart, Throwable failure) {
        if (failure == null) {
            row.setLowWatermark(logStart);
        } else {
            row.setLowWatermark(DeleteRecordsResponse.INVALID_LOW_WATERMARK)
                    .setErrorCode(KafkaErrors.of(failure).code());
        }
    }
}
