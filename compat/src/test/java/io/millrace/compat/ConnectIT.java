package io.millrace.compat;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.cluster.peer.FreePorts;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kafka Connect, distributed and standalone, with the connectors for files. */
@Tag("slow")
class ConnectIT {

    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final String SOURCE = "org.apache.kafka.connect.file.FileStreamSourceConnector";
    private static final String SINK = "org.apache.kafka.connect.file.FileStreamSinkConnector";

    @TempDir
    Path directory;

    private final HttpClient http = HttpClient.newHttpClient();

    @Test
    void tasksOfAWorkerThatIsKilledMoveToTheOtherAndTheFilesAreEqual() throws Exception {
        Path first = Files.createFile(directory.resolve("first.txt"));
        Path second = Files.createFile(directory.resolve("second.txt"));
        Path copy = Files.createFile(directory.resolve("copy.txt"));
        try (MillraceNode node = MillraceNode.start(directory.resolve("node"))) {
            int portOfFirst = FreePorts.next();
            int portOfSecond = FreePorts.next();
            try (ForeignProcess one = worker(node, portOfFirst);
                    ForeignProcess other = worker(node, portOfSecond)) {
                awaitReady(portOfFirst);
                awaitReady(portOfSecond);
                create(portOfFirst, "source-1", SOURCE, Map.of("file", first.toString(), "topic", "lines"));
                create(portOfFirst, "source-2", SOURCE, Map.of("file", second.toString(), "topic", "lines"));
                create(portOfFirst, "sink", SINK, Map.of("file", copy.toString(), "topics", "lines"));
                List<String> expected = new ArrayList<>();
                append(first, "first", 0, 100, expected);
                append(second, "second", 0, 100, expected);
                awaitLines(copy, expected);
                // A sink writes at least once: what it had written and not committed would be written again.
                awaitCommitted(node, "connect-sink", expected.size());

                one.kill();
                append(first, "first", 100, 200, expected);
                append(second, "second", 100, 200, expected);
                awaitLines(copy, expected);
                assertThat(new TestClient(node.bootstrap())
                                .committed("lines", all -> all.size() >= expected.size(), PATIENCE))
                        .extracting(each -> new String(each.value(), StandardCharsets.UTF_8))
                        .containsExactlyInAnyOrderElementsOf(expected);
                assertThat(get(portOfSecond, "/connectors/sink/status")).contains("RUNNING");
            }
        }
    }

    @Test
    void aStandaloneWorkerGoesOnWhereItWasWhenItIsStartedAgain() throws Exception {
        Path from = Files.createFile(directory.resolve("from.txt"));
        Path copy = Files.createFile(directory.resolve("copy.txt"));
        List<String> expected = new ArrayList<>();
        try (MillraceNode node = MillraceNode.start(directory.resolve("node"))) {
            for (int life = 0; life < 2; life++) {
                append(from, "line", life * 100, life * 100 + 100, expected);
                try (ForeignProcess worker = standalone(node, from, copy)) {
                    awaitLines(copy, expected);
                    worker.terminate();
                    worker.awaitEnd(Duration.ofSeconds(60));
                }
            }
        }
    }

    private ForeignProcess worker(MillraceNode node, int port) throws IOException {
        Path file = write(
                "worker-" + port + ".properties",
                Map.ofEntries(
                        Map.entry("bootstrap.servers", node.bootstrap()),
                        Map.entry("group.id", "workers"),
                        Map.entry("listeners", "http://127.0.0.1:" + port),
                        Map.entry("key.converter", "org.apache.kafka.connect.storage.StringConverter"),
                        Map.entry("value.converter", "org.apache.kafka.connect.storage.StringConverter"),
                        Map.entry("config.storage.topic", "connect-configs"),
                        Map.entry("offset.storage.topic", "connect-offsets"),
                        Map.entry("status.storage.topic", "connect-status"),
                        Map.entry("config.storage.replication.factor", "1"),
                        Map.entry("offset.storage.replication.factor", "1"),
                        Map.entry("status.storage.replication.factor", "1"),
                        Map.entry("exactly.once.source.support", "enabled"),
                        Map.entry("offset.flush.interval.ms", "500"),
                        Map.entry("session.timeout.ms", "6000"),
                        Map.entry("heartbeat.interval.ms", "1000"),
                        Map.entry("scheduled.rebalance.max.delay.ms", "1000"),
                        Map.entry("plugin.discovery", "only_scan")));
        return ForeignProcess.startJava(
                ClassPaths.kafka(), "org.apache.kafka.connect.cli.ConnectDistributed", List.of(file.toString()));
    }

