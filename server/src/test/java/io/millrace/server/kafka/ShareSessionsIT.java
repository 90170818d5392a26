package io.millrace.server.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.cluster.share.ShareGroupsConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.FeatureUpdate;
import org.apache.kafka.clients.admin.FeatureUpdate.UpgradeType;
import org.apache.kafka.clients.admin.UpdateFeaturesOptions;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.InitializeShareGroupStateRequestData;
import org.apache.kafka.common.message.ShareAcknowledgeRequestData;
import org.apache.kafka.common.message.ShareFetchRequestData;
import org.apache.kafka.common.message.ShareFetchRequestData.AcknowledgementBatch;
import org.apache.kafka.common.message.ShareFetchResponseData;
import org.apache.kafka.common.message.ShareFetchResponseData.AcquiredRecords;
import org.apache.kafka.common.message.ShareFetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.InitializeShareGroupStateRequest;
import org.apache.kafka.common.requests.InitializeShareGroupStateResponse;
import org.apache.kafka.common.requests.ShareAcknowledgeRequest;
import org.apache.kafka.common.requests.ShareAcknowledgeResponse;
import org.apache.kafka.common.requests.ShareFetchRequest;
import org.apache.kafka.common.requests.ShareFetchResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Share fetches and acknowledgements byte by byte: what a well-behaved client never does, and what happens when it is cut off. */
@Timeout(value = 1, unit = TimeUnit.MINUTES)
class ShareSessionsIT {

    private static final String GROUP = "raw";
    private static final String FIRST = new Uuid(1, 1).toString();
    private static final String SECOND = new Uuid(2, 2).toString();
    private static final short VERSION = 2;

    @TempDir
    Path directory;

    private KafkaTestNode node;
    private Uuid topic;

    @BeforeEach
    void start() throws Exception {
        // Locks outlast the test: nothing comes back because of them.
        ShareGroupsConfig config = new ShareGroupsConfig(1, 10, 2, 600_000, 5, 2_000, "earliest", "read_uncommitted");
        node = KafkaTestNode.start(directory, cluster -> cluster.withShareGroups(config), UnaryOperator.identity());
        node.createTopic("t", 1);
        topic = node.node()
                .controller()
                .image()
                .topic("t")
                .map(found ->
                        new Uuid(found.id().getMostSignificantBits(), found.id().getLeastSignificantBits()))
                .orElseThrow();
        produce(0, 10);
        KafkaTestNode.await(node.node().shareStates().coordinatorOf(GROUP + ":" + topic + ":0"));
        try (RawKafkaClient client = node.connect()) {
            await().until(() -> initialized(client) == Errors.NONE);
        }
    }

    @AfterEach
    void stop() {
        node.close();
    }

    private Errors initialized(RawKafkaClient client) {
        InitializeShareGroupStateRequestData request = new InitializeShareGroupStateRequestData()
                .setGroupId(GROUP)
                .setTopics(List.of(new InitializeShareGroupStateRequestData.InitializeStateData()
                        .setTopicId(topic)
                        .setPartitions(List.of(new InitializeShareGroupStateRequestData.PartitionData()
                                .setPartition(0)
                                .setStateEpoch(1)
                                .setStartOffset(-1)))));
        return Errors.forCode(client.call(
                        new InitializeShareGroupStateRequest(request, (short) 0),
                        InitializeShareGroupStateResponse.class)
                .data()
                .results()
                .get(0)
                .partitions()
                .get(0)
                .errorCode());
    }

    private void produce(int first, int count) throws Exception {
        try (KafkaProducer<String, String> producer = node.producer(Map.of())) {
            List<? extends Future<?>> sent = IntStream.range(first, first + count)
                    .mapToObj(i -> producer.send(new ProducerRecord<>("t", 0, null, "v" + i)))
                    .toList();
            for (Future<?> each : sent) {
                each.get();
            }
        }
    }

