package io.millrace.server.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.cluster.metadata.TopicMetadata;
import io.millrace.cluster.peer.KafkaIds;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.CreatePartitionsRequestData;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsTopic;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsTopicCollection;
import org.apache.kafka.common.message.CreatePartitionsResponseData.CreatePartitionsTopicResult;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData.DescribeConfigsResource;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsTopic;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsPartitionResponse;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceResponseData.BatchIndexAndErrorMessage;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.requests.CreatePartitionsRequest;
import org.apache.kafka.common.requests.CreatePartitionsResponse;
import org.apache.kafka.common.requests.DescribeConfigsRequest;
import org.apache.kafka.common.requests.DescribeConfigsResponse;
import org.apache.kafka.common.requests.FetchRequest;
import org.apache.kafka.common.requests.FetchResponse;
import org.apache.kafka.common.requests.ListOffsetsRequest;
import org.apache.kafka.common.requests.ListOffsetsResponse;
import org.apache.kafka.common.requests.MetadataRequest;
import org.apache.kafka.common.requests.MetadataResponse;
import org.apache.kafka.common.requests.ProduceRequest;
import org.apache.kafka.common.requests.ProduceResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Answers that clients take to the letter; each test stands for a client that once lost records, hung or gave up. */
class ExactAnswersIT {

    private static final short BY_NAME = 12;

    @TempDir
    Path directory;

    private KafkaTestNode node;
    private RawKafkaClient client;

    @BeforeEach
    void start() {
        node = KafkaTestNode.start(directory);
        client = node.connect();
    }

    @AfterEach
    void stop() {
        client.close();
        node.close();
    }

    @Test
    void anOffsetInsideABatchIsAnsweredWithThatBatch() {
        node.createTopic("inside", 1);
        produce("inside", batch(3, 10));
        produce("inside", batch(3, 10));

        PartitionData row =
                fetch(BY_NAME, 1 << 20, part("inside", 0, 1, 1 << 20)).get(0);
        assertThat(batches(row)).extracting(RecordBatch::baseOffset).containsExactly(0L, 3L);
    }

    @Test
    void theFirstBatchComesAlsoWhenItIsLargerThanAsked() {
        node.createTopic("large", 2);
        produce("large", batch(1, 5_000));
        produce("large", batch(1, 5_000));

        PartitionData row = fetch(BY_NAME, 100, part("large", 0, 0, 10)).get(0);
        assertThat(batches(row)).hasSize(1);
    }

    @Test
    void theWholeAnswerKeepsToItsMaximumAndTheRestIsEmptyButComplete() {
        node.createTopic("first", 1);
        node.createTopic("second", 1);
        produce("first", batch(1, 2_000));
        produce("second", batch(1, 2_000));

        List<PartitionData> rows = fetch(BY_NAME, 2_500, part("first", 0, 0, 1 << 20), part("second", 0, 0, 1 << 20));
        assertThat(batches(rows.get(0))).hasSize(1);
        assertThat(rows.get(1).errorCode()).isZero();
        assertThat(FetchResponse.recordsSize(rows.get(1))).isZero();
        assertThat(rows.get(1).highWatermark()).isEqualTo(1);
    }

    @Test
    void aPartitionThatIsNamedTwiceIsAnsweredOnce() {
        node.createTopic("twice", 1);

        assertThat(fetch(BY_NAME, 1 << 20, part("twice", 0, 0, 100), part("twice", 0, 0, 100)))
                .hasSize(1);
    }

    @Test
    void anOffsetThatIsNotThereIsOutOfRangeAndTheEndIsNot() {
        node.createTopic("range", 1);
        produce("range", batch(2, 10));

        PartitionData end = fetch(BY_NAME, 1 << 20, part("range", 0, 2, 100)).get(0);
        assertThat(end.errorCode()).isZero();
        assertThat(end.highWatermark()).isEqualTo(2);
        assertThat(end.logStartOffset()).isZero();
        for (long wrong : new long[] {3, -5}) {
            assertThat(fetch(BY_NAME, 1 << 20, part("range", 0, wrong, 100))
                            .get(0)
                            .errorCode())
                    .isEqualTo(Errors.OFFSET_OUT_OF_RANGE.code());
        }
    }

    @Test
    void theEpochThatAClientKnowsIsCheckedWhereverItIsTold() {
        node.createTopic("epoch", 1);
        restart();
        int epoch = node.node()
                .controller()
                .image()
                .topic("epoch")
                .orElseThrow()
                .partitions()
                .get(0)
                .leaderEpoch();
        assertThat(epoch).as("a restart begins another reign").isPositive();

        assertThat(fetchError("epoch", epoch)).isEqualTo(Errors.NONE);
        assertThat(fetchError("epoch", epoch - 1)).isEqualTo(Errors.FENCED_LEADER_EPOCH);
        assertThat(fetchError("epoch", epoch + 1)).isEqualTo(Errors.UNKNOWN_LEADER_EPOCH);
        assertThat(list("epoch", -1, epoch, (short) 11).errorCode()).isZero();
        assertThat(list("epoch", -1, epoch - 1, (short) 11).errorCode()).isEqualTo(Errors.FENCED_LEADER_EPOCH.code());
        assertThat(list("epoch", -1, epoch + 1, (short) 11).errorCode()).isEqualTo(Errors.UNKNOWN_LEADER_EPOCH.code());
    }

