package io.millrace.server.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.millrace.cluster.ClusterConfig;
import io.millrace.cluster.partition.Isolation;
import io.millrace.cluster.peer.FreePorts;
import io.millrace.cluster.record.RecordBatches;
import io.millrace.cluster.transaction.TransactionSettings;
import io.millrace.storage.ReadResult;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.admin.AbortTransactionSpec;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.admin.TransactionDescription;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Transactions of real clients on one node. */
class TransactionIT {

    private static final String COMMITTED = "read_committed";
    private static final String UNCOMMITTED = "read_uncommitted";

    @TempDir
    Path directory;

    private KafkaTestNode node;

    @BeforeEach
    void start() {
        node = KafkaTestNode.start(directory, TransactionIT::fewPartitions, UnaryOperator.identity());
    }

    @AfterEach
    void stop() {
        node.close();
    }

    private static ClusterConfig fewPartitions(ClusterConfig config) {
        return config.withTransactions(new TransactionSettings(3, 60_000, 86_400_000));
    }

    @Test
    void whatIsCommittedIsReadWhatIsAbortedIsNot() {
        node.createTopic("t", 2);
        try (KafkaProducer<String, String> producer = producer("tx")) {
            producer.initTransactions();
            for (int i = 0; i < 6; i++) {
                producer.beginTransaction();
                producer.send(new ProducerRecord<>("t", 0, null, "a" + i));
                producer.send(new ProducerRecord<>("t", 1, null, "b" + i));
                if (i % 2 == 0) {
                    producer.commitTransaction();
                } else {
                    producer.flush();
                    producer.abortTransaction();
                }
            }
        }
        awaitCommitted("t", 0, List.of("a0", "a2", "a4"));
        awaitCommitted("t", 1, List.of("b0", "b2", "b4"));
        assertThat(read("t", 0, UNCOMMITTED)).containsExactly("a0", "a1", "a2", "a3", "a4", "a5");
    }

    /** Traps 14 and 26. */
    @Test
    void readersOfWhatIsCommittedStopAtTheFirstOpenTransactionAndOffsetsHaveNoHolesButMarkers() throws Exception {
        node.createTopic("t", 1);
        try (KafkaProducer<String, String> open = producer("open");
                KafkaProducer<String, String> quick = producer("quick");
                Admin admin = node.admin()) {
            open.initTransactions();
            quick.initTransactions();
            open.beginTransaction();
            open.send(new ProducerRecord<>("t", "first")).get();
            quick.beginTransaction();
            quick.send(new ProducerRecord<>("t", "second")).get();
            quick.commitTransaction();
            TopicPartition t = new TopicPartition("t", 0);
            assertThat(admin.listOffsets(
                                    Map.of(t, OffsetSpec.latest()),
                                    new org.apache.kafka.clients.admin.ListOffsetsOptions(
                                            IsolationLevel.READ_COMMITTED))
                            .partitionResult(t)
                            .get()
                            .offset())
                    .isZero();
            assertThat(committedHere("t")).as("streams and HTTP").isEmpty();
            assertThat(read("t", 0, UNCOMMITTED)).containsExactly("first", "second");
            open.abortTransaction();
            awaitCommitted("t", 0, List.of("second"));
            await().untilAsserted(() -> assertThat(committedHere("t")).containsExactly("second"));
            open.beginTransaction();
            assertThat(open.send(new ProducerRecord<>("t", "third")).get().offset())
                    .as("two records and two markers come before")
                    .isEqualTo(4);
            open.commitTransaction();
        }
    }

    /** Trap 38. */
    @Test
    void aProducerThatBeginsFencesTheOneBeforeAndAbortsWhatItLeft() throws Exception {
        node.createTopic("t", 1);
        try (KafkaProducer<String, String> zombie = producer("same");
                KafkaProducer<String, String> next = producer("same")) {
            zombie.initTransactions();
            zombie.beginTransaction();
            zombie.send(new ProducerRecord<>("t", "of the zombie")).get();
            next.initTransactions();
            assertThatThrownBy(() -> {
                        zombie.send(new ProducerRecord<>("t", "too late")).get();
                        zombie.commitTransaction();
                    })
                    .satisfies(failure -> assertThat(root(failure))
                            .isInstanceOfAny(ProducerFencedException.class, InvalidProducerEpochException.class));
            next.beginTransaction();
            next.send(new ProducerRecord<>("t", "of the next")).get();
            next.commitTransaction();
        }
        awaitCommitted("t", 0, List.of("of the next"));
    }