    private ShareFetchRequestData request(String member, int epoch, AcknowledgementBatch... acks) {
        ShareFetchRequestData.FetchPartitionCollection partitions =
                new ShareFetchRequestData.FetchPartitionCollection();
        partitions.add(new ShareFetchRequestData.FetchPartition()
                .setPartitionIndex(0)
                .setAcknowledgementBatches(List.of(acks)));
        ShareFetchRequestData.FetchTopicCollection topics = new ShareFetchRequestData.FetchTopicCollection();
        topics.add(new ShareFetchRequestData.FetchTopic().setTopicId(topic).setPartitions(partitions));
        return new ShareFetchRequestData()
                .setGroupId(GROUP)
                .setMemberId(member)
                .setShareSessionEpoch(epoch)
                .setMaxRecords(100)
                .setMaxWaitMs(0)
                .setMinBytes(1)
                .setTopics(epoch == 0 || acks.length > 0 ? topics : new ShareFetchRequestData.FetchTopicCollection());
    }

    private static AcknowledgementBatch ack(long first, long last, int type) {
        return new AcknowledgementBatch()
                .setFirstOffset(first)
                .setLastOffset(last)
                .setAcknowledgeTypes(List.of((byte) type));
    }

    private static ShareFetchResponseData fetch(RawKafkaClient client, ShareFetchRequestData request) {
        return client.call(new ShareFetchRequest(request, VERSION), ShareFetchResponse.class)
                .data();
    }

    private static List<AcquiredRecords> acquired(ShareFetchResponseData answer) {
        assertThat(Errors.forCode(answer.errorCode())).isEqualTo(Errors.NONE);
        List<AcquiredRecords> all = new ArrayList<>();
        answer.responses()
                .forEach(each -> each.partitions().forEach(row -> {
                    assertThat(Errors.forCode(row.errorCode())).isEqualTo(Errors.NONE);
                    all.addAll(row.acquiredRecords());
                }));
        return all;
    }

    private static AcquiredRecords records(long first, long last, int count) {
        return new AcquiredRecords().setFirstOffset(first).setLastOffset(last).setDeliveryCount((short) count);
    }

    private static PartitionData onlyRow(ShareFetchResponseData answer) {
        return answer.responses().iterator().next().partitions().get(0);
    }

    @Test
    void whatAMemberHasIsGivenToAnotherWhenItsConnectionBreaks() {
        try (RawKafkaClient first = node.connect();
                RawKafkaClient second = node.connect()) {
            assertThat(acquired(fetch(first, request(FIRST, 0)))).containsExactly(records(0, 9, 1));
            assertThat(acquired(fetch(second, request(SECOND, 0)))).isEmpty();
            // It waits, longer than this test may take.
            second.send(new ShareFetchRequest(request(SECOND, 1).setMaxWaitMs(60_000), VERSION));

            first.close();

            assertThat(acquired(second.receive(ShareFetchResponse.class).data()))
                    .containsExactly(records(0, 9, 2));
        }
    }

    @Test
    void aFetchThatWaitsIsAnsweredWhenRecordsCome() throws Exception {
        try (RawKafkaClient client = node.connect()) {
            assertThat(acquired(fetch(client, request(FIRST, 0)))).containsExactly(records(0, 9, 1));
            client.send(new ShareFetchRequest(request(FIRST, 1).setMaxWaitMs(60_000), VERSION));

            produce(10, 1);

            assertThat(acquired(client.receive(ShareFetchResponse.class).data()))
                    .containsExactly(records(10, 10, 1));
        }
    }

    @Test
    void acknowledgementsInAFetchComeBeforeIt() {
        try (RawKafkaClient client = node.connect()) {
            fetch(client, request(FIRST, 0));

            ShareFetchResponseData answer = fetch(client, request(FIRST, 1, ack(0, 4, 1), ack(5, 5, 2)));

            assertThat(Errors.forCode(onlyRow(answer).acknowledgeErrorCode())).isEqualTo(Errors.NONE);
            assertThat(acquired(answer)).containsExactly(records(5, 5, 2));
        }
    }

