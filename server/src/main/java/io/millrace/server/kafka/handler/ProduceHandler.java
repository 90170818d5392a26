package io.millrace.server.kafka.handler;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.error.OutcomeUnknownException;
import io.millrace.cluster.metadata.Controller;
import io.millrace.cluster.metadata.InternalTopics;
import io.millrace.cluster.partition.Acks;
import io.millrace.cluster.partition.AppendCommand;
import io.millrace.cluster.partition.OnceAppender;
import io.millrace.cluster.partition.PartitionService;
import io.millrace.cluster.partition.ProducerTransaction;
import io.millrace.cluster.peer.OnceField;
import io.millrace.storage.AppendResult;
import io.millrace.storage.LogException;
import io.millrace.storage.TopicPartition;
import io.vertx.core.Future;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.BatchIndexAndErrorMessage;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.message.ProduceResponseData.TopicProduceResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.requests.ProduceRequest;

/**
 * Appends record batches. Partitions succeed and fail on their own; the answer waits for all of them. A request with acks=0
 * gets no answer, so an error closes its connection, which is the only sign that its producer can see.
 */
final class ProduceHandler implements ApiHandler<ProduceRequest> {

    /** From this version on topics are named by id (KIP-516). */
    private static final short TOPIC_ID_VERSION = 13;

    /** From this version on producers rely on leaders to add partitions to their transactions (KIP-890). */
    private static final short ADDS_PARTITIONS_VERSION = 12;

    private final Controller controller;
    private final PartitionService partitions;

    /** Null for clients: their records have sequence numbers. */
    private final OnceAppender once;

    private ProduceHandler(Controller controller, PartitionService partitions, OnceAppender once) {
        this.controller = controller;
        this.partitions = partitions;
        this.once = once;
    }

    /** For producers: they ask who leads now and send again, and their sequence numbers keep a record from being stored twice. */
    static ProduceHandler forClients(Controller controller, PartitionService partitions) {
        return new ProduceHandler(controller, partitions, null);
    }

    /** For other nodes: records that came over HTTP have no sequence numbers, so what may have been stored must not look like a refusal. */
    static ProduceHandler forPeers(Controller controller, PartitionService partitions, OnceAppender once) {
        return new ProduceHandler(controller, partitions, once);
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.PRODUCE;
    }

    @Override
    public short minVersion() {
        return 3;
    }

    @Override
    public short maxVersion() {
        return 13;
    }

    @Override
    public Future<ApiResponse> handle(ApiRequest<ProduceRequest> request) {
        ProduceRequest body = request.body();
        TopicLookup lookup = new TopicLookup(controller.image());
        ProduceResponseData response = new ProduceResponseData();
        List<Future<Void>> appends = new ArrayList<>();
        for (TopicProduceData topic : body.data().topicData()) {
            TopicProduceResponse topicRow =
                    new TopicProduceResponse().setName(topic.name()).setTopicId(topic.topicId());
            response.responses().add(topicRow);
            for (PartitionProduceData partition : topic.partitionData()) {
                PartitionProduceResponse row = new PartitionProduceResponse().setIndex(partition.index());
                topicRow.partitionResponses().add(row);
                appends.add(answer(request, lookup, topic, partition, row));
            }
        }
        Future<?> done = appends.size() == 1 ? appends.get(0) : Future.join(appends);
        return done.map(all -> body.acks() == 0 ? withoutAnswer(response) : ApiResponse.of(response));
    }

    private Future<Void> answer(
            ApiRequest<ProduceRequest> request,
            TopicLookup lookup,
            TopicProduceData topic,
            PartitionProduceData partition,
            PartitionProduceResponse row) {
        AppendCommand command;
        try {
            command = command(request, lookup, topic, partition);
        } catch (RuntimeException failure) {
            fill(row, null, failure);
            return Future.succeededFuture();
        }
        if (once != null && OnceField.isAsked(partition)) {
            return once.appendOnce(command).transform(result -> {
                if (result.succeeded()) {
                    OnceField.write(row, result.result());
                } else {
                    fill(row, null, result.cause());
                }
                return Future.succeededFuture();
            });
        }
        return partitions.append(command).transform(result -> {
            fill(row, result.result(), result.cause());
            return Future.succeededFuture();
        });
    }

    private AppendCommand command(
            ApiRequest<ProduceRequest> request, TopicLookup lookup, TopicProduceData topic, PartitionProduceData data) {
        Acks acks = acks(request.body().acks());
        TopicPartition partition = TopicLookup.partition(
                lookup.find(request.version() >= TOPIC_ID_VERSION, topic.topicId(), topic.name()), data.index());
        if (InternalTopics.contains(partition.topic())) {
            throw new MillraceException(
                    ErrorCode.INVALID_TOPIC_EXCEPTION,
                    "'" + partition.topic() + "' is an internal topic: only its coordinators write to it.");
        }
        ByteBuffer batch = data.records() instanceof MemoryRecords records
                ? records.buffer().slice()
                : ByteBuffer.allocate(0);
        ProducedBatch.check(batch, request.version());
        return new AppendCommand(
                partition, batch, acks, request.body().timeout(), transaction(request), AppendCommand.ANY_EPOCH);
    }

    private static ProducerTransaction transaction(ApiRequest<ProduceRequest> request) {
        String id = request.body().transactionalId();
        return id == null ? null : new ProducerTransaction(id, request.version() >= ADDS_PARTITIONS_VERSION);
    }

    private static Acks acks(short acks) {
        return switch (acks) {
            case 0 -> Acks.NONE;
            case 1 -> Acks.LEADER;
            case -1 -> Acks.ALL;
            default ->
                throw new MillraceException(
                        ErrorCode.INVALID_REQUIRED_ACKS, "acks must be 0, 1 or -1 (all), not " + acks + ".");
        };
    }

    private void fill(PartitionProduceResponse row, AppendResult result, Throwable failure) {
        if (failure == null) {
            row.setBaseOffset(result.baseOffset())
                    .setLogAppendTimeMs(result.logAppendTimeMs())
                    .setLogStartOffset(result.logStartOffset());
        } else {
            boolean unknown = once != null && failure instanceof OutcomeUnknownException;
            row.setErrorCode((unknown ? Errors.REQUEST_TIMED_OUT : KafkaErrors.of(failure)).code())
                    .setErrorMessage(KafkaErrors.message(failure))
                    .setRecordErrors(recordErrors(failure))
                    .setBaseOffset(-1);
        }
    }

    /** Tells the producer which records are wrong, so that it does not blame the others of the batch. */
    private static List<BatchIndexAndErrorMessage> recordErrors(Throwable failure) {
        return failure.getCause() instanceof LogException.InvalidRecord invalid
                ? invalid.records().stream()
                        .map(number -> new BatchIndexAndErrorMessage()
                                .setBatchIndex(number)
                                .setBatchIndexErrorMessage(invalid.getMessage()))
                        .toList()
                : List.of();
    }

    private static ApiResponse withoutAnswer(ProduceResponseData response) {
        for (TopicProduceResponse topic : response.responses()) {
            for (PartitionProduceResponse row : topic.partitionResponses()) {
                if (row.errorCode() != Errors.NONE.code()) {
                    return new ApiResponse.Disconnect("records produced with acks=0 were refused with "
                            + Errors.forCode(row.errorCode()) + ": " + row.errorMessage());
                }
            }
        }
        return new ApiResponse.NoAnswer();
    }
}
