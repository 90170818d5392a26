package io.millrace.server.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.millrace.cluster.peer.FreePorts;
import io.millrace.cluster.tls.TestCa;
import io.millrace.cluster.tls.TlsFiles;
import io.millrace.server.StartupException;
import io.millrace.server.TestCluster;
import io.millrace.server.TestServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The three nodes of {@code conf/examples/three-nodes-tls}, in one process: they find together and replicate, encrypted. */
class TlsClusterIT {

    private static final Path EXAMPLES =
            Path.of(System.getProperty("millrace.rootDirectory", "..")).resolve("conf/examples/three-nodes-tls");
    private static final int NODES = 3;
    private static final String TOPIC = "sealed";
    private static final int PARTITIONS = 2;
    private static final int RECORDS = 90;
    private static final int RECORD_BYTES = 50_000;

    @TempDir
    Path directory;

    @Test
    @Timeout(value = 2, unit = TimeUnit.MINUTES)
    void nodesWithCertificatesAgreeAndTheirReplicasAreTheSameByteForByte() throws Exception {
        issueCertificates();
        try (TestCluster cluster = TestCluster.start(directory, TlsClusterIT::example, this::settings)) {
            String bootstrap = cluster.kafkaAddresses();
            fill(bootstrap);
            try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
                await().atMost(Duration.ofSeconds(30))
                        .until(() ->
                                admin
                                        .describeTopics(List.of(TOPIC))
                                        .allTopicNames()
                                        .get()
                                        .get(TOPIC)
                                        .partitions()
                                        .stream()
                                        .map(TopicPartitionInfo::isr)
                                        .allMatch(inSync -> inSync.size() == NODES));
            }
        }
        List<Path> directories =
                IntStream.rangeClosed(1, NODES).mapToObj(this::dataDirectory).toList();
        assertThat(EqualReplicas.differences(directories, TOPIC, PARTITIONS)).isEmpty();
        assertThat(Files.size(dataDirectory(1).resolve(TOPIC + "-0").resolve("00000000000000000000.log")))
                .isGreaterThan(RECORDS / PARTITIONS / 2 * RECORD_BYTES);
    }

    @Test
    void aNodeWithTheCertificateOfAnotherDoesNotStartAndFoundsNothing() throws Exception {
        TestCa ca = new TestCa(directory.resolve("ca"));
        TlsFiles second = ca.node(2);

        Path data = directory.resolve("data");
        List<String> settings = new ArrayList<>(settings(second));
        settings.addAll(List.of("cluster.port=" + FreePorts.next(), "cluster.discoveryPort=" + FreePorts.next()));

        assertThatThrownBy(() -> TestServer.startWith(example(1), data, settings.toArray(String[]::new)))
                .hasCauseInstanceOf(StartupException.class)
                .hasMessageContaining("is that of node 2, but node.id is 1");
        assertThat(data).doesNotExist();
    }

    /** With the script of the example where there is openssl. */
    private void issueCertificates() throws Exception {
        if (!hasOpenssl()) {
            TestCa ca = new TestCa(directory.resolve("tls"));
            for (int node = 1; node <= NODES; node++) {
                ca.node(node);
            }
            return;
        }
        for (int node = 1; node <= NODES; node++) {
            Process script = new ProcessBuilder(
                            "sh",
                            EXAMPLES.resolve("certificates.sh").toString(),
                            directory.resolve("tls").toString(),
                            String.valueOf(node),
                            "IP:127.0.0.1")
                    .redirectErrorStream(true)
                    .start();
            String output = new String(script.getInputStream().readAllBytes());
            assertThat(script.waitFor()).as(output).isZero();
        }
    }

    private static boolean hasOpenssl() throws InterruptedException {
        try {
            Process openssl = new ProcessBuilder("openssl", "version")
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return openssl.waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    private static Path example(int node) {
        return EXAMPLES.resolve("node-" + node + ".yaml");
    }

    private List<String> settings(int node) {
        Path tls = directory.resolve("tls");
        return settings(new TlsFiles(
                "cluster.tls",
                tls.resolve("node-" + node + ".pem"),
                tls.resolve("node-" + node + ".key.pem"),
                tls.resolve("ca.pem")));
    }

    private static List<String> settings(TlsFiles files) {
        return List.of(
                "cluster.tls.certificate=" + files.certificate(),
                "cluster.tls.key=" + files.key(),
                "cluster.tls.trusted=" + files.trusted(),
                // So that followers are sent what lies in files.
                "storage.tailCacheBytes=0");
    }

    private static void fill(String bootstrap) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            admin.createTopics(List.of(
                            new NewTopic(TOPIC, PARTITIONS, (short) NODES).configs(Map.of("min.insync.replicas", "2"))))
                    .all()
                    .get();
        }
        Random random = new Random(11);
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", bootstrap, "acks", "all"),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            for (int i = 0; i < RECORDS; i++) {
                byte[] value = new byte[RECORD_BYTES];
                random.nextBytes(value);
                sent.add(producer.send(new ProducerRecord<>(TOPIC, i % PARTITIONS, null, value)));
            }
        }
        for (Future<RecordMetadata> each : sent) {
            each.get();
        }
    }

    private Path dataDirectory(int node) {
        return TestCluster.dataDirectory(directory, node);
    }
}