    private ForeignProcess standalone(MillraceNode node, Path from, Path copy) throws IOException {
        Path worker = write(
                "standalone.properties",
                Map.of(
                        "bootstrap.servers", node.bootstrap(),
                        "listeners", "http://127.0.0.1:" + FreePorts.next(),
                        "key.converter", "org.apache.kafka.connect.storage.StringConverter",
                        "value.converter", "org.apache.kafka.connect.storage.StringConverter",
                        "offset.storage.file.filename",
                                directory.resolve("offsets").toString(),
                        "offset.flush.interval.ms", "500",
                        "plugin.discovery", "only_scan"));
        Path source = write(
                "source.properties",
                Map.of("name", "source", "connector.class", SOURCE, "file", from.toString(), "topic", "alone"));
        Path sink = write(
                "sink.properties",
                Map.of("name", "sink", "connector.class", SINK, "file", copy.toString(), "topics", "alone"));
        return ForeignProcess.startJava(
                ClassPaths.kafka(),
                "org.apache.kafka.connect.cli.ConnectStandalone",
                List.of(worker.toString(), source.toString(), sink.toString()));
    }

    private Path write(String name, Map<String, String> settings) throws IOException {
        List<String> lines = settings.entrySet().stream()
                .map(each -> each.getKey() + "=" + each.getValue())
                .toList();
        return Files.write(directory.resolve(name), lines);
    }

    private static void append(Path file, String what, int from, int to, List<String> expected) throws IOException {
        List<String> lines =
                IntStream.range(from, to).mapToObj(i -> what + " " + i).toList();
        Files.write(file, lines, StandardOpenOption.APPEND);
        expected.addAll(lines);
    }

    /** The same lines; of two sources in any order, of each in its own. */
    private static void awaitLines(Path copy, List<String> expected) {
        Awaitility.await()
                .atMost(PATIENCE)
                .untilAsserted(
                        () -> assertThat(Files.readAllLines(copy)).containsExactlyInAnyOrderElementsOf(expected));
    }

    private static void awaitCommitted(MillraceNode node, String group, long offset) {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", node.bootstrap()))) {
            Awaitility.await()
                    .atMost(PATIENCE)
                    .until(
                            () ->
                                    admin
                                            .listConsumerGroupOffsets(group)
                                            .partitionsToOffsetAndMetadata()
                                            .get()
                                            .values()
                                            .stream()
                                            .mapToLong(OffsetAndMetadata::offset)
                                            .sum(),
                            sum -> sum >= offset);
        }
    }

    private void awaitReady(int port) {
        Awaitility.await()
                .atMost(PATIENCE)
                .ignoreExceptions()
                .until(() -> get(port, "/connectors").startsWith("["));
    }

    private void create(int port, String name, String connector, Map<String, String> settings) {
        String config = settings.entrySet().stream()
                .map(each -> "\"" + each.getKey() + "\":\"" + each.getValue() + "\"")
                .collect(Collectors.joining(
                        ",", "{\"connector.class\":\"" + connector + "\",\"tasks.max\":\"1\",", "}"));
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + port + "/connectors/" + name + "/config"))
                .header("Content-Type", "application/json")
                .PUT(HttpRequest.BodyPublishers.ofString(config))
                .build();
        // Workers answer 409 while they rebalance.
        Awaitility.await().atMost(PATIENCE).until(() -> {
            HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).as(answer.body()).isIn(200, 201, 409);
            return answer.statusCode() != 409;
        });
    }

    private String get(int port, String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .build();
        return http.send(request, HttpResponse.BodyHandlers.ofString()).body();
    }
}
