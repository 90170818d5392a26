package io.millrace.cluster.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.membership.OwnershipTable.Ownership;
import io.millrace.cluster.record.NewRecord;
import io.millrace.cluster.record.RecordBatches;
import io.millrace.cluster.replication.ReplicaFetchRequest;
import io.millrace.cluster.replication.ReplicaFetchResponse;
import io.millrace.cluster.replication.ReplicaFetchResponse.Records;
import io.millrace.storage.AppendResult;
import io.millrace.storage.ReadResult;
import io.millrace.storage.TopicPartition;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes 1 and 2 have replicas, 3 and 4 have none: clients of HTTP and streams must not notice where they are. */
class AnyNodeTest {

    private static final int NODES = 4;

    @TempDir
    Path directory;

    private final Vertx vertx = Vertx.vertx();
    private TestCluster cluster;
    private TopicPartition partition;

    @BeforeEach
    void start() {
        cluster = new TestCluster(directory, NODES, 2, 1);
        partition = cluster.partition;
        cluster.awaitInSync(1, 2);
    }

    @AfterEach
    void stop() {
        cluster.close();
        TestCluster.get(vertx.close());
    }

    private Clients at(int node) {
        return new Clients(node);
    }

    /** Clients of one node. */
    private final class Clients {
        private final PartitionService service;

        Clients(int node) {
            service = cluster.node(node).anywhere();
        }

        Future<AppendResult> append(String value) {
            return append(value, 10_000);
        }

        Future<AppendResult> append(String value, int timeoutMs) {
            NewRecord record = new NewRecord(1, null, value.getBytes(StandardCharsets.UTF_8), List.of());
            return service.append(
                    new AppendCommand(partition, RecordBatches.build(List.of(record), 1), Acks.ALL, timeoutMs));
        }

        long end() {
            TestCluster.get(service.prepare(List.of(partition), 10_000));
            return service.offsets(partition).highWatermark();
        }

        StreamReader follow() {
            return new StreamReader(vertx, service, partition, 0);
        }
    }

    @Test
    void whatWasWrittenThroughAnyNodeIsReadAtEveryNodeAtOnce() {
        for (int writer = 1; writer <= NODES; writer++) {
            long offset = TestCluster.get(at(writer).append("from " + writer)).baseOffset();
            for (int reader = 1; reader <= NODES; reader++) {
                assertThat(at(reader).end()).as("node " + reader).isEqualTo(offset + 1);
            }
        }
        assertThat(cluster.values(1)).containsExactly("from 1", "from 2", "from 3", "from 4");
    }

    @Test
    void theNewestRecordByTimeIsFoundFromEveryNode() {
        TestCluster.get(at(1).append("a"));
        for (int node = 1; node <= NODES; node++) {
            assertThat(TestCluster.get(
                            cluster.node(node).anywhere().findMaxTimestamp(partition, Isolation.READ_UNCOMMITTED)))
                    .as("node " + node)
                    .hasValueSatisfying(found -> assertThat(found.offset()).isZero());
        }
    }

