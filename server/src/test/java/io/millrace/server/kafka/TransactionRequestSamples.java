package io.millrace.server.kafka;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.kafka.common.message.AddOffsetsToTxnRequestData;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTopic;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTopicCollection;
import org.apache.kafka.common.message.DescribeProducersRequestData;
import org.apache.kafka.common.message.DescribeTransactionsRequestData;
import org.apache.kafka.common.message.EndTxnRequestData;
import org.apache.kafka.common.message.ListTransactionsRequestData;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData.WritableTxnMarker;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData.WritableTxnMarkerTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;

/** As {@link RequestSamples}, of transactions. */
final class TransactionRequestSamples {

    private static final String UNKNOWN = "nobody uses this";

    private TransactionRequestSamples() {}

    static Map<ApiKeys, Function<Short, List<ApiMessage>>> all() {
        Map<ApiKeys, Function<Short, List<ApiMessage>>> samples = new EnumMap<>(ApiKeys.class);
        samples.put(ApiKeys.ADD_PARTITIONS_TO_TXN, version -> addPartitions());
        samples.put(
                ApiKeys.ADD_OFFSETS_TO_TXN,
                version -> List.of(new AddOffsetsToTxnRequestData()
                        .setTransactionalId(UNKNOWN)
                        .setProducerId(1)
                        .setGroupId("g")));
        samples.put(
                ApiKeys.END_TXN,
                version -> List.of(
                        new EndTxnRequestData().setTransactionalId(UNKNOWN).setCommitted(true),
                        new EndTxnRequestData().setTransactionalId("")));
        samples.put(ApiKeys.WRITE_TXN_MARKERS, version -> markers());
        samples.put(
                ApiKeys.DESCRIBE_TRANSACTIONS,
                version -> List.of(
                        new DescribeTransactionsRequestData(),
                        new DescribeTransactionsRequestData().setTransactionalIds(List.of(UNKNOWN, ""))));
        samples.put(
                ApiKeys.LIST_TRANSACTIONS,
                version -> List.of(
                        version < 2
                                ? new ListTransactionsRequestData()
                                : new ListTransactionsRequestData().setTransactionalIdPattern("un.*"),
                        new ListTransactionsRequestData()
                                .setStateFilters(List.of("Ongoing", "Unheard of"))
                                .setProducerIdFilters(List.of(1L))));
        samples.put(
                ApiKeys.DESCRIBE_PRODUCERS,
                version -> List.of(
                        new DescribeProducersRequestData(),
                        new DescribeProducersRequestData()
                                .setTopics(List.of(
                                        new DescribeProducersRequestData.TopicRequest()
                                                .setName("alpha")
                                                .setPartitionIndexes(List.of(0, 9)),
                                        new DescribeProducersRequestData.TopicRequest()
                                                .setName("gamma")
                                                .setPartitionIndexes(List.of(0))))));
        return samples;
    }

    private static List<ApiMessage> addPartitions() {
        return List.of(addPartitions("alpha"), addPartitions("gamma"));
    }

    private static AddPartitionsToTxnRequestData addPartitions(String topic) {
        AddPartitionsToTxnTopicCollection topics = new AddPartitionsToTxnTopicCollection();
        topics.add(new AddPartitionsToTxnTopic().setName("beta").setPartitions(List.of(0)));
        topics.add(new AddPartitionsToTxnTopic().setName(topic).setPartitions(List.of(0, 1)));
        return new AddPartitionsToTxnRequestData()
                .setV3AndBelowTransactionalId(UNKNOWN)
                .setV3AndBelowProducerId(1)
                .setV3AndBelowTopics(topics);
    }

    private static List<ApiMessage> markers() {
        WritableTxnMarker marker = new WritableTxnMarker()
                .setProducerId(4_000_000)
                .setTopics(List.of(
                        new WritableTxnMarkerTopic().setName("alpha").setPartitionIndexes(List.of(0, 9)),
                        new WritableTxnMarkerTopic().setName("gamma").setPartitionIndexes(List.of(0))));
        return List.of(new WriteTxnMarkersRequestData(), new WriteTxnMarkersRequestData().setMarkers(List.of(marker)));
    }
}
