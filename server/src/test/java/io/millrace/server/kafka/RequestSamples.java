package io.millrace.server.kafka;

import io.millrace.cluster.metadata.TopicMetadata;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicCollection;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicConfig;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicConfigCollection;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsRequestData.DeleteTopicState;
import org.apache.kafka.common.message.DescribeClusterRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData.DescribeConfigsResource;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsTopic;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;

/**
 * Requests of every API that is served, for every version: each list has requests that succeed, that fail in every way the
 * handler knows, that are empty, and that name several topics. Topics {@code alpha} (2 partitions, with records) and {@code
 * beta} (1, empty) must exist.
 */
final class RequestSamples {

    private static final Uuid UNKNOWN_ID = new Uuid(1, 2);

    private final KafkaTestNode node;
    private final Map<ApiKeys, Function<Short, List<ApiMessage>>> samples = new EnumMap<>(ApiKeys.class);

    RequestSamples(KafkaTestNode node) {
        this.node = node;
        samples.put(ApiKeys.PRODUCE, this::produce);
        samples.put(ApiKeys.FETCH, this::fetch);
        samples.put(ApiKeys.LIST_OFFSETS, this::listOffsets);
        samples.put(ApiKeys.METADATA, this::metadata);
        samples.put(ApiKeys.FIND_COORDINATOR, this::findCoordinator);
        samples.put(ApiKeys.API_VERSIONS, this::apiVersions);
        samples.put(ApiKeys.CREATE_TOPICS, this::createTopics);
        samples.put(ApiKeys.DELETE_TOPICS, this::deleteTopics);
        samples.put(ApiKeys.INIT_PRODUCER_ID, this::initProducerId);
        samples.put(ApiKeys.DESCRIBE_CONFIGS, this::describeConfigs);
        samples.put(ApiKeys.DESCRIBE_CLUSTER, this::describeCluster);
        samples.putAll(AdminRequestSamples.all());
        samples.putAll(GroupRequestSamples.all(this::id));
        samples.putAll(ShareRequestSamples.all(this::id));
        samples.putAll(TransactionRequestSamples.all());
        samples.putAll(SettingsRequestSamples.all());
    }

    /** The APIs that there are samples of. */
    Iterable<ApiKeys> apiKeys() {
        return samples.keySet();
    }

    /** Requests of an API that can be written at a version. */
    List<ApiMessage> of(ApiKeys apiKey, short version) {
        return samples.get(apiKey).apply(version);
    }

    private List<ApiMessage> produce(short version) {
        byte[] corrupt = batchBytes();
        corrupt[corrupt.length - 1] ^= 1;
        return List.of(
                new ProduceRequestData().setAcks((short) -1).setTimeoutMs(10_000),
                produce((short) -1, topic("alpha", 0, batch()), topic("beta", 5, batch()), topic("gamma", 0, batch())),
                produce((short) 1, topic("alpha", 1, MemoryRecords.readableRecords(ByteBuffer.wrap(corrupt)))),
                produce((short) 1, topic("alpha", 1, MemoryRecords.EMPTY), topic("beta", 0, null)),
                produce((short) 7, topic("alpha", 0, batch())));
    }

    private static ProduceRequestData produce(short acks, TopicProduceData... topics) {
        ProduceRequestData request = new ProduceRequestData().setAcks(acks).setTimeoutMs(10_000);
        for (TopicProduceData topic : topics) {
            request.topicData().add(topic);
        }
        return request;
    }

    private TopicProduceData topic(String name, int partition, MemoryRecords records) {
        return new TopicProduceData()
                .setName(name)
                .setTopicId(id(name))
                .setPartitionData(
                        List.of(new PartitionProduceData().setIndex(partition).setRecords(records)));
    }

    static MemoryRecords batch() {
        return MemoryRecords.withRecords(
                Compression.NONE, new SimpleRecord(1000, "key".getBytes(), "value".getBytes()));
    }

    static byte[] batchBytes() {
        ByteBuffer buffer = batch().buffer();
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }

    private List<ApiMessage> fetch(short version) {
        FetchRequestData committed = fetchAll(0).setIsolationLevel((byte) 1);
        FetchRequestData incremental = fetchAll(0).setSessionId(17).setSessionEpoch(3);
        FetchRequestData fromReplica = fetchAll(0);
        if (version < 15) {
            fromReplica.setReplicaId(2);
        } else {
            fromReplica.setReplicaState(new FetchRequestData.ReplicaState().setReplicaId(2));
        }
        return List.of(
                new FetchRequestData().setMaxWaitMs(0),
                fetchAll(0),
                fetchAll(1_000_000),
                committed,
                incremental,
                fromReplica);
    }