    private Errors fetchError(String topic, int epoch) {
        FetchTopic asked = part(topic, 0, 0, 100);
        asked.partitions().get(0).setCurrentLeaderEpoch(epoch);
        return Errors.forCode(fetch(BY_NAME, 1 << 20, asked).get(0).errorCode());
    }

    @Test
    void everySpecialTimeIsAnsweredFromItsFirstVersionOn() {
        node.createTopic("times", 1);
        produce("times", batch(3, 10));
        short[] firstVersion = {1, 1, 7, 8, 9, 11};
        long[] offsets = {3, 0, 0, 0, -1, -1};
        for (int i = 0; i < offsets.length; i++) {
            long time = -1 - i;
            for (short version = 1; version <= 11; version++) {
                ListOffsetsPartitionResponse row = list("times", time, -1, version);
                if (version < firstVersion[i]) {
                    assertThat(row.errorCode())
                            .as(time + " at " + version)
                            .isEqualTo(Errors.UNSUPPORTED_VERSION.code());
                } else {
                    assertThat(row.errorCode()).as(time + " at " + version).isZero();
                    assertThat(row.offset()).as(time + " at " + version).isEqualTo(offsets[i]);
                }
            }
        }
    }

    @Test
    void aTopicThatWasDeletedIsAnUnknownIdToProducersAndConsumersAlsoWhenItsNameIsThereAgain() {
        TopicMetadata old = node.createTopic("again", 1);
        KafkaTestNode.await(node.node().controller().deleteTopic(old.id()));
        TopicMetadata present = node.createTopic("again", 1);
        assertThat(present.id()).isNotEqualTo(old.id());

        ProduceRequestData request =
                new ProduceRequestData().setAcks((short) -1).setTimeoutMs(10_000);
        request.topicData()
                .add(new TopicProduceData()
                        .setTopicId(id(old))
                        .setPartitionData(
                                List.of(new PartitionProduceData().setIndex(0).setRecords(batch(1, 10)))));
        ProduceResponse produced = client.call(new ProduceRequest(request, (short) 13), ProduceResponse.class);
        assertThat(RawRequests.row(produced).errorCode()).isEqualTo(Errors.UNKNOWN_TOPIC_ID.code());
        FetchResponse fetched = client.call(RawRequests.fetch(old, 0, 0), FetchResponse.class);
        assertThat(RawRequests.row(fetched).errorCode()).isEqualTo(Errors.UNKNOWN_TOPIC_ID.code());
    }

    @Test
    void aProducerIsToldWhichRecordsOfABatchHaveNoKeyWhereOneIsNeeded() {
        node.createTopic("keyed", 1, Map.of("cleanup.policy", "compact"));
        SimpleRecord with = new SimpleRecord(1_000, "k".getBytes(), "v".getBytes());
        SimpleRecord without = new SimpleRecord(1_000, null, "v".getBytes());
        for (Compression codec : List.of(Compression.NONE, Compression.gzip().build())) {
            PartitionProduceResponse row = RawRequests.row(client.call(
                    RawRequests.produce("keyed", -1, MemoryRecords.withRecords(codec, without, with, without)),
                    ProduceResponse.class));

            assertThat(row.errorCode()).isEqualTo(Errors.INVALID_RECORD.code());
            assertThat(row.recordErrors())
                    .extracting(BatchIndexAndErrorMessage::batchIndex)
                    .containsExactly(0, 2);
        }
    }

    @Test
    void metadataOfAllNoneOrSomeTopicsIsWhatEachVersionMeans() {
        node.createTopic("there", 2);

        assertThat(metadata(0, List.of()).topics())
                .extracting(topic -> topic.name())
                .containsExactly("there");
        assertThat(metadata(1, null).topics()).hasSize(1);
        assertThat(metadata(13, List.of()).topics()).isEmpty();
        MetadataResponseData wrong = metadata(4, List.of("bad/name"));
        assertThat(wrong.topics().iterator().next().errorCode()).isEqualTo(Errors.INVALID_TOPIC_EXCEPTION.code());
        MetadataResponseData created = metadata(9, List.of("new-one"));
        assertThat(created.topics()).singleElement().satisfies(topic -> {
            assertThat(topic.errorCode()).isZero();
            assertThat(topic.partitions()).isNotEmpty();
        });
    }

    @Test
    void theFirstMetadataAfterAStartHasTheBrokerTheControllerAndEveryLeader() {
        TopicMetadata topic = node.createTopic("known", 3);
        restart();
        MetadataResponseData metadata = metadata(13, null);

        assertThat(metadata.brokers()).singleElement().satisfies(broker -> {
            assertThat(broker.port()).isEqualTo(node.port());
            assertThat(broker.nodeId()).isEqualTo(metadata.controllerId());
        });
        assertThat(metadata.topics()).singleElement().satisfies(row -> {
            assertThat(row.topicId()).isEqualTo(id(topic)).isNotEqualTo(Uuid.ZERO_UUID);
            assertThat(row.partitions()).hasSize(3).allMatch(partition -> partition.leaderId() == 1);
        });
    }

