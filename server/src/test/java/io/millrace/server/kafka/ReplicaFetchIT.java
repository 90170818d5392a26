package io.millrace.server.kafka;

import static io.millrace.server.kafka.KafkaTestNode.await;
import static io.millrace.server.kafka.RawRequests.batch;
import static io.millrace.server.kafka.RawRequests.produce;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.metadata.TopicMetadata;
import io.millrace.cluster.partition.FetchCommand;
import io.millrace.cluster.partition.FetchedPartition;
import io.millrace.cluster.partition.Isolation;
import io.millrace.cluster.peer.PeerAddress;
import io.millrace.cluster.peer.PeerApi;
import io.millrace.cluster.peer.PeerReplicaTransport;
import io.millrace.cluster.peer.PeerTransportConfig;
import io.millrace.cluster.peer.TcpPeerTransport;
import io.millrace.cluster.replication.ReplicaFetchRequest;
import io.millrace.cluster.replication.ReplicaFetchResponse;
import io.millrace.cluster.replication.ReplicaFetchResponse.Diverging;
import io.millrace.cluster.replication.ReplicaFetchResponse.Entry;
import io.millrace.cluster.replication.ReplicaFetchResponse.Failed;
import io.millrace.cluster.replication.ReplicaFetchResponse.Records;
import io.millrace.cluster.replication.ReplicaFetchService;
import io.millrace.cluster.session.SessionStep;
import io.millrace.server.kafka.handler.ApiHandlers;
import io.millrace.server.metrics.KafkaMetrics;
import io.millrace.storage.LogHistory;
import io.millrace.storage.LogSlice;
import io.millrace.storage.ReadResult;
import io.millrace.storage.TopicPartition;
import io.millrace.storage.epoch.EpochStart;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.requests.ProduceResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Replica fetches from one end to the other: messages, the listener, records of a real log out of its file. */
class ReplicaFetchIT {

    private static final int LEADER = 7;
    private static final LogHistory HISTORY =
            new LogHistory(List.of(new EpochStart(3, 0), new EpochStart(1 << 30, 1L << 40)), 1L << 33, 5);

    @TempDir
    Path directory;

    private final Vertx vertx = Vertx.vertx();
    private final TcpPeerTransport peers = new TcpPeerTransport(vertx, PeerTransportConfig.defaults("node-2"));
    private KafkaTestNode node;

    @BeforeEach
    void start() {
        node = KafkaTestNode.start(directory, TestConfigs::withoutTailCache, listener -> listener);
    }

    @AfterEach
    void stop() {
        node.close();
        await(vertx.close());
    }

    @Test
    void recordsComeOutOfTheFileOfTheLeaderByteForByteIntoABufferOfTheFollower() {
        TopicMetadata topic = node.createTopic("replicated", 1);
        TopicPartition partition = new TopicPartition(topic.id(), "replicated", 0);
        MemoryRecords batch = batch(300_000);
        ByteBuffer sent = batch.buffer().duplicate();
        try (RawKafkaClient client = node.connect()) {
            client.call(produce("replicated", 1, batch), ProduceResponse.class);
        }
        List<LogSlice> slices = new ArrayList<>();

        Entry<ByteBuffer> entry = fetch(listen(readingTheLog(slices)), request(partition));

        assertThat(slices).isNotEmpty().allMatch(LogSlice.File.class::isInstance);
        ByteBuffer records = ((Records<ByteBuffer>) entry.outcome()).records();
        assertThat(records.remaining()).isEqualTo(sent.remaining());
        // Without base offset, length and leader epoch: the leader's log writes its own.
        assertThat(records.duplicate().position(16)).isEqualTo(sent.position(16));
        assertThat(((Records<ByteBuffer>) entry.outcome()).history()).isEqualTo(HISTORY);
        assertThat(records.hasArray()).isTrue();
        records.putLong(0, 99);
    }

