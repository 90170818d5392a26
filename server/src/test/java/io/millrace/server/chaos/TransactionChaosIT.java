package io.millrace.server.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three nodes, each a process of its own, and producers that commit and abort without pause, while the node of a coordinator and that of a
 * partition's leader are killed: readers of what is committed see exactly that, in all partitions of a transaction or in none (trap 20).
 */
class TransactionChaosIT {

    private static final int NODES = 3;
    private static final int PARTITIONS = 3;
    private static final int PRODUCERS = 3;
    private static final String TOPIC = "out";

    @TempDir
    Path directory;

    private final AtomicBoolean stopped = new AtomicBoolean();
    private final AtomicInteger committed = new AtomicInteger();

    /** What a producer knows of its transactions. */
    private enum Outcome {
        COMMITTED,
        ABORTED,
        UNKNOWN
    }

    @Test
    @Timeout(value = 4, unit = TimeUnit.MINUTES)
    void whatIsReadIsExactlyWhatWasCommitted() throws Exception {
        try (ClusterProcesses cluster = new ClusterProcesses(directory, NODES, "transactions.statePartitions=3")) {
            cluster.startAll();
            try (Admin admin = Admin.create(Map.of("bootstrap.servers", cluster.bootstrapServers()));
                    ClusterView view = new ClusterView(cluster.bootstrapServers(), TOPIC)) {
                view.createTopic(PARTITIONS, NODES, 2);
                List<Worker> workers = IntStream.range(0, PRODUCERS)
                        .mapToObj(number -> new Worker(cluster.bootstrapServers(), "tx-" + number))
                        .toList();
                workers.forEach(Thread::start);
                awaitMore(10);
                int coordinator = admin.describeTransactions(List.of("tx-0"))
                        .description("tx-0")
                        .get()
                        .coordinatorId();
                cluster.kill(coordinator);
                awaitMore(10);
                cluster.start(coordinator);
                awaitMore(10);
                int leader = admin.describeTopics(List.of(TOPIC))
                        .allTopicNames()
                        .get()
                        .get(TOPIC)
                        .partitions()
                        .get(0)
                        .leader()
                        .id();
                cluster.kill(leader);
                awaitMore(10);
                cluster.start(leader);
                awaitMore(10);
                stopped.set(true);
                Map<String, Outcome> outcomes = new HashMap<>();
                for (Worker worker : workers) {
                    worker.join();
                    outcomes.putAll(worker.outcomes);
                }
                check(cluster.bootstrapServers(), outcomes);
                checkOverHttp(cluster, outcomes);
            }
        }
    }