    @Test
    void recordsOfOthersCannotBeAcknowledged() {
        try (RawKafkaClient first = node.connect();
                RawKafkaClient second = node.connect()) {
            fetch(first, request(FIRST, 0));
            fetch(second, request(SECOND, 0));

            PartitionData row = onlyRow(fetch(second, request(SECOND, 1, ack(0, 4, 1))));

            assertThat(Errors.forCode(row.acknowledgeErrorCode())).isEqualTo(Errors.INVALID_RECORD_STATE);
        }
    }

    @Test
    void requestsThatDoNotFollowTheSessionAreRefused() {
        try (RawKafkaClient client = node.connect()) {
            assertError(client, request(FIRST, 3), Errors.SHARE_SESSION_NOT_FOUND);
            assertError(client, request(FIRST, -1), Errors.SHARE_SESSION_NOT_FOUND);
            assertError(client, request(FIRST, 0), Errors.NONE);
            assertError(client, request(FIRST, 2), Errors.INVALID_SHARE_SESSION_EPOCH);
            assertError(client, request(FIRST, 1), Errors.NONE);
            assertError(client, request(FIRST, 1), Errors.INVALID_SHARE_SESSION_EPOCH);
            assertError(client, request(FIRST, 0, ack(0, 1, 1)), Errors.INVALID_REQUEST);
            assertError(client, request("nobody!", 0), Errors.INVALID_REQUEST);
            assertError(client, request(FIRST, 2).setIsRenewAck(true), Errors.INVALID_REQUEST);
            assertThat(acknowledge(client, 0)).isEqualTo(Errors.INVALID_SHARE_SESSION_EPOCH);
            assertThat(acknowledge(client, 2)).isEqualTo(Errors.NONE);
            assertThat(acknowledge(client, -1)).isEqualTo(Errors.NONE);
            assertThat(acknowledge(client, 3)).isEqualTo(Errors.SHARE_SESSION_NOT_FOUND);
        }
    }

    private static Errors acknowledge(RawKafkaClient client, int epoch) {
        ShareAcknowledgeRequestData request = new ShareAcknowledgeRequestData()
                .setGroupId(GROUP)
                .setMemberId(FIRST)
                .setShareSessionEpoch(epoch);
        return client.call(new ShareAcknowledgeRequest(request, VERSION), ShareAcknowledgeResponse.class)
                .error();
    }

    private static void assertError(RawKafkaClient client, ShareFetchRequestData request, Errors error) {
        assertThat(Errors.forCode(fetch(client, request).errorCode()))
                .as("answer to epoch %d", request.shareSessionEpoch())
                .isEqualTo(error);
    }

    @Test
    void withoutItsFeatureTheClusterHasNotGotTheProtocol() throws Exception {
        try (RawKafkaClient client = node.connect();
                Admin admin = node.admin()) {
            share(admin, 0, UpgradeType.SAFE_DOWNGRADE);
            assertError(client, request(FIRST, 0), Errors.UNSUPPORTED_VERSION);
            assertThat(initialized(client)).isEqualTo(Errors.UNSUPPORTED_VERSION);

            share(admin, 1, UpgradeType.UPGRADE);
            assertError(client, request(FIRST, 0), Errors.NONE);
        }
    }

    private static void share(Admin admin, int level, UpgradeType type) throws Exception {
        admin.updateFeatures(
                        Map.of("share.version", new FeatureUpdate((short) level, type)), new UpdateFeaturesOptions())
                .all()
                .get();
    }

    @Test
    void thereAreNoMoreSessionsThanMayBe() {
        try (RawKafkaClient client = node.connect()) {
            assertError(client, request(FIRST, 0), Errors.NONE);
            assertError(client, request(SECOND, 0), Errors.NONE);
            String third = new Uuid(3, 3).toString();
            assertError(client, request(third, 0), Errors.SHARE_SESSION_LIMIT_REACHED);

            assertError(client, request(FIRST, -1), Errors.NONE);

            assertError(client, request(third, 0), Errors.NONE);
        }
    }
}