    private FetchRequestData fetchAll(long offset) {
        return new FetchRequestData()
                .setMaxWaitMs(0)
                .setMinBytes(1)
                .setTopics(List.of(
                        fetchTopic("alpha", offset, 0, 1, 0),
                        fetchTopic("beta", offset, 0, 7),
                        fetchTopic("gamma", offset, 0)));
    }

    private FetchTopic fetchTopic(String name, long offset, int... partitions) {
        FetchTopic topic = new FetchTopic().setTopic(name).setTopicId(id(name));
        for (int partition : partitions) {
            topic.partitions()
                    .add(new FetchPartition()
                            .setPartition(partition)
                            .setFetchOffset(offset)
                            .setPartitionMaxBytes(1 << 20));
        }
        return topic;
    }

    private List<ApiMessage> listOffsets(short version) {
        List<ApiMessage> requests = new ArrayList<>();
        for (long timestamp = -7; timestamp <= 0; timestamp++) {
            requests.add(new ListOffsetsRequestData()
                    .setReplicaId(-1)
                    .setTopics(List.of(listTopic("alpha", 0, timestamp, -1), listTopic("beta", 0, timestamp, -1))));
        }
        ListOffsetsRequestData all = new ListOffsetsRequestData()
                .setReplicaId(-1)
                .setTopics(List.of(
                        listTopic("alpha", 0, 500, -1),
                        listTopic("beta", 0, 500, -1),
                        listTopic("beta", 3, -1, -1),
                        listTopic("gamma", 0, -1, -1)));
        ListOffsetsRequestData unknownEpoch =
                new ListOffsetsRequestData().setReplicaId(-1).setTopics(List.of(listTopic("alpha", 0, -1, 99)));
        ListOffsetsRequestData twice = new ListOffsetsRequestData()
                .setReplicaId(-1)
                .setTopics(List.of(listTopic("alpha", 0, -1, -1), listTopic("alpha", 0, -2, -1)));
        requests.addAll(List.of(new ListOffsetsRequestData().setReplicaId(-1), all, unknownEpoch, twice));
        return requests;
    }

    private static ListOffsetsTopic listTopic(String name, int partition, long timestamp, int epoch) {
        return new ListOffsetsTopic()
                .setName(name)
                .setPartitions(List.of(new ListOffsetsPartition()
                        .setPartitionIndex(partition)
                        .setTimestamp(timestamp)
                        .setCurrentLeaderEpoch(epoch)));
    }

    private List<ApiMessage> metadata(short version) {
        MetadataRequestData all = new MetadataRequestData().setTopics(version == 0 ? List.of() : null);
        MetadataRequestData named = new MetadataRequestData()
                .setTopics(List.of(metadataTopic("alpha"), metadataTopic("gamma/bad"), metadataTopic("beta")));
        MetadataRequestData none = new MetadataRequestData().setTopics(List.of());
        if (version >= 4) {
            named.setTopics(List.of(metadataTopic("alpha"), metadataTopic("gamma"), metadataTopic("gamma/bad")))
                    .setAllowAutoTopicCreation(false);
        }
        if (version >= 8) {
            all.setIncludeTopicAuthorizedOperations(true);
            all.setIncludeClusterAuthorizedOperations(version <= 10);
        }
        if (version < 12) {
            return List.of(all, named, none);
        }
        MetadataRequestData byId = new MetadataRequestData()
                .setTopics(List.of(
                        new MetadataRequestTopic().setName(null).setTopicId(id("alpha")),
                        new MetadataRequestTopic().setName(null).setTopicId(UNKNOWN_ID),
                        new MetadataRequestTopic().setName("alpha").setTopicId(UNKNOWN_ID)));
        return List.of(all, named, none, byId);
    }

    private static MetadataRequestTopic metadataTopic(String name) {
        return new MetadataRequestTopic().setName(name);
    }

    private List<ApiMessage> findCoordinator(short version) {
        if (version == 0) {
            return List.of(new FindCoordinatorRequestData().setKey("group"));
        }
        if (version < 4) {
            return List.of(
                    coordinator(0).setKey("a"),
                    coordinator(1).setKey("b"),
                    coordinator(9).setKey("c"));
        }
        return List.of(
                coordinator(0),
                coordinator(0).setCoordinatorKeys(List.of("a", "b")),
                coordinator(1).setCoordinatorKeys(List.of("a")),
                coordinator(2).setCoordinatorKeys(List.of("a")),
                coordinator(9).setCoordinatorKeys(List.of("a")));
    }