    /** At every node, whether it leads or follows. */
    private static void checkOverHttp(ClusterProcesses cluster, Map<String, Outcome> outcomes) throws Exception {
        for (int node = 1; node <= NODES; node++) {
            for (int partition = 0; partition < PARTITIONS; partition++) {
                String url = cluster.httpUrl(node) + "/topics/" + TOPIC + "/records?partition=" + partition
                        + "&from=earliest&format=text&max=10000";
                String body = HttpClient.newHttpClient()
                        .send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString())
                        .body();
                outcomes.forEach((transaction, outcome) -> {
                    if (outcome != Outcome.UNKNOWN) {
                        assertThat(body.contains("\"" + transaction + "\""))
                                .as("%s, %s, at %s", transaction, outcome, url)
                                .isEqualTo(outcome == Outcome.COMMITTED);
                    }
                });
            }
        }
    }

    /** Until so many further transactions are committed. */
    private void awaitMore(int count) {
        int until = committed.get() + count;
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> committed.get() >= until);
    }

    private static void check(String servers, Map<String, Outcome> outcomes) {
        Map<String, TreeSet<Integer>> seen = readCommitted(servers);
        outcomes.forEach((transaction, outcome) -> {
            TreeSet<Integer> partitions = seen.getOrDefault(transaction, new TreeSet<>());
            if (outcome == Outcome.COMMITTED) {
                assertThat(partitions).as("committed: %s", transaction).hasSize(PARTITIONS);
            } else if (outcome == Outcome.ABORTED) {
                assertThat(partitions).as("aborted: %s", transaction).isEmpty();
            } else {
                assertThat(partitions.size())
                        .as("all or nothing: %s", transaction)
                        .isIn(0, PARTITIONS);
            }
        });
        assertThat(outcomes.keySet()).containsAll(seen.keySet());
        long unknown = outcomes.values().stream()
                .filter(each -> each == Outcome.UNKNOWN)
                .count();
        System.out.printf("transactions: %d, of unknown outcome: %d%n", outcomes.size(), unknown);
    }

    /** The partitions in which each transaction is seen; fails when it is seen twice in one. */
    private static Map<String, TreeSet<Integer>> readCommitted(String servers) {
        Map<String, TreeSet<Integer>> seen = new HashMap<>();
        Properties settings = new Properties();
        settings.putAll(Map.of("bootstrap.servers", servers, "isolation.level", "read_committed"));
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            List<TopicPartition> partitions = IntStream.range(0, PARTITIONS)
                    .mapToObj(number -> new TopicPartition(TOPIC, number))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            // Nothing is open any more once the end of what is committed is the end of everything.
            Map<TopicPartition, Long> ends = allDecided(servers, partitions);
            while (partitions.stream().anyMatch(each -> consumer.position(each) < ends.get(each))) {
                consumer.poll(Duration.ofMillis(200))
                        .forEach(record -> assertThat(seen.computeIfAbsent(record.value(), value -> new TreeSet<>())
                                        .add(record.partition()))
                                .as("%s once in partition %d", record.value(), record.partition())
                                .isTrue());
            }
        }
        return seen;
    }

    private static Map<TopicPartition, Long> allDecided(String servers, List<TopicPartition> partitions) {
        try (KafkaConsumer<String, String> everything = reader(servers, "read_uncommitted");
                KafkaConsumer<String, String> decided = reader(servers, "read_committed")) {
            return Awaitility.await()
                    .atMost(Duration.ofSeconds(60))
                    .until(
                            () -> decided.endOffsets(partitions),
                            ends -> ends.equals(everything.endOffsets(partitions)));
        }
    }

    private static KafkaConsumer<String, String> reader(String servers, String isolation) {
        Properties settings = new Properties();
        settings.putAll(Map.of("bootstrap.servers", servers, "isolation.level", isolation));
        return new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer());
    }

    /** Commits and aborts one transaction after the other. */
    private final class Worker extends Thread {

        private final String servers;
        private final String id;
        private final Map<String, Outcome> outcomes = new LinkedHashMap<>();
        private KafkaProducer<String, String> producer;

        Worker(String servers, String id) {
            super(id);
            this.servers = servers;
            this.id = id;
        }

        @Override
        public void run() {
            for (int number = 0; !stopped.get(); number++) {
                String transaction = id + "/" + number;
                try {
                    transact(transaction, number % 4 == 3);
                } catch (KafkaException e) {
                    outcomes.putIfAbsent(transaction, Outcome.UNKNOWN);
                    again();
                }
            }
            again();
        }

        private void transact(String transaction, boolean abort) {
            if (producer == null) {
                Properties settings = new Properties();
                settings.putAll(Map.of(
                        "bootstrap.servers",
                        servers,
                        "transactional.id",
                        id,
                        "transaction.timeout.ms",
                        20_000,
                        "max.block.ms",
                        30_000));
                producer = new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer());
                producer.initTransactions();
            }
            producer.beginTransaction();
            for (int partition = 0; partition < PARTITIONS; partition++) {
                producer.send(new ProducerRecord<>(TOPIC, partition, null, transaction));
            }
            if (abort) {
                producer.flush();
                outcomes.put(transaction, Outcome.ABORTED);
                producer.abortTransaction();
            } else {
                producer.commitTransaction();
                outcomes.put(transaction, Outcome.COMMITTED);
                committed.incrementAndGet();
            }
        }

        /** The next producer of this id ends what is open. */
        private void again() {
            if (producer != null) {
                producer.close(Duration.ZERO);
                producer = null;
            }
            if (!stopped.get()) {
                return;
            }
            List<Exception> failures = new ArrayList<>();
            Properties settings = new Properties();
            settings.putAll(Map.of("bootstrap.servers", servers, "transactional.id", id));
            try (KafkaProducer<String, String> last =
                    new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
                last.initTransactions();
            } catch (KafkaException e) {
                failures.add(e);
            }
            assertThat(failures).isEmpty();
        }
    }
}