    @Test
    void theWholeRequestArrivesAndAllKindsOfOutcomesComeBackInItsOrder() {
        TopicMetadata a = node.createTopic("a", 3);
        TopicMetadata b = node.createTopic("b", 1);
        ReplicaFetchRequest request = new ReplicaFetchRequest(
                2,
                4711,
                500,
                1,
                1 << 20,
                List.of(
                        new ReplicaFetchRequest.Entry(new TopicPartition(a.id(), "a", 2), 5, 100, 4, 10, 1000),
                        new ReplicaFetchRequest.Entry(new TopicPartition(b.id(), "b", 0), 6, 101, -1, 11, 1001, 98),
                        new ReplicaFetchRequest.Entry(new TopicPartition(a.id(), "a", 0), 7, 102, 7, 12, 1002)));
        AtomicReference<ReplicaFetchRequest> asked = new AtomicReference<>();
        KafkaListener listener = listen(received -> {
            asked.set(received);
            return Future.succeededFuture(new ReplicaFetchResponse<>(List.of(
                    new Entry<>(received.partitions().get(0).partition(), new Diverging<>(3, 77), 60, 1),
                    new Entry<>(
                            received.partitions().get(1).partition(),
                            new Failed<>(ErrorCode.OFFSET_OUT_OF_RANGE),
                            -1,
                            2),
                    new Entry<>(received.partitions().get(2).partition(), new Records<>(ReadResult.empty()), 102, 3))));
        });

        ReplicaFetchResponse<ByteBuffer> response = await(transport(listener).fetch(LEADER, 0, request));

        assertThat(asked.get()).isEqualTo(request);
        assertThat(response.partitions())
                .extracting(Entry::partition)
                .containsExactlyElementsOf(request.partitions().stream()
                        .map(ReplicaFetchRequest.Entry::partition)
                        .toList());
        assertThat(response.partitions().get(0))
                .isEqualTo(new Entry<>(request.partitions().get(0).partition(), new Diverging<>(3, 77), 60, 1));
        assertThat(response.partitions().get(1))
                .isEqualTo(new Entry<>(
                        request.partitions().get(1).partition(), new Failed<>(ErrorCode.OFFSET_OUT_OF_RANGE), -1, 2));
        Entry<ByteBuffer> empty = response.partitions().get(2);
        assertThat(((Records<ByteBuffer>) empty.outcome()).records().hasRemaining())
                .isFalse();
        assertThat(empty.highWatermark()).isEqualTo(102);
        assertThat(empty.logStartOffset()).isEqualTo(3);
    }

    @Test
    void aTopicThatTheLeaderDoesNotKnowYetIsAnErrorOfItsPartitionOnly() {
        TopicMetadata known = node.createTopic("known", 1);
        TopicPartition here = new TopicPartition(known.id(), "known", 0);
        TopicPartition notYet = new TopicPartition(UUID.randomUUID(), "not-yet", 0);

        ReplicaFetchResponse<ByteBuffer> response =
                await(transport(listen(readingTheLog(new ArrayList<>()))).fetch(LEADER, 0, request(notYet, here)));

        assertThat(response.partitions().get(0).outcome()).isEqualTo(new Failed<>(ErrorCode.UNKNOWN_TOPIC_ID));
        assertThat(response.partitions().get(1).outcome()).isInstanceOf(Records.class);
    }

    @Test
    void theMetadataTopicBelongsToTheQuorum() {
        TopicPartition metadata = new TopicPartition(
                new UUID(
                        Uuid.METADATA_TOPIC_ID.getMostSignificantBits(),
                        Uuid.METADATA_TOPIC_ID.getLeastSignificantBits()),
                "__cluster_metadata",
                0);
        PeerApi quorum = new PeerApi(
                ApiKeys.FETCH,
                (short) 17,
                (short) 18,
                (version, request) -> Future.succeededFuture(
                        new FetchResponseData().setErrorCode(ErrorCode.NOT_LEADER_OR_FOLLOWER.kafkaCode())));
        KafkaListener listener =
                listen(request -> Future.failedFuture(new IllegalStateException("not for replicas")), quorum);

        assertThat(await(transport(listener).fetch(LEADER, 0, request(metadata)))
                        .error())
                .isEqualTo(ErrorCode.NOT_LEADER_OR_FOLLOWER);
    }