    @Test
    void partitionsAreAddedToTheTopicsThatAreRightAndEachTopicHasARow() {
        node.createTopic("grows", 1);
        node.createTopic("shrinks", 2);
        CreatePartitionsTopicCollection topics = new CreatePartitionsTopicCollection();
        topics.add(new CreatePartitionsTopic().setName("grows").setCount(3).setAssignments(null));
        topics.add(new CreatePartitionsTopic().setName("shrinks").setCount(1).setAssignments(null));
        topics.add(new CreatePartitionsTopic().setName("nowhere").setCount(4).setAssignments(null));
        CreatePartitionsResponse answer = client.call(
                new CreatePartitionsRequest.Builder(new CreatePartitionsRequestData()
                                .setTopics(topics)
                                .setTimeoutMs(10_000))
                        .build((short) 3),
                CreatePartitionsResponse.class);

        assertThat(answer.data().results())
                .extracting(CreatePartitionsTopicResult::name)
                .containsExactly("grows", "shrinks", "nowhere");
        assertThat(answer.data().results())
                .extracting(row -> Errors.forCode(row.errorCode()))
                .containsExactly(Errors.NONE, Errors.INVALID_PARTITIONS, Errors.UNKNOWN_TOPIC_OR_PARTITION);
        assertThat(node.node().controller().image().topic("grows").orElseThrow().partitions())
                .hasSize(3);
    }

    @Test
    void settingsThatCouldBeReadHaveNoErrorMessageNotEvenAnEmptyOne() {
        node.createTopic("described", 1);
        DescribeConfigsRequestData request = new DescribeConfigsRequestData()
                .setResources(List.of(new DescribeConfigsResource()
                        .setResourceType((byte) 2)
                        .setResourceName("described")
                        .setConfigurationKeys(null)));
        for (short version = 1; version <= 4; version++) {
            DescribeConfigsResponse answer =
                    client.call(new DescribeConfigsRequest(request, version), DescribeConfigsResponse.class);
            assertThat(answer.data().results().get(0).errorMessage()).isNull();
        }
    }

    private void restart() {
        client.close();
        node.close();
        start();
    }

    private MetadataResponseData metadata(int version, List<String> names) {
        MetadataRequestData request = new MetadataRequestData()
                .setTopics(
                        names == null
                                ? null
                                : names.stream()
                                        .map(name -> new MetadataRequestTopic().setName(name))
                                        .toList());
        return client.call(new MetadataRequest(request, (short) version), MetadataResponse.class)
                .data();
    }

    private void produce(String topic, MemoryRecords records) {
        ProduceResponse answer = client.call(RawRequests.produce(topic, -1, records), ProduceResponse.class);
        assertThat(RawRequests.row(answer).errorCode()).isZero();
    }

    private static MemoryRecords batch(int records, int valueBytes) {
        SimpleRecord[] all = new SimpleRecord[records];
        Arrays.setAll(all, i -> new SimpleRecord(1_000, null, new byte[valueBytes]));
        return MemoryRecords.withRecords(Compression.NONE, all);
    }

    private static FetchTopic part(String topic, int partition, long offset, int maxBytes) {
        return new FetchTopic()
                .setTopic(topic)
                .setPartitions(new ArrayList<>(List.of(new FetchPartition()
                        .setPartition(partition)
                        .setFetchOffset(offset)
                        .setPartitionMaxBytes(maxBytes))));
    }

    private List<PartitionData> fetch(short version, int maxBytes, FetchTopic... topics) {
        FetchRequestData request = new FetchRequestData()
                .setMinBytes(1)
                .setMaxWaitMs(0)
                .setMaxBytes(maxBytes)
                .setTopics(List.of(topics));
        List<PartitionData> rows = new ArrayList<>();
        client.call(new FetchRequest(request, version), FetchResponse.class)
                .data()
                .responses()
                .forEach(topic -> rows.addAll(topic.partitions()));
        return rows;
    }

    private static List<RecordBatch> batches(PartitionData row) {
        List<RecordBatch> batches = new ArrayList<>();
        ((MemoryRecords) row.records()).batches().forEach(batches::add);
        return batches;
    }

    private ListOffsetsPartitionResponse list(String topic, long time, int epoch, short version) {
        ListOffsetsRequestData request = new ListOffsetsRequestData()
                .setReplicaId(-1)
                .setTopics(List.of(new ListOffsetsTopic()
                        .setName(topic)
                        .setPartitions(List.of(new ListOffsetsPartition()
                                .setPartitionIndex(0)
                                .setTimestamp(time)
                                .setCurrentLeaderEpoch(epoch)))));
        return client.call(
                        ListOffsetsRequest.parse(MessageUtil.toByteBufferAccessor(request, version), version),
                        ListOffsetsResponse.class)
                .data()
                .topics()
                .get(0)
                .partitions()
                .get(0);
    }

    private static Uuid id(TopicMetadata topic) {
        return KafkaIds.toKafka(topic.id());
    }
}