    private static FindCoordinatorRequestData coordinator(int keyType) {
        return new FindCoordinatorRequestData().setKeyType((byte) keyType);
    }

    private List<ApiMessage> apiVersions(short version) {
        return List.of(
                new ApiVersionsRequestData(),
                new ApiVersionsRequestData().setClientSoftwareName("test").setClientSoftwareVersion("1"));
    }

    private List<ApiMessage> createTopics(short version) {
        CreatableTopicCollection topics = new CreatableTopicCollection();
        topics.mustAdd(newTopic("fine", 3, 1));
        topics.mustAdd(newTopic("alpha", 1, 1));
        topics.mustAdd(newTopic("bad/name", 1, 1));
        topics.mustAdd(newTopic("twice", 1, 1));
        topics.mustAdd(newTopic("twice", 1, 1));
        topics.mustAdd(newTopic("too-many-replicas", 1, 9));
        topics.mustAdd(newTopic("no-partitions", 0, 1));
        topics.mustAdd(newTopic("bad-setting", 1, 1).setConfigs(config("retention.ms", "soon")));
        topics.mustAdd(newTopic("null-setting", 1, 1).setConfigs(config("retention.ms", null)));
        return List.of(
                new CreateTopicsRequestData(),
                new CreateTopicsRequestData().setTopics(topics).setValidateOnly(true));
    }

    private static CreatableTopic newTopic(String name, int partitions, int replicas) {
        return new CreatableTopic().setName(name).setNumPartitions(partitions).setReplicationFactor((short) replicas);
    }

    private static CreatableTopicConfigCollection config(String name, String value) {
        CreatableTopicConfigCollection config = new CreatableTopicConfigCollection();
        config.add(new CreatableTopicConfig().setName(name).setValue(value));
        return config;
    }

    private List<ApiMessage> deleteTopics(short version) {
        String doomed = "doomed-" + version;
        TopicMetadata topic = node.createTopic(doomed, 1);
        if (version < 6) {
            return List.of(
                    new DeleteTopicsRequestData(),
                    new DeleteTopicsRequestData().setTopicNames(List.of(doomed, doomed, "gamma")));
        }
        Uuid id = new Uuid(topic.id().getMostSignificantBits(), topic.id().getLeastSignificantBits());
        return List.of(
                new DeleteTopicsRequestData(),
                new DeleteTopicsRequestData()
                        .setTopics(List.of(
                                new DeleteTopicState().setName(doomed).setTopicId(id),
                                new DeleteTopicState().setTopicId(id),
                                new DeleteTopicState().setName(doomed),
                                new DeleteTopicState().setName("gamma"),
                                new DeleteTopicState().setTopicId(UNKNOWN_ID),
                                new DeleteTopicState())));
    }

    private List<ApiMessage> initProducerId(short version) {
        return List.of(
                new InitProducerIdRequestData().setTransactionalId(null).setTransactionTimeoutMs(1),
                new InitProducerIdRequestData().setTransactionalId("tx").setTransactionTimeoutMs(1));
    }

    private List<ApiMessage> describeConfigs(short version) {
        DescribeConfigsRequestData all = new DescribeConfigsRequestData()
                .setIncludeSynonyms(true)
                .setIncludeDocumentation(version >= 3)
                .setResources(List.of(
                        resource(2, "alpha"),
                        resource(2, "gamma"),
                        resource(4, "1"),
                        resource(4, ""),
                        resource(4, "9"),
                        resource(16, "metrics"),
                        resource(99, "what")));
        DescribeConfigsRequestData one = new DescribeConfigsRequestData()
                .setResources(
                        List.of(resource(2, "alpha").setConfigurationKeys(List.of("retention.ms", "no.such.key"))));
        return List.of(new DescribeConfigsRequestData(), all, one);
    }

    private static DescribeConfigsResource resource(int type, String name) {
        return new DescribeConfigsResource()
                .setResourceType((byte) type)
                .setResourceName(name)
                .setConfigurationKeys(null);
    }

    private List<ApiMessage> describeCluster(short version) {
        DescribeClusterRequestData brokers =
                new DescribeClusterRequestData().setIncludeClusterAuthorizedOperations(true);
        return version == 0
                ? List.of(new DescribeClusterRequestData(), brokers)
                : List.of(brokers, new DescribeClusterRequestData().setEndpointType((byte) 2));
    }

    private Uuid id(String topic) {
        return node.node()
                .controller()
                .image()
                .topic(topic)
                .map(TopicMetadata::id)
                .map(id -> new Uuid(id.getMostSignificantBits(), id.getLeastSignificantBits()))
                .orElse(UNKNOWN_ID);
    }
}