    @Test
    void aTransactionThatTakesTooLongIsAborted() throws Exception {
        node.createTopic("t", 1);
        try (KafkaProducer<String, String> slow = producer("slow", Map.of("transaction.timeout.ms", 3_000))) {
            slow.initTransactions();
            slow.beginTransaction();
            slow.send(new ProducerRecord<>("t", "never")).get();
            try (KafkaProducer<String, String> plain = node.producer(Map.of())) {
                plain.send(new ProducerRecord<>("t", "plain")).get();
            }
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(read("t", 0, COMMITTED)).containsExactly("plain"));
            assertThatThrownBy(slow::commitTransaction).isInstanceOf(KafkaException.class);
        }
    }

    @Test
    void aTimeoutAboveTheLimitIsRefused() {
        try (KafkaProducer<String, String> producer = producer("tx", Map.of("transaction.timeout.ms", 60_001))) {
            assertThatThrownBy(producer::initTransactions).hasMessageContaining("timeout");
        }
    }

    /** Trap 39. */
    @Test
    void emptyTransactionsSucceedAndToolsSeeKafkasNamesOfStates() throws Exception {
        node.createTopic("t", 1);
        try (KafkaProducer<String, String> producer = producer("tx");
                Admin admin = node.admin()) {
            producer.initTransactions();
            assertThat(stateOf(admin, "tx").state()).isEqualTo(TransactionState.EMPTY);
            producer.beginTransaction();
            producer.commitTransaction();
            producer.beginTransaction();
            producer.abortTransaction();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>("t", "a")).get();
            TransactionDescription ongoing = stateOf(admin, "tx");
            assertThat(ongoing.state()).isEqualTo(TransactionState.ONGOING);
            assertThat(ongoing.topicPartitions()).containsExactly(new TopicPartition("t", 0));
            assertThat(admin.listTransactions().all().get())
                    .extracting(TransactionListing::transactionalId, TransactionListing::state)
                    .containsExactly(org.assertj.core.groups.Tuple.tuple("tx", TransactionState.ONGOING));
            producer.commitTransaction();
            await().untilAsserted(
                            () -> assertThat(stateOf(admin, "tx").state()).isEqualTo(TransactionState.COMPLETE_COMMIT));
        }
    }

    @Test
    void anAdministratorFindsAndAbortsATransaction() throws Exception {
        node.createTopic("t", 1);
        TopicPartition t = new TopicPartition("t", 0);
        try (KafkaProducer<String, String> hanging = producer("hanging");
                Admin admin = node.admin()) {
            hanging.initTransactions();
            hanging.beginTransaction();
            hanging.send(new ProducerRecord<>("t", "hangs")).get();
            ProducerState state = admin.describeProducers(List.of(t))
                    .partitionResult(t)
                    .get()
                    .activeProducers()
                    .get(0);
            assertThat(state.currentTransactionStartOffset()).hasValue(0);
            admin.abortTransaction(new AbortTransactionSpec(
                            t,
                            state.producerId(),
                            (short) state.producerEpoch(),
                            state.coordinatorEpoch().orElse(0)))
                    .all()
                    .get();
            assertThat(admin.describeProducers(List.of(t))
                            .partitionResult(t)
                            .get()
                            .activeProducers()
                            .get(0)
                            .currentTransactionStartOffset())
                    .isEmpty();
        }
        assertThat(read("t", 0, COMMITTED)).isEmpty();
        assertThat(read("t", 0, UNCOMMITTED)).containsExactly("hangs");
    }

    /** Trap 17: sequences and transactions survive a restart. */
    @Test
    void aTransactionGoesOnAfterARestartInItsMiddle() throws Exception {
        int port = FreePorts.next();
        restartAt(port);
        node.createTopic("t", 1);
        try (KafkaProducer<String, String> producer = producer("tx")) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>("t", "aborted")).get();
            producer.abortTransaction();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>("t", "before")).get();
            restartAt(port);
            producer.send(new ProducerRecord<>("t", "after")).get();
            producer.commitTransaction();
        }
        awaitCommitted("t", 0, List.of("before", "after"));
    }

    private void restartAt(int port) {
        node.close();
        node = KafkaTestNode.start(
                directory,
                TransactionIT::fewPartitions,
                listener -> listener.at(listener.host(), port, listener.advertisedHost()));
    }

    @Test
    void consumeTransformProduce() throws Exception {
        node.createTopic("in", 1);
        node.createTopic("out", 1);
        try (KafkaProducer<String, String> plain = node.producer(Map.of())) {
            for (int i = 0; i < 20; i++) {
                plain.send(new ProducerRecord<>("in", "v" + i));
            }
        }
        List<String> expected = new ArrayList<>();
        try (KafkaProducer<String, String> producer = producer("loop");
                KafkaConsumer<String, String> consumer = node.consumer(Map.of("max.poll.records", 5))) {
            producer.initTransactions();
            TopicPartition in = new TopicPartition("in", 0);
            consumer.assign(List.of(in));
            consumer.seekToBeginning(List.of(in));
            boolean failing = true;
            while (expected.size() < 20) {
                long before = consumer.position(in);
                List<String> made = new ArrayList<>();
                producer.beginTransaction();
                for (ConsumerRecord<String, String> each : consumer.poll(Duration.ofSeconds(5))) {
                    made.add(each.value().toUpperCase());
                    producer.send(new ProducerRecord<>("out", each.value().toUpperCase()));
                }
                if (failing) {
                    producer.abortTransaction();
                    consumer.seek(in, before);
                } else {
                    producer.commitTransaction();
                    expected.addAll(made);
                }
                failing = !failing;
            }
        }
        assertThat(expected).hasSize(20);
        awaitCommitted("out", 0, expected);
    }

    /** Trap 5: with a finalized transaction.version producers have an epoch for each transaction. */
    @Test
    void everyTransactionHasAnEpochOfItsOwn() throws Exception {
        node.createTopic("t", 1);
        try (KafkaProducer<String, String> producer = producer("tx");
                Admin admin = node.admin()) {
            assertThat(admin.describeFeatures()
                            .featureMetadata()
                            .get()
                            .finalizedFeatures()
                            .get("transaction.version")
                            .maxVersionLevel())
                    .isEqualTo((short) 2);
            producer.initTransactions();
            for (int i = 0; i < 3; i++) {
                producer.beginTransaction();
                producer.send(new ProducerRecord<>("t", "v" + i)).get();
                producer.commitTransaction();
            }
            await().untilAsserted(
                            () -> assertThat(stateOf(admin, "tx").state()).isEqualTo(TransactionState.COMPLETE_COMMIT));
            assertThat(stateOf(admin, "tx").producerEpoch()).isEqualTo(3);
        }
        assertThat(read("t", 0, COMMITTED)).containsExactly("v0", "v1", "v2");
    }

    private TransactionDescription stateOf(Admin admin, String id) throws ExecutionException, InterruptedException {
        return admin.describeTransactions(List.of(id)).description(id).get();
    }

    private KafkaProducer<String, String> producer(String transactionalId) {
        return producer(transactionalId, Map.of());
    }

    private KafkaProducer<String, String> producer(String transactionalId, Map<String, ?> settings) {
        Map<String, Object> all = new HashMap<>(settings);
        all.put("transactional.id", transactionalId);
        all.putIfAbsent("transaction.timeout.ms", 60_000);
        return node.producer(all);
    }

    /** Everything up to the end as readers of that isolation see it. */
    /** The end of a transaction is answered when it is decided, and its partitions hear of it a moment later. */
    private void awaitCommitted(String topic, int partition, List<String> values) {
        await().untilAsserted(
                        () -> assertThat(read(topic, partition, COMMITTED)).isEqualTo(values));
    }

    private List<String> read(String topic, int partition, String isolation) {
        TopicPartition t = new TopicPartition(topic, partition);
        List<String> values = new ArrayList<>();
        try (KafkaConsumer<String, String> consumer = node.consumer(Map.of("isolation.level", isolation))) {
            consumer.assign(List.of(t));
            consumer.seekToBeginning(List.of(t));
            long end = consumer.endOffsets(List.of(t)).get(t);
            while (consumer.position(t) < end) {
                consumer.poll(Duration.ofMillis(500)).forEach(record -> values.add(record.value()));
            }
        }
        return values;
    }

    /** What the door for streams and HTTP gives. */
    private List<String> committedHere(String topic) throws IOException {
        io.millrace.storage.TopicPartition t =
                node.node().anywhere().partition(topic, 0).orElseThrow();
        List<String> values = new ArrayList<>();
        try (ReadResult read =
                KafkaTestNode.await(node.node().anywhere().read(t, 0, 1 << 20, Isolation.READ_COMMITTED))) {
            RecordBatches.forEach(read.toBuffer(), 0, record -> values.add(new String(record.value())));
        }
        return values;
    }

    private static Throwable root(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null && cause.getCause() != cause) {
            cause = cause.getCause();
        }
        return cause;
    }
}
