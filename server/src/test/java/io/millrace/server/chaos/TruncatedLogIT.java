package io.millrace.server.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.server.HttpCalls;
import io.millrace.server.JarProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Gateway protocol §4.4 and §13, 3: after an unclean election the log ends below what clients have seen, and then grows beyond it with
 * other records. Those who follow live, and those who come back, are told of the cut and get every record of the new log from there.
 */
class TruncatedLogIT {

    private static final String TOPIC = "cut";
    private static final ObjectMapper JSON = new ObjectMapper();

    /** It has no replica. */
    private static final int ELSEWHERE = 3;

    private static final long KEPT = 5;
    private static final long SEEN = 10;
    private static final long END = 14;

    @TempDir
    Path directory;

    private final HttpClient client = HttpClient.newHttpClient();

    @Test
    @Timeout(value = 3, unit = TimeUnit.MINUTES)
    void aLogThatWasCutAndHasGrownAgainIsToldToThoseWhoSawMoreOfIt() throws Exception {
        try (ClusterProcesses cluster = new ClusterProcesses(directory, 3)) {
            cluster.startAll();
            // One that dies before it votes would leave a quorum of two.
            ClusterView.awaitAllVoters(cluster.bootstrapServers());
            createTopic(cluster);
            write(cluster, 0, KEPT);
            awaitInSync(cluster, 2);
            try (BufferedReader plain = stream(cluster, ELSEWHERE, "from=earliest");
                    BufferedReader conflated =
                            stream(cluster, ELSEWHERE, "from=earliest&conflate=20ms&conflate_by=value.n")) {
                cluster.kill(2);
                write(cluster, KEPT, SEEN);
                assertThat(offsetsUpTo(plain, SEEN)).containsExactlyElementsOf(offsets(0, SEEN));
                offsetsUpTo(conflated, SEEN);
                String token = readTo(cluster, "from=earliest").path("resume").asText();

                cluster.kill(1);
                cluster.start(2);
                electUnclean(cluster);
                write(cluster, KEPT, END);

                assertCutIsTold(plain);
                assertCutIsTold(conflated);
                for (int node : new int[] {2, ELSEWHERE}) {
                    try (BufferedReader resumed = stream(cluster, node, "resume=" + token)) {
                        assertCutIsTold(resumed);
                    }
                }
                JsonNode read = readTo(cluster, "resume=" + token);
                assertThat(read.path("gaps").toString())
                        .isEqualTo("[{\"partition\":0,\"from\":10,\"to\":5,\"reason\":\"truncated\"}]");
                assertThat(read.path("records").findValuesAsText("offset"))
                        .containsExactlyElementsOf(
                                offsets(KEPT, END).stream().map(String::valueOf).toList());
                String newToken = read.path("resume").asText();
                assertThat(readTo(cluster, "resume=" + newToken).has("gaps")).isFalse();
            }
        }
    }

    private static void createTopic(ClusterProcesses cluster) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", cluster.bootstrapServers()))) {
            admin.createTopics(List.of(
                            new NewTopic(TOPIC, Map.of(0, List.of(1, 2))).configs(Map.of("min.insync.replicas", "1"))))
                    .all()
                    .get(30, TimeUnit.SECONDS);
        }
    }

    /** One request each, so that the log has a batch for each. */
    private static void write(ClusterProcesses cluster, long from, long to) throws Exception {
        for (long offset = from; offset < to; offset++) {
            String answer = HttpCalls.postJson(
                            cluster.httpUrl(ELSEWHERE) + "/topics/" + TOPIC + "/records", "{\"n\":" + offset + "}")
                    .body();
            assertThat(answer).contains("\"offset\":" + offset);
        }
    }

    private static void awaitInSync(ClusterProcesses cluster, int count) {
        await().atMost(Duration.ofSeconds(30))
                .ignoreExceptions()
                .until(() ->
                        JSON.readTree(HttpCalls.get(cluster.httpUrl(ELSEWHERE) + "/topics/" + TOPIC + "/partitions")
                                                .body())
                                        .get(0)
                                        .path("isr")
                                        .size()
                                == count);
    }

    private static void electUnclean(ClusterProcesses cluster) {
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            try (JarProcess process = JarProcess.run(
                    "cluster", "elect", "--unclean", TOPIC + ":0", "--url", cluster.httpUrl(ELSEWHERE))) {
                process.exitCode(Duration.ofSeconds(30));
                assertThat(process.output()).contains("1 partitions have another leader");
            }
        });
    }

    private BufferedReader stream(ClusterProcesses cluster, int node, String parameters) throws Exception {
        URI uri = URI.create(cluster.httpUrl(node) + "/topics/" + TOPIC
                + "/stream?format=json&envelope=record&control=1&" + parameters);
        return new BufferedReader(new InputStreamReader(
                client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofInputStream())
                        .body(),
                UTF_8));
    }

    private static JsonNode readTo(ClusterProcesses cluster, String parameters) throws Exception {
        return JSON.readTree(
                HttpCalls.get(cluster.httpUrl(ELSEWHERE) + "/topics/" + TOPIC + "/records?max=100&" + parameters)
                        .body());
    }

    private static List<Long> offsetsUpTo(BufferedReader stream, long end) throws IOException {
        List<Long> offsets = new ArrayList<>();
        while (offsets.isEmpty() || offsets.get(offsets.size() - 1) < end - 1) {
            JsonNode line = next(stream);
            if (line.has("offset")) {
                offsets.add(line.path("offset").asLong());
            }
        }
        return offsets;
    }

    private static void assertCutIsTold(BufferedReader stream) throws IOException {
        JsonNode line = next(stream);
        while (!line.path("type").asText().equals("gap")) {
            assertThat(line.has("offset"))
                    .as("a record before the gap: %s", line)
                    .isFalse();
            line = next(stream);
        }
        assertThat(line.path("from").asLong()).isEqualTo(SEEN);
        assertThat(line.path("to").asLong()).isEqualTo(KEPT);
        assertThat(line.path("reason").asText()).isEqualTo("truncated");
        assertThat(offsetsUpTo(stream, END)).containsExactlyElementsOf(offsets(KEPT, END));
    }

    private static JsonNode next(BufferedReader stream) throws IOException {
        String line = stream.readLine();
        assertThat(line).as("the stream goes on").isNotNull();
        return JSON.readTree(line);
    }

    private static List<Long> offsets(long from, long to) {
        return LongStream.range(from, to).boxed().toList();
    }
}
