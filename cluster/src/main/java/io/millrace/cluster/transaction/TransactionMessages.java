package io.millrace.cluster.transaction;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.partition.ProducerTransaction;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTopic;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTopicCollection;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTransaction;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTransactionCollection;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData.AddPartitionsToTxnPartitionResult;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData.AddPartitionsToTxnPartitionResultCollection;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData.AddPartitionsToTxnTopicResult;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData.AddPartitionsToTxnTopicResultCollection;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData.WritableTxnMarker;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData.WritableTxnMarkerTopic;
import org.apache.kafka.common.message.WriteTxnMarkersResponseData;
import org.apache.kafka.common.message.WriteTxnMarkersResponseData.WritableTxnMarkerPartitionResult;
import org.apache.kafka.common.message.WriteTxnMarkersResponseData.WritableTxnMarkerResult;
import org.apache.kafka.common.message.WriteTxnMarkersResponseData.WritableTxnMarkerTopicResult;

/** What is asked and answered about transactions, as Kafka's messages. */
public final class TransactionMessages {

    static final short MARKERS_VERSION = 2;
    static final short ADD_PARTITIONS_VERSION = 5;

    private TransactionMessages() {}

    static WriteTxnMarkersRequestData markers(EndMarker marker, List<TransactionPartition> partitions) {
        List<WritableTxnMarkerTopic> topics = new ArrayList<>();
        byTopic(partitions)
                .forEach((name, numbers) ->
                        topics.add(new WritableTxnMarkerTopic().setName(name).setPartitionIndexes(numbers)));
        return new WriteTxnMarkersRequestData()
                .setMarkers(List.of(new WritableTxnMarker()
                        .setProducerId(marker.producerId())
                        .setProducerEpoch(marker.producerEpoch())
                        .setTransactionResult(marker.committed())
                        .setCoordinatorEpoch(marker.coordinatorEpoch())
                        .setTransactionVersion((byte) marker.version())
                        .setTopics(topics)));
    }

    private static Map<String, List<Integer>> byTopic(Iterable<TransactionPartition> partitions) {
        Map<String, List<Integer>> byTopic = new TreeMap<>();
        partitions.forEach(each -> byTopic.computeIfAbsent(each.topic(), topic -> new ArrayList<>())
                .add(each.partition()));
        return byTopic;
    }

    /** The marker of a row. */
    static EndMarker marker(WritableTxnMarker row) {
        return new EndMarker(
                row.producerId(),
                row.producerEpoch(),
                row.coordinatorEpoch(),
                row.transactionResult(),
                row.transactionVersion());
    }

    /** The partitions of a row. */
    static List<TransactionPartition> partitions(WritableTxnMarker row) {
        List<TransactionPartition> partitions = new ArrayList<>();
        row.topics()
                .forEach(topic -> topic.partitionIndexes()
                        .forEach(number -> partitions.add(new TransactionPartition(topic.name(), number))));
        return partitions;
    }

    static WritableTxnMarkerResult result(long producerId, Map<TransactionPartition, ErrorCode> answers) {
        List<WritableTxnMarkerTopicResult> topics = new ArrayList<>();
        byTopic(answers.keySet())
                .forEach((name, numbers) -> topics.add(new WritableTxnMarkerTopicResult()
                        .setName(name)
                        .setPartitions(numbers.stream()
                                .map(number -> new WritableTxnMarkerPartitionResult()
                                        .setPartitionIndex(number)
                                        .setErrorCode(answers.get(new TransactionPartition(name, number))
                                                .kafkaCode()))
                                .toList())));
        return new WritableTxnMarkerResult().setProducerId(producerId).setTopics(topics);
    }

    static Map<TransactionPartition, ErrorCode> written(WriteTxnMarkersResponseData answer) {
        Map<TransactionPartition, ErrorCode> found = new HashMap<>();
        answer.markers()
                .forEach(marker -> marker.topics()
                        .forEach(topic -> topic.partitions()
                                .forEach(row -> found.put(
                                        new TransactionPartition(topic.name(), row.partitionIndex()),
                                        ErrorCode.ofKafkaCode(row.errorCode())))));
        return found;
    }

    static AddPartitionsToTxnRequestData verification(
            TransactionPartition partition, ProducerTransaction transaction, ProducerIdentity producer) {
        AddPartitionsToTxnTopicCollection topics = new AddPartitionsToTxnTopicCollection();
        topics.add(
                new AddPartitionsToTxnTopic().setName(partition.topic()).setPartitions(List.of(partition.partition())));
        AddPartitionsToTxnTransactionCollection transactions = new AddPartitionsToTxnTransactionCollection();
        transactions.add(new AddPartitionsToTxnTransaction()
                .setTransactionalId(transaction.transactionalId())
                .setProducerId(producer.producerId())
                .setProducerEpoch(producer.epoch())
                .setVerifyOnly(!transaction.addsPartitions())
                .setTopics(topics));
        return new AddPartitionsToTxnRequestData().setTransactions(transactions);
    }

    /** Of the one partition that was asked for. */
    static ErrorCode verified(AddPartitionsToTxnResponseData answer) {
        if (answer.errorCode() != ErrorCode.NONE.kafkaCode()) {
            return ErrorCode.ofKafkaCode(answer.errorCode());
        }
        return answer.resultsByTransaction().stream()
                .flatMap(each -> each.topicResults().stream())
                .flatMap(topic -> topic.resultsByPartition().stream())
                .map(row -> ErrorCode.ofKafkaCode(row.partitionErrorCode()))
                .findFirst()
                .orElse(ErrorCode.UNKNOWN_SERVER_ERROR);
    }

    /** The partitions of a request. */
    public static Set<TransactionPartition> partitions(AddPartitionsToTxnTopicCollection topics) {
        Set<TransactionPartition> partitions = new HashSet<>();
        topics.forEach(topic ->
                topic.partitions().forEach(number -> partitions.add(new TransactionPartition(topic.name(), number))));
        return partitions;
    }

    /** The rows of an answer. */
    public static AddPartitionsToTxnTopicResultCollection rows(Map<TransactionPartition, Short> answers) {
        AddPartitionsToTxnTopicResultCollection rows = new AddPartitionsToTxnTopicResultCollection();
        byTopic(answers.keySet()).forEach((name, numbers) -> {
            AddPartitionsToTxnPartitionResultCollection results = new AddPartitionsToTxnPartitionResultCollection();
            numbers.forEach(number -> results.add(new AddPartitionsToTxnPartitionResult()
                    .setPartitionIndex(number)
                    .setPartitionErrorCode(answers.get(new TransactionPartition(name, number)))));
            rows.add(new AddPartitionsToTxnTopicResult().setName(name).setResultsByPartition(results));
        });
        return rows;
    }
}
