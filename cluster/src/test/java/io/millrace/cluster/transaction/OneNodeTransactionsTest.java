package io.millrace.cluster.transaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.millrace.cluster.ClusterConfig;
import io.millrace.cluster.ClusterNode;
import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.metadata.InternalTopics;
import io.millrace.cluster.metadata.NewTopic;
import io.millrace.cluster.partition.Acks;
import io.millrace.cluster.partition.AppendCommand;
import io.millrace.cluster.partition.Isolation;
import io.millrace.cluster.partition.ProducerTransaction;
import io.millrace.cluster.record.NewRecord;
import io.millrace.cluster.record.RecordBatches;
import io.millrace.storage.ReadResult;
import io.millrace.storage.StorageConfig;
import io.millrace.storage.StorageMetrics;
import io.millrace.storage.TopicPartition;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The coordinator, the markers and the readers of transactions, put together on a real node. {@link TransactionMutationTest} needs it. */
class OneNodeTransactionsTest {

    private static final String ID = "id";
    private static final int TIMEOUT_MS = 60_000;
    private static final int VERSION = TransactionMetadata.EPOCH_PER_TRANSACTION;
    private static final Set<TransactionPartition> PARTITION = Set.of(new TransactionPartition("t", 0));

    @TempDir
    Path directory;

    private final Vertx vertx = Vertx.vertx();
    private final HandSetClock clock = new HandSetClock();
    private ClusterNode node;
    private TransactionCoordinator coordinator;
    private TopicPartition partition;

    @BeforeEach
    void start() {
        ClusterConfig defaults = ClusterConfig.defaults(StorageConfig.defaults(directory));
        ClusterConfig config = defaults.withGroups(defaults.groups().with(1, 0))
                .withTransactions(new TransactionSettings(
                        1, TIMEOUT_MS, Duration.ofDays(7).toMillis()));
        node = get(ClusterNode.startAlone(vertx, config, clock, StorageMetrics.NONE));
        coordinator = node.transactions().coordinator();
        get(node.controller().createTopic(new NewTopic("t", 1, 1, Map.of()), false));
        partition = node.partitions().partition("t", 0).orElseThrow();
        get(coordinator.find(ID));
        eventually().until(() -> coordinator.list().isEmpty());
    }

    @AfterEach
    void stop() {
        get(node.stop());
        get(vertx.close());
    }

    @Test
    void whatIsOpenIsNotReadAndWhatWasAbortedNeverIs() throws IOException {
        ProducerIdentity producer = begin();
        append(producer, 0, "aborted");
        appendPlain("plain");
        assertThat(committed()).isEmpty();

        ProducerIdentity next = get(coordinator.endTransaction(ID, producer, false, VERSION));
        eventually().untilAsserted(() -> assertThat(committed()).containsExactly("plain"));
        add(next);
        append(next, 0, "kept");
        get(coordinator.endTransaction(ID, next, true, VERSION));
        eventually().untilAsserted(() -> assertThat(committed()).containsExactly("plain", "kept"));
        assertThat(read(Isolation.READ_UNCOMMITTED)).containsExactly("aborted", "plain", "kept");
    }

    @Test
    void aProducerThatWasReplacedMayDoNothingMore() {
        ProducerIdentity old = init();
        ProducerIdentity present = begin();
        assertThat(present.producerId()).isEqualTo(old.producerId());

        assertFails(ErrorCode.PRODUCER_FENCED, () -> get(coordinator.addPartitions(ID, old, PARTITION, VERSION)));
        assertFails(ErrorCode.PRODUCER_FENCED, () -> get(coordinator.endTransaction(ID, old, true, VERSION)));
        assertFails(ErrorCode.PRODUCER_FENCED, () -> coordinator.verify(ID, old, PARTITION));
    }

    @Test
    void aProducerThatBeginsHasWhatTheOneBeforeLeftAborted() throws IOException {
        ProducerIdentity old = begin();
        append(old, 0, "left");
        assertFails(ErrorCode.CONCURRENT_TRANSACTIONS, this::init);

        eventually()
                .ignoreExceptionsMatching(failure -> failure instanceof MillraceException)
                .until(() -> init().epoch() > old.epoch() + 1);
        appendPlain("plain");
        assertThat(committed()).containsExactly("plain");
        assertFails(ErrorCode.INVALID_PRODUCER_EPOCH, () -> append(old, 1, "late"));
    }

    @Test
    void aPartitionThatWasNotAddedTakesNothingOfATransaction() {
        ProducerIdentity producer = init();

        assertFails(
                ErrorCode.INVALID_TXN_STATE,
                () -> get(node.partitions()
                        .append(new AppendCommand(
                                partition,
                                batch(producer, 0, "lost"),
                                Acks.ALL,
                                5_000,
                                new ProducerTransaction(ID, false),
                                AppendCommand.ANY_EPOCH))));
    }

    @Test
    void aTransactionThatTakesLongerThanItsProducerSaidIsAborted() throws IOException {
        append(begin(), 0, "slow");
        appendPlain("plain");
        clock.forward(Duration.ofMillis(TIMEOUT_MS));
        coordinator.expire();
        assertThat(state()).isEqualTo(TransactionState.ONGOING);

        clock.forward(Duration.ofMillis(1));
        coordinator.expire();
        eventually().until(() -> state() == TransactionState.COMPLETE_ABORT);
        assertThat(committed()).containsExactly("plain");
    }

