package io.millrace.server.kafka;

import io.millrace.cluster.metadata.TopicMetadata;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.requests.FetchRequest;
import org.apache.kafka.common.requests.FetchResponse;
import org.apache.kafka.common.requests.InitProducerIdRequest;
import org.apache.kafka.common.requests.InitProducerIdResponse;
import org.apache.kafka.common.requests.ProduceRequest;
import org.apache.kafka.common.requests.ProduceResponse;

/** Requests for raw connections, to partition 0 of a topic. */
final class RawRequests {

    private static final short PRODUCE_VERSION = 9;
    private static final short FETCH_VERSION = 13;

    private RawRequests() {}

    static ProduceRequest produce(String topic, int acks, MemoryRecords records) {
        return produce(topic, acks, records, PRODUCE_VERSION);
    }

    static ProduceRequest produce(String topic, int acks, MemoryRecords records, short version) {
        ProduceRequestData data = new ProduceRequestData().setAcks((short) acks).setTimeoutMs(10_000);
        data.topicData()
                .add(new TopicProduceData()
                        .setName(topic)
                        .setPartitionData(
                                List.of(new PartitionProduceData().setIndex(0).setRecords(records))));
        return new ProduceRequest(data, version);
    }

    static MemoryRecords batch(String value) {
        return MemoryRecords.withRecords(Compression.NONE, new SimpleRecord(1, null, value.getBytes()));
    }

    static MemoryRecords batch(int valueBytes) {
        return MemoryRecords.withRecords(Compression.NONE, new SimpleRecord(1, null, new byte[valueBytes]));
    }

    static PartitionProduceResponse row(ProduceResponse response) {
        return response.data()
                .responses()
                .iterator()
                .next()
                .partitionResponses()
                .get(0);
    }

    static FetchRequest fetch(TopicMetadata topic, long offset, int maxWaitMs) {
        Uuid id = new Uuid(topic.id().getMostSignificantBits(), topic.id().getLeastSignificantBits());
        return new FetchRequest(
                new FetchRequestData()
                        .setMaxWaitMs(maxWaitMs)
                        .setMinBytes(1)
                        .setTopics(List.of(new FetchTopic()
                                .setTopicId(id)
                                .setPartitions(List.of(new FetchPartition()
                                        .setPartition(0)
                                        .setFetchOffset(offset)
                                        .setPartitionMaxBytes(1 << 20))))),
                FETCH_VERSION);
    }

    static PartitionData row(FetchResponse response) {
        return response.data().responses().get(0).partitions().get(0);
    }

    static long producerId(RawKafkaClient client) {
        InitProducerIdRequest request = new InitProducerIdRequest.Builder(
                        new InitProducerIdRequestData().setTransactionalId(null).setTransactionTimeoutMs(1))
                .build((short) 4);
        return client.call(request, InitProducerIdResponse.class).data().producerId();
    }
}
