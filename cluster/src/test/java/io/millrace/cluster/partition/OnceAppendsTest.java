package io.millrace.cluster.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.idempotence.IdempotencyConfig;
import io.millrace.cluster.idempotence.IdempotencyMark;
import io.millrace.cluster.idempotence.OnceOutcome;
import io.millrace.cluster.idempotence.OnceOutcome.Kind;
import io.millrace.cluster.record.NewRecord;
import io.millrace.cluster.record.RecordBatches;
import io.millrace.cluster.record.RecordHeader;
import io.vertx.core.Future;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Nodes 1 and 2 have replicas, 3 has none. The records have timestamps of long ago, as devices send them that were offline. */
@Timeout(120)
class OnceAppendsTest {

    private static final long WINDOW_MS = 900_000;

    @TempDir
    Path directory;

    private TestCluster cluster;
    private long laterMs;

    @BeforeEach
    void start() {
        cluster = new TestCluster(directory, 3, 2, 1);
        cluster.awaitInSync(1, 2);
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    private static void until(Callable<Boolean> condition) {
        await().atMost(TestCluster.PATIENCE).pollInterval(Duration.ofMillis(5)).until(condition);
    }

    private NewRecord record(String key, String value) {
        NewRecord plain = new NewRecord(1, null, value.getBytes(StandardCharsets.UTF_8), List.of());
        return IdempotencyMark.of("anonymous", key, 0, plain, Instant.now().toEpochMilli() + laterMs)
                .on(plain);
    }

    private Future<List<OnceOutcome>> send(int node, int timeoutMs, NewRecord... records) {
        OnceAppender anywhere = cluster.node(node)
                .anywhere()
                .once(cluster.network.once(cluster.node(node).service()));
        return anywhere.appendOnce(
                new AppendCommand(cluster.partition, RecordBatches.build(List.of(records), 1), Acks.ALL, timeoutMs));
    }

    private Future<List<OnceOutcome>> send(int node, String key, String value) {
        return send(node, 20_000, record(key, value));
    }

    private OnceOutcome sent(int node, String key, String value) {
        return TestCluster.get(send(node, key, value)).get(0);
    }

    @Test
    void whatIsSentAgainToWhateverNodeIsStoredOnceAndAnsweredWithItsFirstOffset() {
        cluster.append("before");
        assertThat(sent(3, "k", "a")).isEqualTo(new OnceOutcome(Kind.STORED, 1));
        for (int node = 1; node <= 3; node++) {
            assertThat(sent(node, "k", "a")).isEqualTo(new OnceOutcome(Kind.REPLAYED, 1));
        }
        assertThat(sent(1, "k2", "a")).isEqualTo(new OnceOutcome(Kind.STORED, 2));
        assertThat(cluster.values(1)).containsExactly("before", "a", "a");
    }

    @Test
    void anotherRecordWithTheSameKeyIsNotStored() {
        sent(1, "k", "a");
        assertThat(sent(3, "k", "b").kind()).isEqualTo(Kind.OTHER_RECORD);
        assertThat(cluster.values(1)).containsExactly("a");
    }

    @Test
    void ofSeveralRecordsOnlyThoseThatAreMissingAreStoredInTheirOrder() {
        sent(1, "k1", "b");
        List<OnceOutcome> outcomes = TestCluster.get(send(
                3,
                20_000,
                record("k0", "a"),
                record("k1", "b"),
                record("k2", "c"),
                record("k2", "c"),
                record("k0", "other"),
                record("k3", "d")));

        assertThat(outcomes)
                .containsExactly(
                        new OnceOutcome(Kind.STORED, 1),
                        new OnceOutcome(Kind.REPLAYED, 0),
                        new OnceOutcome(Kind.STORED, 2),
                        OnceOutcome.of(Kind.IN_PROGRESS),
                        OnceOutcome.of(Kind.OTHER_RECORD),
                        new OnceOutcome(Kind.STORED, 3));
        assertThat(cluster.values(1)).containsExactly("b", "a", "c", "d");
    }

    @Test
    void sentThroughAllNodesAtOnceItIsStoredOnce() {
        for (int round = 0; round < 50; round++) {
            List<Future<List<OnceOutcome>>> all = new ArrayList<>();
            for (int i = 0; i < 9; i++) {
                all.add(send(1 + i % 3, "k" + round, "v" + round));
            }
            List<Kind> kinds = all.stream()
                    .map(each -> TestCluster.get(each).get(0).kind())
                    .toList();
            assertThat(kinds).containsOnlyOnce(Kind.STORED).doesNotContain(Kind.OTHER_RECORD);
        }
        assertThat(cluster.values(1)).hasSize(50).doesNotHaveDuplicates();
    }

    @Test
    void aRequestThatIsNotAnsweredYetIsInProgressAndWhenItWasGivenUpTheNextOneWaitsForTheSameRecord() {
        sent(1, "first", "a");
        cluster.network.cut(2, 1);
        Future<List<OnceOutcome>> waiting = send(1, 500, record("k", "b"));
        until(() -> cluster.end(1) == 2);

        assertThat(sent(3, "k", "b").kind()).isEqualTo(Kind.IN_PROGRESS);
        assertThat(sent(3, "k", "other").kind()).isEqualTo(Kind.OTHER_RECORD);
        until(() -> {
            cluster.skip(100);
            cluster.node(1).service().expireDelayed();
            return waiting.isComplete();
        });
        assertThat(TestCluster.errorOf(waiting)).isEqualTo(ErrorCode.REQUEST_TIMED_OUT);
        Future<List<OnceOutcome>> again = send(3, "k", "b");
        cluster.network.heal();

        assertThat(TestCluster.get(again)).containsExactly(new OnceOutcome(Kind.REPLAYED, 1));
        assertThat(cluster.values(1)).containsExactly("a", "b");
    }

    @Test
    void whatALeaderWroteBeforeItDiedIsFoundByTheNextOneThoughNobodyHadAcknowledgedIt() {
        sent(3, "first", "a");
        // Node 2 gets the record, and node 1 does not hear that it has it.
        cluster.network.loseAfter(2, 1, () -> cluster.end(2) == 2);
        Future<List<OnceOutcome>> unanswered = send(1, "k", "b");
        until(() -> cluster.end(2) == 2);
        cluster.kill(1);
        assertThat(cluster.leader()).isEqualTo(2);

        assertThat(sent(3, "k", "b")).isEqualTo(new OnceOutcome(Kind.REPLAYED, 1));
        assertThat(sent(3, "first", "a")).isEqualTo(new OnceOutcome(Kind.REPLAYED, 0));
        assertThat(cluster.values(2)).containsExactly("a", "b");
        assertThat(unanswered.succeeded()).isFalse();
    }

    @Test
    void aRequestThroughAnotherNodeOutlivesItsLeader() {
        sent(3, "first", "a");
        cluster.network.loseAfter(2, 1, () -> cluster.end(2) == 2);
        Future<List<OnceOutcome>> underWay = send(3, "k", "b");
        until(() -> cluster.end(2) == 2);
        cluster.kill(1);

        assertThat(TestCluster.get(underWay)).extracting(OnceOutcome::offset).containsExactly(1L);
        assertThat(cluster.values(2)).containsExactly("a", "b");
    }

    @Test
    void anAnswerThatIsLostIsFetchedAgainAndTheRecordIsStoredOnce() {
        cluster.node(3).client().loseAnswers();
        Future<List<OnceOutcome>> underWay = send(3, "k", "a");
        until(() -> cluster.node(3).client().appends.get() > 2);
        cluster.node(3).client().findAnswers();

        assertThat(TestCluster.get(underWay)).containsExactly(new OnceOutcome(Kind.REPLAYED, 0));
        assertThat(cluster.values(1)).containsExactly("a");
    }

    @Test
    void whenNoAnswerComesInTimeTheOutcomeIsToldAsUnknown() {
        cluster.node(3).client().loseAnswers();

        assertThat(TestCluster.errorOf(send(3, 300, record("k", "a")))).isEqualTo(ErrorCode.REQUEST_TIMED_OUT);
        cluster.node(3).client().findAnswers();
        assertThat(sent(3, "k", "a")).isEqualTo(new OnceOutcome(Kind.REPLAYED, 0));
    }

    @Test
    void keysSurviveRestartsOfAllNodes() {
        for (int i = 0; i < 100; i++) {
            sent(1, "k" + i, "v" + i);
        }
        cluster.restartUnnoticed(1);
        cluster.restartUnnoticed(2);
        for (int i = 0; i < 100; i++) {
            assertThat(sent(3, "k" + i, "v" + i)).isEqualTo(new OnceOutcome(Kind.REPLAYED, i));
        }
        assertThat(sent(3, "k7", "other").kind()).isEqualTo(Kind.OTHER_RECORD);
    }

    @Test
    void afterTheWindowAKeyIsNewAgainAlsoForANextLeader() {
        sent(1, "k", "a");
        later(WINDOW_MS - 60_000);
        assertThat(sent(1, "k", "a").kind()).isEqualTo(Kind.REPLAYED);
        later(120_000);
        assertThat(sent(1, "k", "a")).isEqualTo(new OnceOutcome(Kind.STORED, 1));
        until(() -> cluster.end(2) == 2);
        touchFiles();
        cluster.elect(2);
        assertThat(sent(1, "k", "a")).isEqualTo(new OnceOutcome(Kind.REPLAYED, 1));
        later(WINDOW_MS + 1);
        cluster.elect(1);
        assertThat(sent(1, "k", "a")).isEqualTo(new OnceOutcome(Kind.STORED, 2));
    }

    /** The clock of the file system does not skip. */
    private void touchFiles() {
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                Files.setLastModifiedTime(file, FileTime.from(Instant.now().plusMillis(laterMs)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void later(long ms) {
        laterMs += ms;
        cluster.network.skip(ms);
    }

    @Test
    void aNodeRemembersNoMoreKeysThanItMayAndRefusesNewOnesUntilOldOnesAreForgotten() {
        cluster.network.idempotency(new IdempotencyConfig(WINDOW_MS, 3));
        cluster.restartUnnoticed(1);
        cluster.restartUnnoticed(2);
        for (String key : List.of("a", "b", "c")) {
            sent(1, key, key);
        }
        assertThat(TestCluster.errorOf(send(3, "d", "d"))).isEqualTo(ErrorCode.THROTTLING_QUOTA_EXCEEDED);
        assertThat(sent(3, "b", "b").kind()).isEqualTo(Kind.REPLAYED);
        assertThat(cluster.network.once(cluster.node(1).service()).remembered()).isEqualTo(3);
        later(WINDOW_MS);
        cluster.network.once(cluster.node(1).service()).expire();
        assertThat(cluster.network.once(cluster.node(1).service()).remembered()).isZero();
        assertThat(sent(3, "d", "d").kind()).isEqualTo(Kind.STORED);
    }

    @Test
    void aLeaderThatHasNoRoomForAllKeysOfTheLogDoesNotTakeAForgottenOneForNew() {
        for (int i = 0; i < 10; i++) {
            sent(1, "k" + i, "v");
            later(WINDOW_MS / 20);
        }
        cluster.network.idempotency(new IdempotencyConfig(WINDOW_MS, 5));
        cluster.restartUnnoticed(1);
        cluster.restartUnnoticed(2);

        assertThat(TestCluster.errorOf(send(1, "k0", "v"))).isEqualTo(ErrorCode.THROTTLING_QUOTA_EXCEEDED);
        assertThat(sent(1, "k9", "v")).isEqualTo(new OnceOutcome(Kind.REPLAYED, 9));
        later(WINDOW_MS);
        assertThat(sent(1, "new", "v").kind()).isEqualTo(Kind.STORED);
    }

    @Test
    void tooFewReplicasInSyncStoreNothing() {
        cluster.close();
        cluster = new TestCluster(directory.resolve("two"), 2, 2);
        cluster.awaitInSync(1, 2);
        sent(1, "k", "a");
        cluster.kill(2);

        assertThat(TestCluster.errorOf(send(1, 300, record("k2", "b")))).isEqualTo(ErrorCode.NOT_ENOUGH_REPLICAS);
        assertThat(TestCluster.errorOf(send(1, 300, record("k", "a")))).isEqualTo(ErrorCode.NOT_ENOUGH_REPLICAS);
        assertThat(cluster.stored(1)).containsExactly("a");
        cluster.start(2);
        cluster.awaitInSync(1, 2);
        assertThat(sent(1, "k2", "b").kind()).isEqualTo(Kind.STORED);
    }

    @Test
    void aRecordWithoutAMarkIsRefused() {
        NewRecord plain = new NewRecord(1, null, new byte[1], List.of(new RecordHeader(IdempotencyMark.HEADER, null)));
        sent(1, "k", "a");

        assertThatThrownBy(() -> TestCluster.get(send(1, 1_000, plain))).hasMessageContaining("without the mark");
    }
}
