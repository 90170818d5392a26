package io.millrace.cluster.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.millrace.cluster.ClusterConfig;
import io.millrace.cluster.ClusterNode;
import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.metadata.NewTopic;
import io.millrace.cluster.partition.FetchCommand.FetchPartition;
import io.millrace.cluster.partition.RecordAppender.AppendedRecord;
import io.millrace.cluster.record.NewRecord;
import io.millrace.cluster.record.RecordBatches;
import io.millrace.storage.AppendResult;
import io.millrace.storage.ReadResult;
import io.millrace.storage.StorageConfig;
import io.millrace.storage.StorageMetrics;
import io.millrace.storage.TimestampOffset;
import io.millrace.storage.TopicPartition;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalPartitionServiceTest {

    @TempDir
    Path directory;

    private final Vertx vertx = Vertx.vertx();
    private final AtomicInteger fsyncs = new AtomicInteger();

    /** Keeps a shard behind an fsync until it is counted down. */
    private volatile CountDownLatch fsyncsHeld = new CountDownLatch(0);

    private ClusterNode node;
    private TopicPartition first;
    private TopicPartition second;

    @BeforeEach
    void start() {
        node = open();
        get(node.controller().createTopic(new NewTopic("t", 2, 1, Map.of()), false));
        first = node.partitions().partition("t", 0).orElseThrow();
        second = node.partitions().partition("t", 1).orElseThrow();
    }

    @AfterEach
    void stop() {
        get(node.stop());
        get(vertx.close());
    }

    @Test
    void whatIsAcknowledgedCanBeReadAtOnce() throws IOException {
        AppendResult result = append(first, "a", "b");

        assertThat(result.baseOffset()).isZero();
        assertThat(result.lastOffset()).isEqualTo(1);
        assertThat(node.partitions().offsets(first).highWatermark()).isEqualTo(2);
        assertThat(values(get(node.partitions().read(first, 0, 1 << 20, Isolation.READ_UNCOMMITTED))))
                .containsExactly("a", "b");
    }

    @Test
    void acknowledgedRecordsAreThereAfterARestart() throws IOException {
        append(first, "a");
        append(second, "b");
        get(node.stop());
        node = open();

        assertThat(node.partitions().partition("t", 0)).contains(first);
        assertThat(values(get(node.partitions().read(first, 0, 1 << 20, Isolation.READ_UNCOMMITTED))))
                .containsExactly("a");
        assertThat(append(second, "c").baseOffset()).isEqualTo(1);
    }

    private void deleteJournals() throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("journal"))) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
    }

    @Test
    void aDamagedPartitionIsRefusedAndTheOthersAreServed() throws IOException {
        append(first, "a", "b");
        append(first, "c");
        append(second, "d");
        get(node.stop());
        Path file = directory.resolve("t-0").resolve("00000000000000000000.log");
        byte[] bytes = Files.readAllBytes(file);
        bytes[70] ^= 1;
        Files.write(file, bytes);
        Files.delete(directory.resolve("clean-shutdown"));
        Files.deleteIfExists(directory.resolve("recovery-points"));
        // Otherwise the records would be written again from there.
        deleteJournals();

        node = open();

        assertThatThrownBy(() -> append(first, "x"))
                .isInstanceOfSatisfying(
                        MillraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.KAFKA_STORAGE_ERROR));
        assertThat(values(get(node.partitions().read(second, 0, 1 << 20, Isolation.READ_UNCOMMITTED))))
                .containsExactly("d");
        assertThat(Files.readAllBytes(file)).isEqualTo(bytes);
    }

    @Test
    void answersComeOnTheContextOfTheCaller() {
        Context context = vertx.getOrCreateContext();
        CompletableFuture<Context> answeredOn = new CompletableFuture<>();
        context.runOnContext(v -> node.partitions()
                .append(command(first, "a"))
                .onComplete(done -> answeredOn.complete(Vertx.currentContext())));
        assertThat(answeredOn).succeedsWithin(10, TimeUnit.SECONDS).isEqualTo(context);
    }

    @Test
    void aFetchReturnsWhatThereIsInTheOrderAsked() throws IOException {
        append(first, "a");
        append(second, "b");
        List<FetchedPartition> fetched = get(node.partitions().fetch(fetch(0, 1, second, first)));

        assertThat(values(fetched.get(0).records())).containsExactly("b");
        assertThat(values(fetched.get(1).records())).containsExactly("a");
    }

    @Test
    void aParkedFetchIsAnsweredByTheNextAppend() throws IOException {
        Future<List<FetchedPartition>> fetched = node.partitions().fetch(fetch(60_000, 1, first, second));
        append(second, "late");

        assertThat(values(get(fetched).get(1).records())).containsExactly("late");
    }

    @Test
    void aParkedFetchIsAnsweredWithNothingWhenItsTimeIsUp() {
        List<FetchedPartition> fetched = get(node.partitions().fetch(fetch(50, 1, first)));
        assertThat(fetched.get(0).error()).isEqualTo(ErrorCode.NONE);
        assertThat(fetched.get(0).records().isEmpty()).isTrue();
        assertThat(fetched.get(0).offsets().highWatermark()).isZero();
    }

    @Test
    void aFetchWaitsForAsManyBytesAsItAskedFor() throws IOException {
        append(first, "little");
        Future<List<FetchedPartition>> fetched = node.partitions().fetch(fetch(60_000, 5_000, first));
        assertThat(fetched.isComplete()).isFalse();
        append(first, "x".repeat(10_000));

        assertThat(values(get(fetched).get(0).records())).hasSize(2);
    }

    @Test
    void anErrorOfOnePartitionIsAnsweredAtOnceAndDoesNotHideTheOthers() throws IOException {
        append(second, "b");
        FetchCommand command = new FetchCommand(
                List.of(new FetchPartition(first, 17, 1 << 20, -1), new FetchPartition(second, 0, 1 << 20, -1)),
                60_000,
                1 << 20,
                1 << 20,
                Isolation.READ_UNCOMMITTED);
        List<FetchedPartition> fetched = get(node.partitions().fetch(command));

        assertThat(fetched.get(0).error()).isEqualTo(ErrorCode.OFFSET_OUT_OF_RANGE);
        assertThat(values(fetched.get(1).records())).containsExactly("b");
    }

    @Test
    void staleAndFutureLeaderEpochsAreRefused() {
        for (var expected : Map.of(1, ErrorCode.UNKNOWN_LEADER_EPOCH).entrySet()) {
            FetchCommand command = new FetchCommand(
                    List.of(new FetchPartition(first, 0, 1 << 20, expected.getKey())),
                    0,
                    1,
                    1 << 20,
                    Isolation.READ_UNCOMMITTED);
            assertThat(get(node.partitions().fetch(command)).get(0).error()).isEqualTo(expected.getValue());
        }
    }

    @Test
    void aDeletedTopicWakesItsWaitersAndIsUnknownFromThenOn() {
        Future<List<FetchedPartition>> parked = node.partitions().fetch(fetch(60_000, 1, first));
        get(node.controller().deleteTopic(first.topicId()));

        assertThat(get(parked).get(0).error()).isEqualTo(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
        assertThatThrownBy(() -> append(first, "a"))
                .isInstanceOfSatisfying(
                        MillraceException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION));
    }

    @Test
    void aWatchIsToldOfEveryMovementUntilItIsCancelled() {
        AtomicInteger told = new AtomicInteger();
        Watch watch = node.partitions().watch(first, 0, told::incrementAndGet);
        append(first, "a");
        await().untilAsserted(() -> assertThat(told).hasValue(1));
        append(first, "b");
        await().untilAsserted(() -> assertThat(told).hasValue(2));
        watch.cancel();
        append(first, "c");
        assertThat(told).hasValue(2);
    }

    @Test
    void aWatchThatIsLateIsToldAtOnce() {
        append(first, "a");
        AtomicInteger told = new AtomicInteger();
        node.partitions().watch(first, 0, told::incrementAndGet);
        assertThat(told).hasValue(1);
    }

    @Test
    void recordsAreFoundByTime() {
        NewRecord early = new NewRecord(100, null, bytes("a"), List.of());
        NewRecord late = new NewRecord(200, null, bytes("b"), List.of());
        get(node.partitions()
                .append(new AppendCommand(first, RecordBatches.build(List.of(early, late), 0), Acks.ALL, 10_000)));

        assertThat(get(node.partitions().findByTimestamp(first, 101, Isolation.READ_UNCOMMITTED)))
                .map(TimestampOffset::offset)
                .contains(1L);
        assertThat(get(node.partitions().findByTimestamp(first, 201, Isolation.READ_UNCOMMITTED)))
                .isEmpty();
        assertThat(get(node.partitions().findMaxTimestamp(first, Isolation.READ_UNCOMMITTED)))
                .map(TimestampOffset::timestampMs)
                .contains(200L);
    }

    @Test
    void deletedRecordsAreNotReadableAndMayNotBeInTheFuture() {
        append(first, "a", "b", "c");
        assertThat(get(node.partitions().deleteRecords(first, 2))).isEqualTo(2);
        assertThat(node.partitions().offsets(first).logStartOffset()).isEqualTo(2);
        assertThatThrownBy(() -> get(node.partitions().deleteRecords(first, 9)))
                .hasMessageContaining("high watermark 3");
    }

    @Test
    void singleRecordsThatComeTogetherShareBatchesAndFsyncsAndKeepTheirOrder() throws IOException {
        int count = 2_000;
        fsyncs.set(0);
        // A disk that is quicker than whoever appends would leave them nothing to share.
        CountDownLatch allAreAppended = new CountDownLatch(1);
        fsyncsHeld = allAreAppended;
        List<Future<AppendedRecord>> answers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            answers.add(node.appender()
                    .append(first, new NewRecord(-1, null, bytes("r" + i), List.of()), Acks.ALL, 10_000));
        }
        allAreAppended.countDown();
        get(Future.all(answers));

        for (int i = 0; i < count; i++) {
            assertThat(answers.get(i).result().offset()).isEqualTo(i);
        }
        assertThat(fsyncs.get()).isLessThan(count / 10);
        List<String> read = new ArrayList<>();
        while (read.size() < count) {
            read.addAll(values(get(node.partitions().read(first, read.size(), 1 << 20, Isolation.READ_UNCOMMITTED))));
        }
        assertThat(read.get(1234)).isEqualTo("r1234");
    }

    @Test
    void aSingleRecordThatIsTooLargeIsRefusedWithTheLimit() {
        NewRecord large = new NewRecord(-1, null, new byte[2_000_000], List.of());
        assertThatThrownBy(() -> get(node.appender().append(first, large, Acks.ALL, 1000)))
                .isInstanceOfSatisfying(
                        MillraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.MESSAGE_TOO_LARGE))
                .hasMessageContaining("1048588");
    }

    @Test
    void keysGoToTheSamePartitionAsWithKafkasProducer() {
        for (String key : List.of("dev-7", "", "größe")) {
            assertThat(node.partitioner().partitionFor(bytes(key), 7))
                    .isEqualTo(BuiltInPartitioner.partitionForKey(bytes(key), 7));
        }
    }

    private ClusterNode open() {
        StorageMetrics metrics = new StorageMetrics() {
            @Override
            public void fsynced(long nanos) {
                fsyncs.incrementAndGet();
                try {
                    assertThat(fsyncsHeld.await(20, TimeUnit.SECONDS)).isTrue();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
        };
        StorageConfig defaults = StorageConfig.defaults(directory);
        return get(ClusterNode.startAlone(vertx, ClusterConfig.defaults(defaults), Clock.systemUTC(), metrics));
    }

    private AppendResult append(TopicPartition partition, String... values) {
        return get(node.partitions().append(command(partition, values)));
    }

    private static AppendCommand command(TopicPartition partition, String... values) {
        List<NewRecord> records = new ArrayList<>();
        for (String value : values) {
            records.add(new NewRecord(-1, null, bytes(value), List.of()));
        }
        return new AppendCommand(partition, RecordBatches.build(records, 1), Acks.ALL, 10_000);
    }

    private static FetchCommand fetch(int maxWaitMs, int minBytes, TopicPartition... partitions) {
        List<FetchPartition> asked = new ArrayList<>();
        for (TopicPartition partition : partitions) {
            asked.add(new FetchPartition(partition, 0, 1 << 20, -1));
        }
        return new FetchCommand(asked, maxWaitMs, minBytes, 1 << 20, Isolation.READ_UNCOMMITTED);
    }

    private static List<String> values(ReadResult result) throws IOException {
        List<String> values = new ArrayList<>();
        try (result) {
            RecordBatches.forEach(
                    result.toBuffer(), 0, record -> values.add(new String(record.value(), StandardCharsets.UTF_8)));
        }
        return values;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static <T> T get(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        } catch (Exception e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new AssertionError(e);
        }
    }
}
