package io.millrace.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.storage.inspect.Finding;
import io.millrace.storage.inspect.LogVerifier;
import io.millrace.storage.inspect.VerifySummary;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A disk that runs full under a whole node: writes are refused and come back, reads go on, nothing is damaged. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class DiskFullIT {

    private static final String TOPIC = "readings";
    private static final int DISK_MB = 64;
    private static final String LARGE = "x".repeat(50_000);

    @TempDir
    Path temporary;

    private SmallDisk disk;
    private final List<String> acknowledged = new ArrayList<>();

    @BeforeEach
    void mount() throws Exception {
        disk = SmallDisk.mountOrSkip(temporary.resolve("disk"), DISK_MB);
    }

    @AfterEach
    void unmount() throws Exception {
        if (disk != null) {
            disk.close();
        }
    }

    @Test
    void whenTheLastPageIsTaken_writesAreRefusedUntilThereIsSpaceAndReadsGoOn() throws Exception {
        try (TestServer server = start("storage.reserveBytes=0")) {
            produce(server, "before", 20);
            disk.fill();
            assertRefused(server);
            assertThat(read(server)).as("reads go on").isEqualTo(acknowledged);

            try (KafkaProducer<String, String> patient = producer(server, Map.of())) {
                List<Future<RecordMetadata>> waiting = new ArrayList<>();
                for (int i = 0; i < 20; i++) {
                    acknowledged.add("waiting-" + i + LARGE);
                    waiting.add(patient.send(new ProducerRecord<>(TOPIC, 0, null, "waiting-" + i + LARGE)));
                }
                patient.send(new ProducerRecord<>(TOPIC, 0, null, "last"));
                acknowledged.add("last");
                assertThatThrownBy(() -> waiting.get(19).get(500, TimeUnit.MILLISECONDS))
                        .isInstanceOf(TimeoutException.class);

                disk.free();

                for (Future<RecordMetadata> each : waiting) {
                    each.get(30, TimeUnit.SECONDS);
                }
            }
            produce(server, "after", 20);
            assertThat(read(server)).as("in order, once").isEqualTo(acknowledged);
            assertThat(post(server).statusCode()).isEqualTo(200);
        }
        assertHealthyAndUnchangedAfterARestart();
    }

    @Test
    void aNodeStartsOnAFullDiskAndServesReads() throws Exception {
        try (TestServer server = start("storage.reserveBytes=0")) {
            produce(server, "before", 20);
            disk.fill();
            assertRefused(server);
        }
        try (TestServer server = start("storage.reserveBytes=0")) {
            assertThat(read(server)).isEqualTo(acknowledged);
            assertRefused(server);
            disk.free();
            produce(server, "after", 20);
            assertThat(read(server)).isEqualTo(acknowledged);
        }
        assertHealthyAndUnchangedAfterARestart();
    }

    @Test
    void belowTheReserve_writesAreRefusedUntilATopicIsDeleted() throws Exception {
        try (TestServer server = start("storage.reserveBytes=8388608")) {
            produce(server, "before", 20);
            try (KafkaProducer<String, String> ballast =
                    producer(server, Map.of("retries", 0, "enable.idempotence", false))) {
                assertThatThrownBy(() -> {
                            for (int i = 0; i < 2 * DISK_MB * 20; i++) {
                                ballast.send(new ProducerRecord<>("ballast", 0, null, LARGE))
                                        .get();
                            }
                        })
                        .hasCauseInstanceOf(KafkaStorageException.class)
                        .hasMessageContaining("reserve");
            }
            assertRefused(server);
            assertThat(read(server)).as("reads go on").isEqualTo(acknowledged);

            assertThat(HttpCalls.delete(server.httpUrl() + "/topics/ballast").statusCode())
                    .isBetween(200, 299);

            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> post(server).statusCode() == 200);
            produceAgain(server);
        }
        assertHealthyAndUnchangedAfterARestart();
    }

    private void produceAgain(TestServer server) throws Exception {
        acknowledged.clear();
        acknowledged.addAll(read(server));
        produce(server, "after", 20);
        assertThat(read(server)).isEqualTo(acknowledged);
    }

    /** By Kafka with an error that clients retry, by HTTP with a status that says so. */
    private void assertRefused(TestServer server) throws Exception {
        try (KafkaProducer<String, String> hasty =
                producer(server, Map.of("retries", 0, "enable.idempotence", false))) {
            assertThatThrownBy(() -> {
                        // The last page of the segment may have some room left.
                        for (int i = 0; i < 10; i++) {
                            String value = "squeezed-in-" + i + LARGE;
                            hasty.send(new ProducerRecord<>(TOPIC, 0, null, value))
                                    .get();
                            acknowledged.add(value);
                        }
                    })
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(KafkaStorageException.class)
                    .hasCauseInstanceOf(RetriableException.class);
        }
        HttpResponse<String> refused = post(server);
        assertThat(refused.statusCode()).as(refused.body()).isEqualTo(503);
        assertThat(refused.body()).containsIgnoringCase("free some");
    }

    private void assertHealthyAndUnchangedAfterARestart() throws IOException {
        List<Finding> findings = new ArrayList<>();
        VerifySummary summary = LogVerifier.verify(data(), findings::add);
        assertThat(findings).isEmpty();
        assertThat(summary.isHealthy()).isTrue();
        try (TestServer server = start("storage.reserveBytes=0")) {
            assertThat(read(server)).containsAll(acknowledged);
        }
    }

    private Path data() {
        return disk.path().resolve("data");
    }

    private TestServer start(String reserve) {
        return TestServer.startIn(
                data(), reserve, "topics.defaults.segment.bytes=1048576", "storage.journalBytes=1048576");
    }

    private void produce(TestServer server, String name, int count) throws Exception {
        try (KafkaProducer<String, String> producer = producer(server, Map.of())) {
            for (int i = 0; i < count; i++) {
                producer.send(new ProducerRecord<>(TOPIC, 0, null, name + i)).get(20, TimeUnit.SECONDS);
                acknowledged.add(name + i);
            }
        }
    }

    private static HttpResponse<String> post(TestServer server) throws Exception {
        return HttpCalls.postJson(server.httpUrl() + "/topics/" + TOPIC + "/records", "{\"large\":\"" + LARGE + "\"}");
    }

    private static KafkaProducer<String, String> producer(TestServer server, Map<String, Object> settings) {
        Map<String, Object> all = new HashMap<>(Map.of(
                "bootstrap.servers",
                server.kafkaAddress(),
                "acks",
                "all",
                "delivery.timeout.ms",
                60_000,
                "request.timeout.ms",
                10_000,
                "linger.ms",
                0));
        all.putAll(settings);
        return new KafkaProducer<>(all, new StringSerializer(), new StringSerializer());
    }

    private static List<String> read(TestServer server) {
        TopicPartition partition = new TopicPartition(TOPIC, 0);
        List<String> values = new ArrayList<>();
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", server.kafkaAddress(), "check.crcs", true),
                new StringDeserializer(),
                new StringDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).get(partition);
            while (consumer.position(partition) < end) {
                consumer.poll(Duration.ofMillis(200)).forEach(record -> values.add(record.value()));
            }
        }
        return values;
    }
}