    @Test
    void streamsOnEveryNodeGoOnOverChangesOfLeaderWithoutGapOrRepeat() {
        List<StreamReader> readers = new ArrayList<>();
        for (int node = 1; node <= NODES; node++) {
            readers.add(at(node).follow());
        }
        List<String> acknowledged = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            if (i % 10 == 5) {
                cluster.awaitInSync(1, 2);
                cluster.elect(3 - cluster.leader());
            }
            String value = "r" + i;
            long offset = TestCluster.get(at(1 + i % NODES).append(value)).baseOffset();
            acknowledged.add(offset + "=" + value);
        }
        for (StreamReader reader : readers) {
            await().atMost(TestCluster.PATIENCE).until(() -> reader.seen().size() >= acknowledged.size());
            assertThat(reader.seen()).isEqualTo(acknowledged);
            assertThat(reader.wrong()).isEmpty();
            reader.close();
        }
    }

    @Test
    void aDeadLeaderIsWaitedForNotToldToClients() {
        TestCluster.get(at(3).append("before"));
        StreamReader reader = at(4).follow();
        cluster.node(1).kill();
        Future<AppendResult> waiting = at(3).append("after");
        vertx.setTimer(
                300,
                timer -> vertx.executeBlocking(() -> {
                    cluster.controller.fence(1);
                    cluster.publish();
                    return null;
                }));

        assertThat(TestCluster.get(waiting).baseOffset()).isEqualTo(1);
        await().atMost(TestCluster.PATIENCE).until(() -> reader.seen().size() == 2);
        assertThat(reader.seen()).containsExactly("0=before", "1=after");
        assertThat(at(4).end()).isEqualTo(2);
        reader.close();
    }

    @Test
    void whenTheAnswerIsLostTheOutcomeIsToldAsUnknownAndNothingIsSentAgain() {
        cluster.node(3).client().loseAnswers();

        assertThat(TestCluster.errorOf(at(3).append("once"))).isEqualTo(ErrorCode.REQUEST_TIMED_OUT);
        assertThat(cluster.node(3).client().appends).hasValue(1);
        assertThat(cluster.values(1)).containsExactly("once");
    }

    @Test
    void recordsThatOnlyAFormerLeaderHadAreNotSentAgainBecauseAThirdReplicaMayStillHaveThem() {
        TestCluster.get(at(3).append("a"));
        cluster.network.cut(2, 1);
        Future<AppendResult> written = at(3).append("b");
        await().until(() -> cluster.end(1) == 2);
        cluster.elect(2);

        assertThatThrownBy(() -> TestCluster.get(written)).hasMessageContaining("may or may not be stored");
        assertThat(cluster.node(3).client().appends).hasValue(2);
        // The new leader's high watermark comes back when its follower has asked.
        await().untilAsserted(() -> assertThat(cluster.values(2)).containsExactly("a"));
    }

    @Test
    void recordsThatTheNextLeaderHasAreAcknowledgedByTheFormerOne() {
        TestCluster.get(at(3).append("a"));
        // Node 2 gets the record, and node 1 does not hear that it has it.
        cluster.network.loseAfter(2, 1, () -> cluster.end(2) == 2);
        Future<AppendResult> written = at(3).append("b");
        await().until(() -> cluster.end(2) == 2);
        cluster.elect(2);

        assertThat(TestCluster.get(written).baseOffset()).isEqualTo(1);
        assertThat(cluster.node(3).client().appends).hasValue(2);
        assertThat(cluster.values(2)).containsExactly("a", "b");
    }

    @Test
    void whatNobodyCanSayIsToldAsUnknown() {
        TestCluster.get(at(3).append("a"));
        cluster.cutAll();
        Future<AppendResult> written = cluster.node(1)
                .anywhere()
                .append(new AppendCommand(
                        partition,
                        RecordBatches.build(List.of(new NewRecord(1, null, new byte[1], List.of())), 1),
                        Acks.ALL,
                        30_000));
        await().until(() -> cluster.end(1) == 2);
        cluster.elect(2);
        cluster.skip(3_000);
        cluster.node(1).service().expireDelayed();

        assertThat(TestCluster.errorOf(written)).isEqualTo(ErrorCode.REQUEST_TIMED_OUT);
    }

    @Test
    void aNodeThatIsBehindWithItsImageFindsTheLeaderInTheOwnershipTable() {
        cluster.deafen(3);
        cluster.elect(2);
        var committed = cluster.controller.partition();
        cluster.node(3)
                .ownership()
                .publish(List.of(new Ownership(
                        partition.topicId(),
                        partition.partition(),
                        committed.leader(),
                        committed.leaderEpoch(),
                        committed.partitionEpoch(),
                        committed.isr())));

        TestCluster.get(at(3).append("a"));
        assertThat(cluster.node(3).client().appends).hasValue(1);
        assertThat(at(3).end()).isEqualTo(1);
    }

    @Test
    void whoeverIsFirstAndFindsNoLeaderIsToldToTryAgain() {
        cluster.node(1).kill();
        Future<Void> prepared = cluster.node(3).anywhere().prepare(List.of(partition), 200);

        assertThat(TestCluster.errorOf(prepared)).isEqualTo(ErrorCode.LEADER_NOT_AVAILABLE);
        assertThat(TestCluster.errorOf(at(3).append("a", 200))).isEqualTo(ErrorCode.LEADER_NOT_AVAILABLE);
    }

    @Test
    void aPartitionThatDoesNotExistIsNotAskedFor() {
        TopicPartition unknown = new TopicPartition(UUID.randomUUID(), "unknown", 0);
        PartitionService service = cluster.node(3).anywhere();

        assertThat(TestCluster.errorOf(service.prepare(List.of(unknown), 5_000)))
                .isEqualTo(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
        assertThat(TestCluster.errorOf(service.read(unknown, 0, 100, Isolation.READ_UNCOMMITTED)))
                .isEqualTo(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    }

    @Test
    void streamsGoOnWhenReplicasComeAndGoBelowThem() {
        StreamReader leaving = at(2).follow();
        StreamReader coming = at(3).follow();
        TestCluster.get(at(4).append("a"));
        cluster.controller.reassign(List.of(1, 2, 3));
        cluster.publish();
        cluster.awaitInSync(1, 2, 3);
        TestCluster.get(at(4).append("b"));
        cluster.controller.reassign(List.of(1, 3));
        cluster.publish();
        TestCluster.get(at(4).append("c"));

        for (StreamReader reader : List.of(leaving, coming)) {
            await().atMost(TestCluster.PATIENCE).until(() -> reader.seen().size() == 3);
            assertThat(reader.seen()).containsExactly("0=a", "1=b", "2=c");
            assertThat(reader.wrong()).isEmpty();
            reader.close();
        }
        assertThat(cluster.node(2).anywhere().sizeBytes(partition)).isZero();
        assertThat(cluster.node(3).anywhere().sizeBytes(partition)).isPositive();
    }

    @Test
    void whoFollowsADeletedTopicIsTold() {
        TestCluster.get(at(1).append("a"));
        for (int node = 1; node <= NODES; node++) {
            TestCluster.get(cluster.node(node).anywhere().prepare(List.of(partition), 5_000));
        }
        AtomicInteger told = new AtomicInteger();
        for (int node = 1; node <= NODES; node++) {
            cluster.node(node).anywhere().watch(partition, 1, told::incrementAndGet);
        }
        assertThat(told).hasValue(0);
        cluster.controller.delete();
        cluster.publish();

        await().atMost(TestCluster.PATIENCE).until(() -> told.get() >= NODES);
        for (int node = 1; node <= NODES; node++) {
            PartitionService service = cluster.node(node).anywhere();
            assertThatThrownBy(() -> service.offsets(partition))
                    .isInstanceOfSatisfying(
                            MillraceException.class,
                            e -> assertThat(e.code()).isEqualTo(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION));
            assertThat(TestCluster.errorOf(at(node).append("b"))).isEqualTo(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
        }
    }

    @Test
    void howeverManyFollowOneRequestWaitsAtTheLeader() {
        List<StreamReader> readers = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            readers.add(at(4).follow());
        }
        for (int i = 0; i < 20; i++) {
            TestCluster.get(at(1).append("r" + i));
        }
        for (StreamReader reader : readers) {
            await().atMost(TestCluster.PATIENCE).until(() -> reader.seen().size() == 20);
        }
        TestLeaderClient client = cluster.node(4).client();
        assertThat(client.mostPollsUnderWay).hasValue(1);

        readers.forEach(StreamReader::close);
        await().atMost(TestCluster.PATIENCE).until(() -> client.pollsUnderWay.get() == 0);
    }

    @Test
    void aFollowerThatIsReadIsToldOfAHighWatermarkWithoutWaitingForTheNextRecord() {
        try (TestCluster three = new TestCluster(directory.resolve("three"), 3, 1)) {
            three.awaitInSync(1, 2, 3);
            three.network.cut(2, 1);
            three.network.cut(3, 1);
            Future<AppendResult> written = three.append(1, "a", Acks.ALL);
            await().until(() -> three.end(1) == 1);
            // In place of node 2, which has everything; node 3 has nothing.
            Future<ReplicaFetchResponse<ReadResult>> waiting = fetch(three, 0);
            Future<ReplicaFetchResponse<ReadResult>> patient = fetch(three, ReplicaFetchRequest.Entry.NOBODY_WAITS);
            assertThat(waiting.isComplete()).isFalse();
            three.network.heal();
            TestCluster.get(written);

            await().atMost(TestCluster.PATIENCE).until(waiting::isComplete);
            ReplicaFetchResponse.Entry<ReadResult> told =
                    waiting.result().partitions().get(0);
            assertThat(told.highWatermark()).isEqualTo(1);
            assertThat(((Records<ReadResult>) told.outcome()).records().isEmpty())
                    .isTrue();
            assertThat(patient.isComplete()).isFalse();

            // It tells more than was known: at once.
            Future<ReplicaFetchResponse<ReadResult>> late = fetch(three, 0);
            await().atMost(TestCluster.PATIENCE).until(late::isComplete);
        }
    }

    private static Future<ReplicaFetchResponse<ReadResult>> fetch(TestCluster cluster, long knownHighWatermark) {
        int epoch = cluster.controller.partition().leaderEpoch();
        long broker = cluster.controller.image().brokers().get(2).epoch();
        return cluster.node(1)
                .service()
                .fetch(new ReplicaFetchRequest(
                        2,
                        broker,
                        20_000,
                        1,
                        1 << 20,
                        List.of(new ReplicaFetchRequest.Entry(
                                cluster.partition, epoch, 1, epoch, 0, 1 << 20, knownHighWatermark))));
    }
}
