package io.millrace.server.kafka.handler;

import io.millrace.cluster.metadata.Controller;
import io.millrace.cluster.partition.LocalPartitionService;
import io.millrace.storage.producer.ProducerState;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.DescribeProducersRequestData.TopicRequest;
import org.apache.kafka.common.message.DescribeProducersResponseData;
import org.apache.kafka.common.message.DescribeProducersResponseData.PartitionResponse;
import org.apache.kafka.common.message.DescribeProducersResponseData.TopicResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.DescribeProducersRequest;

/** Says who writes to partitions that this node leads, and who has a transaction open there (KIP-664). */
final class DescribeProducersHandler implements ApiHandler<DescribeProducersRequest> {

    private final Controller controller;
    private final LocalPartitionService partitions;

    DescribeProducersHandler(Controller controller, LocalPartitionService partitions) {
        this.controller = controller;
        this.partitions = partitions;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.DESCRIBE_PRODUCERS;
    }

    @Override
    public short minVersion() {
        return 0;
    }

    @Override
    public short maxVersion() {
        return 0;
    }

    @Override
    public Future<ApiResponse> handle(ApiRequest<DescribeProducersRequest> request) {
        TopicLookup lookup = new TopicLookup(controller.image());
        DescribeProducersResponseData response = new DescribeProducersResponseData();
        List<Future<?>> all = new ArrayList<>();
        for (TopicRequest topic : request.body().data().topics()) {
            TopicResponse topicRow = new TopicResponse().setName(topic.name());
            response.topics().add(topicRow);
            for (int index : topic.partitionIndexes()) {
                PartitionResponse row = new PartitionResponse().setPartitionIndex(index);
                topicRow.partitions().add(row);
                all.add(producers(lookup, topic.name(), index).transform(found -> {
                    fill(row, found.result(), found.cause());
                    return Future.succeededFuture();
                }));
            }
        }
        return Future.join(all).map(done -> ApiResponse.of(response));
    }

    private Future<List<ProducerState>> producers(TopicLookup lookup, String topic, int partition) {
        try {
            return partitions.producers(TopicLookup.partition(lookup.byName(topic), partition));
        } catch (RuntimeException failure) {
            return Future.failedFuture(failure);
        }
    }

    private static void fill(PartitionResponse row, List<ProducerState> found, Throwable failure) {
        if (failure != null) {
            row.setErrorCode(KafkaErrors.of(failure).code()).setErrorMessage(KafkaErrors.message(failure));
            return;
        }
        row.setActiveProducers(found.stream()
                .map(each -> new DescribeProducersResponseData.ProducerState()
                        .setProducerId(each.producerId())
                        .setProducerEpoch(each.producerEpoch())
                        .setLastSequence(each.lastSequence())
                        .setLastTimestamp(each.lastWriteMs())
                        .setCoordinatorEpoch(each.coordinatorEpoch())
                        .setCurrentTxnStartOffset(each.transactionStart()))
                .toList());
    }
}