    @Test
    void aSessionIsCarriedWithWhatChangedAndWhatIsForgottenAndRefusedAsAWhole() {
        TopicMetadata topic = node.createTopic("followed", 3);
        TopicPartition gone = new TopicPartition(UUID.randomUUID(), "deleted", 1);
        List<TopicPartition> forgotten = List.of(new TopicPartition(topic.id(), "followed", 2), gone);
        List<ReplicaFetchRequest> asked = new ArrayList<>();
        TopicPartition changed = new TopicPartition(topic.id(), "followed", 1);
        KafkaListener listener = listen(received -> {
            asked.add(received);
            return Future.succeededFuture(
                    received.session().epoch() == 5
                            ? new ReplicaFetchResponse<>(
                                    ErrorCode.NONE,
                                    77,
                                    List.of(new Entry<>(changed, new Records<>(ReadResult.empty()), 9, 0)))
                            : ReplicaFetchResponse.refused(ErrorCode.INVALID_FETCH_SESSION_EPOCH));
        });
        ReplicaFetchRequest request = new ReplicaFetchRequest(
                2,
                1,
                new SessionStep(77, 5),
                0,
                1,
                1 << 20,
                List.of(new ReplicaFetchRequest.Entry(changed, 0, 9, 0, 0, 1 << 20)),
                forgotten);

        ReplicaFetchResponse<ByteBuffer> answer = await(transport(listener).fetch(LEADER, 0, request));
        assertThat(asked).containsExactly(request);
        assertThat(answer.sessionId()).isEqualTo(77);
        assertThat(answer.partitions()).extracting(Entry::partition).containsExactly(changed);
        assertThat(answer.partitions().get(0).highWatermark()).isEqualTo(9);

        ReplicaFetchRequest nothingNew =
                new ReplicaFetchRequest(2, 1, new SessionStep(77, 6), 0, 1, 1 << 20, List.of(), List.of());
        ReplicaFetchResponse<ByteBuffer> refused = await(transport(listener).fetch(LEADER, 0, nothingNew));
        assertThat(asked).hasSize(2).last().isEqualTo(nothingNew);
        assertThat(refused.error()).isEqualTo(ErrorCode.INVALID_FETCH_SESSION_EPOCH);
        assertThat(refused.partitions()).isEmpty();
    }

    @Test
    void anUnknownNodeIsNoLeaderYet() {
        PeerReplicaTransport transport = new PeerReplicaTransport(peers, id -> null, 1_000);
        TopicPartition any = new TopicPartition(UUID.randomUUID(), "any", 0);

        assertThatThrownBy(() -> await(transport.fetch(3, 0, request(any)))).hasMessageContaining("node 3");
    }

    private ReplicaFetchService readingTheLog(List<LogSlice> slices) {
        return request -> {
            List<FetchCommand.FetchPartition> partitions = request.partitions().stream()
                    .map(each ->
                            new FetchCommand.FetchPartition(each.partition(), each.fetchOffset(), each.maxBytes(), -1))
                    .toList();
            return node.node()
                    .partitions()
                    .fetch(new FetchCommand(partitions, 0, 1, request.maxBytes(), Isolation.READ_UNCOMMITTED))
                    .map(fetched -> {
                        fetched.forEach(each -> slices.addAll(each.records().slices()));
                        return new ReplicaFetchResponse<>(
                                fetched.stream().map(ReplicaFetchIT::entry).toList());
                    });
        };
    }

    private static Entry<ReadResult> entry(FetchedPartition fetched) {
        return new Entry<>(
                fetched.request().partition(),
                new Records<>(fetched.records(), HISTORY),
                fetched.offsets().highWatermark(),
                fetched.offsets().logStartOffset());
    }

    private KafkaListener listen(ReplicaFetchService service, PeerApi... apis) {
        return await(KafkaListener.startForPeers(
                vertx,
                KafkaListenerConfig.defaults("127.0.0.1", 0),
                ApiHandlers.forPeers(
                        List.of(apis),
                        service,
                        node.node().partitions(),
                        node.node().onceAppends(),
                        node.node().controller(),
                        1 << 20),
                KafkaMetrics.NONE));
    }

    private PeerReplicaTransport transport(KafkaListener listener) {
        PeerAddress address = new PeerAddress("127.0.0.1", listener.actualPort());
        return new PeerReplicaTransport(peers, id -> id == LEADER ? address : null, 20_000);
    }

    private Entry<ByteBuffer> fetch(KafkaListener listener, ReplicaFetchRequest request) {
        return await(transport(listener).fetch(LEADER, 0, request)).partitions().get(0);
    }

    private static ReplicaFetchRequest request(TopicPartition... partitions) {
        List<ReplicaFetchRequest.Entry> entries = new ArrayList<>();
        for (TopicPartition partition : partitions) {
            entries.add(new ReplicaFetchRequest.Entry(partition, 0, 0, -1, 0, 1 << 20));
        }
        return new ReplicaFetchRequest(2, 1, 100, 1, 1 << 20, entries);
    }
}
