package io.millrace.cluster.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.replication.ReplicaFetchRequest;
import io.millrace.cluster.replication.ReplicaFetchResponse;
import io.millrace.cluster.replication.ReplicaFetchResponse.Entry;
import io.millrace.cluster.replication.ReplicaFetchResponse.Records;
import io.millrace.cluster.session.SessionStep;
import io.millrace.storage.ReadResult;
import io.millrace.storage.TopicPartition;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a leader remembers for a follower, and what it must not forget to say. The test stands in for node 2. */
class ReplicaSessionTest {

    @TempDir
    Path directory;

    private TestCluster cluster;

    @BeforeEach
    void start() {
        cluster = new TestCluster(directory, 2, 1);
        cluster.awaitInSync(1, 2);
        cluster.network.cut(2, 1);
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    @Test
    void anAnswerHoldsOnlyWhatIsNew() {
        SessionStep session = open(0);
        assertThat(fetch(session, 0, List.of()).partitions()).isEmpty();

        Future<ReplicaFetchResponse<ReadResult>> waiting = send(session.next(), 20_000, List.of(), List.of());
        cluster.append(1, "a", Acks.LEADER);
        await().atMost(TestCluster.PATIENCE).until(waiting::isComplete);
        assertThat(sizeOf(only(waiting.result()))).isPositive();

        // The offset says that it has the record: the high watermark moves, which is news at the end of the wait.
        Entry<ReadResult> moved = only(fetch(session.next().next(), 0, List.of(asking(1))));
        assertThat(sizeOf(moved)).isZero();
        assertThat(moved.highWatermark()).isEqualTo(1);
        SessionStep quiet = session.next().next().next();
        assertThat(fetch(quiet, 0, List.of()).partitions()).isEmpty();
    }

    @Test
    void whatAnAnswerSaidThatWasLostIsSaidAgainInTheNextSession() {
        SessionStep session = open(0);
        cluster.append(1, "a", Acks.LEADER);
        await().atMost(TestCluster.PATIENCE).until(() -> cluster.end(1) == 1);
        only(fetch(session, 0, List.of()));
        only(fetch(session.next(), 0, List.of(asking(1))));

        // The high watermark of that last answer never arrived.
        Entry<ReadResult> again = only(fetch(session.next().reopened(), 0, List.of(asking(1))));
        assertThat(again.highWatermark()).isEqualTo(1);
        assertThat(fetch(session.next().next(), 0, List.of()).error()).isEqualTo(ErrorCode.FETCH_SESSION_ID_NOT_FOUND);
    }

    @Test
    void aRequestThatComesTwiceIsRefusedAndSaysNothing() {
        SessionStep session = open(0);
        cluster.append(1, "a", Acks.LEADER);
        await().atMost(TestCluster.PATIENCE).until(() -> cluster.end(1) == 1);
        fetch(session, 0, List.of());

        assertThat(fetch(session, 0, List.of(asking(1))).error()).isEqualTo(ErrorCode.INVALID_FETCH_SESSION_EPOCH);
        assertThat(cluster.highWatermark(1)).isZero();
    }

    @Test
    void recordsThatHadNoEffectAreSentAgain() {
        SessionStep session = open(0);
        cluster.append(1, "a", Acks.LEADER);
        await().atMost(TestCluster.PATIENCE).until(() -> cluster.end(1) == 1);

        assertThat(sizeOf(only(fetch(session, 0, List.of())))).isPositive();
        assertThat(sizeOf(only(fetch(session.next(), 0, List.of())))).isPositive();
    }

    @Test
    void whatIsForgottenIsNotWatchedAnyMore() {
        SessionStep session = open(0);
        Future<ReplicaFetchResponse<ReadResult>> forgetting = send(session, 0, List.of(), List.of(cluster.partition));
        await().atMost(TestCluster.PATIENCE).until(forgetting::isComplete);
        cluster.append(1, "a", Acks.LEADER);
        await().atMost(TestCluster.PATIENCE).until(() -> cluster.end(1) == 1);

        assertThat(fetch(session.next(), 0, List.of()).partitions()).isEmpty();
    }

    @Test
    void whoSaysNothingNewForLongIsStillInSyncWhenTheNextRecordComes() {
        SessionStep session = open(0);
        cluster.skip(30_000);
        fetch(session, 0, List.of());
        cluster.append(1, "a", Acks.LEADER);
        await().atMost(TestCluster.PATIENCE).until(() -> cluster.end(1) == 1);

        cluster.node(1).service().checkInSync();
        assertThat(cluster.controller.partition().isr()).containsExactly(1, 2);
        // It has asked for nothing since.
        cluster.skip(30_000);
        cluster.node(1).service().checkInSync();
        await().atMost(TestCluster.PATIENCE)
                .until(() -> cluster.controller.partition().isr().equals(List.of(1)));
    }

    @Test
    void aSessionThatGoesOnSaysNothingOfAPartitionThatHasLeftIt() {
        SessionStep session = open(0);
        TestCluster.get(send(session, 0, List.of(), List.of(cluster.partition)));
        cluster.append(1, "a", Acks.LEADER);
        await().atMost(TestCluster.PATIENCE).until(() -> cluster.end(1) == 1);
        for (int i = 0; i < 6; i++) {
            cluster.skip(5_000);
            session = session.next();
            fetch(session, 0, List.of());
        }

        cluster.node(1).service().checkInSync();
        await().atMost(TestCluster.PATIENCE)
                .until(() -> cluster.controller.partition().isr().equals(List.of(1)));
    }

    @Test
    void whoSaysSomethingElseAfterAQuietTimeKeepsWhatItHadByWaiting() {
        SessionStep session = open(0);
        cluster.skip(30_000);
        fetch(session, 0, List.of());
        TestCluster.get(send(session.next(), 0, List.of(), List.of(cluster.partition)));
        cluster.append(1, "a", Acks.LEADER);
        await().atMost(TestCluster.PATIENCE).until(() -> cluster.end(1) == 1);
        fetch(session.next().next(), 0, List.of(asking(0)));

        cluster.node(1).service().checkInSync();
        assertThat(cluster.controller.partition().isr()).containsExactly(1, 2);
    }

    @Test
    void whoWasTakenOutOfTheInSyncReplicasJoinsAgainThoughTheLogHasNotGrown() {
        SessionStep session = open(0);
        cluster.fence(2);
        cluster.publish();
        assertThat(cluster.controller.partition().isr()).containsExactly(1);
        long epoch = cluster.controller.register(2);
        cluster.publish();

        // The process is the same, and so is its session; only what it is registered as is another.
        SessionStep again = step(TestCluster.get(send(SessionStep.FIRST, 0, epoch, List.of(asking(0)), List.of())));
        assertThat(again.id()).isNotEqualTo(session.id());
        await().atMost(TestCluster.PATIENCE)
                .until(() -> cluster.controller.partition().isr().equals(List.of(1, 2)));
    }

    @Test
    void theStartOfTheLogIsToldThoughNothingElseMoved() {
        SessionStep session = open(0);
        cluster.append(1, "a", Acks.LEADER);
        await().atMost(TestCluster.PATIENCE).until(() -> cluster.end(1) == 1);
        fetch(session, 0, List.of());
        fetch(session.next(), 0, List.of(asking(1)));
        SessionStep quiet = session.next().next();
        fetch(quiet, 0, List.of());

        TestCluster.get(cluster.node(1).service().deleteRecords(cluster.partition, 1));
        assertThat(only(fetch(quiet.next(), 0, List.of())).logStartOffset()).isEqualTo(1);
    }

    private SessionStep open(long offset) {
        return step(fetch(SessionStep.FIRST, 0, List.of(asking(offset))));
    }

    private static SessionStep step(ReplicaFetchResponse<ReadResult> opened) {
        assertThat(opened.error()).isEqualTo(ErrorCode.NONE);
        assertThat(opened.sessionId()).isNotEqualTo(SessionStep.NO_ID);
        only(opened);
        return new SessionStep(opened.sessionId(), 1);
    }

    private ReplicaFetchResponse<ReadResult> fetch(
            SessionStep step, int maxWaitMs, List<ReplicaFetchRequest.Entry> changed) {
        return TestCluster.get(send(step, maxWaitMs, changed, List.of()));
    }

    private Future<ReplicaFetchResponse<ReadResult>> send(
            SessionStep step, int maxWaitMs, List<ReplicaFetchRequest.Entry> changed, List<TopicPartition> forgotten) {
        long epoch = cluster.controller.image().brokers().get(2).epoch();
        return send(step, maxWaitMs, epoch, changed, forgotten);
    }

    private Future<ReplicaFetchResponse<ReadResult>> send(
            SessionStep step,
            int maxWaitMs,
            long brokerEpoch,
            List<ReplicaFetchRequest.Entry> changed,
            List<TopicPartition> forgotten) {
        return cluster.node(1)
                .service()
                .fetch(new ReplicaFetchRequest(2, brokerEpoch, step, maxWaitMs, 1, 1 << 20, changed, forgotten))
                .onSuccess(answer -> answer.partitions().forEach(each -> {
                    if (each.outcome() instanceof Records<ReadResult> records) {
                        records.records().close();
                    }
                }));
    }

    private ReplicaFetchRequest.Entry asking(long offset) {
        int epoch = cluster.controller.partition().leaderEpoch();
        return new ReplicaFetchRequest.Entry(cluster.partition, epoch, offset, offset == 0 ? -1 : epoch, 0, 1 << 20);
    }

    private static int sizeOf(Entry<ReadResult> entry) {
        return ((Records<ReadResult>) entry.outcome()).records().sizeBytes();
    }

    private static Entry<ReadResult> only(ReplicaFetchResponse<ReadResult> response) {
        assertThat(response.partitions()).hasSize(1);
        return response.partitions().get(0);
    }
}