    @Test
    void anIdThatIsNotUsedForLongIsForgotten() {
        begin();
        clock.forward(Duration.ofDays(7));
        coordinator.expire();
        assertThat(state()).as("open, and too long").isNotNull();
        eventually().until(() -> state() == TransactionState.COMPLETE_ABORT);

        clock.forward(Duration.ofDays(7).plusMillis(1));
        coordinator.expire();
        eventually().untilAsserted(() -> assertFails(ErrorCode.TRANSACTIONAL_ID_NOT_FOUND, this::state));
    }

    @Test
    void whatAnotherOutcomeWasDecidedForCannotBeEndedOtherwise() {
        ProducerIdentity producer = begin();
        get(coordinator.endTransaction(ID, producer, true, VERSION));
        eventually().until(() -> state() == TransactionState.COMPLETE_COMMIT);

        assertThat(get(coordinator.endTransaction(ID, producer, true, VERSION)).epoch())
                .as("the same once more, because the answer was lost")
                .isEqualTo((short) (producer.epoch() + 1));
        assertFails(ErrorCode.INVALID_TXN_STATE, () -> get(coordinator.endTransaction(ID, producer, false, VERSION)));
    }

    /** With an epoch for each transaction a marker that comes again would end the next one. */
    @Test
    void aMarkerThatComesAgainDoesNotEndTheNextTransaction() {
        ProducerIdentity producer = begin();
        append(producer, 0, "a");
        ProducerIdentity next = get(coordinator.endTransaction(ID, producer, true, VERSION));
        eventually().until(() -> state() == TransactionState.COMPLETE_COMMIT);
        add(next);
        append(next, 0, "b");

        EndMarker again = new EndMarker(next.producerId(), next.epoch(), 0, true, VERSION);
        assertFails(
                ErrorCode.INVALID_PRODUCER_EPOCH,
                () -> get(node.transactions().markers().write(new TransactionPartition("t", 0), again)));
        assertThat(state()).isEqualTo(TransactionState.ONGOING);
    }

    @Test
    void markersInCommittedOffsetsAreWrittenByWhoKeepsThese() {
        get(node.groups().coordinatorOf("any"));
        List<Integer> told = new ArrayList<>();
        node.transactions().markers().transactionalOffsets((number, marker) -> {
            told.add(number);
            return Future.succeededFuture();
        });
        MarkerWriter markers = node.transactions().markers();
        EndMarker marker = new EndMarker(7, (short) 0, 0, true, VERSION);

        get(markers.write(new TransactionPartition(InternalTopics.CONSUMER_OFFSETS, 0), marker));
        assertThat(told).containsExactly(0);
        assertFails(
                ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                () -> get(markers.write(new TransactionPartition("nowhere", 0), marker)));
    }

    private ProducerIdentity init() {
        return get(coordinator.initProducerId(ID, TIMEOUT_MS, ProducerIdentity.NONE));
    }

    private ProducerIdentity begin() {
        ProducerIdentity producer = init();
        add(producer);
        return producer;
    }

    private void add(ProducerIdentity producer) {
        eventually()
                .ignoreExceptionsMatching(failure -> failure instanceof MillraceException refused
                        && refused.code() == ErrorCode.CONCURRENT_TRANSACTIONS)
                .until(() -> {
                    get(coordinator.addPartitions(ID, producer, PARTITION, VERSION));
                    return true;
                });
    }

    private void append(ProducerIdentity producer, int sequence, String value) {
        get(node.partitions()
                .append(new AppendCommand(
                        partition,
                        batch(producer, sequence, value),
                        Acks.ALL,
                        5_000,
                        new ProducerTransaction(ID, true),
                        AppendCommand.ANY_EPOCH)));
    }

    private static ByteBuffer batch(ProducerIdentity producer, int sequence, String value) {
        return MemoryRecords.withTransactionalRecords(
                        Compression.NONE,
                        producer.producerId(),
                        producer.epoch(),
                        sequence,
                        new SimpleRecord(value.getBytes(StandardCharsets.UTF_8)))
                .buffer();
    }

    private void appendPlain(String value) {
        NewRecord record = new NewRecord(-1, null, value.getBytes(StandardCharsets.UTF_8), List.of());
        get(node.partitions()
                .append(new AppendCommand(partition, RecordBatches.build(List.of(record), 1), Acks.ALL, 5_000)));
    }

    private List<String> committed() throws IOException {
        return read(Isolation.READ_COMMITTED);
    }

    private List<String> read(Isolation isolation) throws IOException {
        List<String> values = new ArrayList<>();
        try (ReadResult result = get(node.partitions().read(partition, 0, 1 << 20, isolation))) {
            RecordBatches.forEach(
                    result.toBuffer(), 0, record -> values.add(new String(record.value(), StandardCharsets.UTF_8)));
        }
        return values;
    }

    private TransactionState state() {
        return coordinator.describe(ID).state();
    }

    private static ConditionFactory eventually() {
        return await().atMost(Duration.ofSeconds(20));
    }

    private static void assertFails(ErrorCode code, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        MillraceException.class,
                        failure -> assertThat(failure.code()).isEqualTo(code));
    }

    private static <T> T get(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new AssertionError(e);
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    /** Stands still until it is moved. */
    private static final class HandSetClock extends Clock {

        private volatile Instant now = Instant.now();

        void forward(Duration by) {
            now = now.plus(by);
        }

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }
}
