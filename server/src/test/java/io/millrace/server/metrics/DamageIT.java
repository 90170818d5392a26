package io.millrace.server.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.server.TestServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bytes that the disk loses are told to whoever watches the node. */
class DamageIT {

    @TempDir
    Path directory;

    private final HttpClient client = HttpClient.newHttpClient();

    @Test
    void aDamagedOldSegmentIsInTheHealthAnswerAndInTheMetricsAndTheNodeGoesOn() throws Exception {
        try (TestServer server = TestServer.startIn(directory, "storage.scrubIntervalMs=100")) {
            String topics = server.httpUrl() + "/topics";
            post(topics, "{\"name\":\"readings\",\"config\":{\"segment.bytes\":\"1024\"}}");
            for (int i = 0; i < 20; i++) {
                post(topics + "/readings/records", "{\"t\":" + i + ",\"note\":\"" + "x".repeat(100) + "\"}");
            }
            assertThat(get(server, "/healthz").body()).isEqualTo("{\"status\":\"ok\"}");

            Path segment = directory.resolve("readings-0/00000000000000000000.log");
            byte[] bytes = Files.readAllBytes(segment);
            bytes[80] ^= 1;
            Files.write(segment, bytes);

            await().untilAsserted(() -> assertThat(get(server, "/healthz").body())
                    .contains("\"status\":\"damaged\"", segment.toString(), "restore"));
            assertThat(get(server, "/healthz").statusCode()).as("it lives on").isEqualTo(200);
            assertThat(get(server, "/metrics").body())
                    .contains("millrace_storage_damaged_segments 1.0")
                    .containsPattern("millrace_storage_scrub_corruptions_total [1-9]")
                    .containsPattern("millrace_storage_scrub_bytes_total [1-9]");
            assertThat(post(topics + "/readings/records", "{\"t\":21}").statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void aReplicaThatIsOfflineIsInTheReadinessAnswerAndTheNodeServesTheRest() throws Exception {
        try (TestServer server = TestServer.startIn(directory)) {
            String topics = server.httpUrl() + "/topics";
            post(topics, "{\"name\":\"readings\"}");
            post(topics, "{\"name\":\"others\"}");
            for (int i = 0; i < 3; i++) {
                post(topics + "/readings/records", "{\"t\":" + i + "}");
            }
            assertThat(get(server, "/readyz").body()).isEqualTo("{\"status\":\"ok\"}");
        }
        // As after a crash: the log is read again from its start. Without the journal, which would mend it.
        Files.delete(directory.resolve("clean-shutdown"));
        Files.delete(directory.resolve("recovery-points"));
        try (var journals = Files.list(directory.resolve("journal"))) {
            for (Path journal : journals.toList()) {
                Files.delete(journal);
            }
        }
        Path segment = directory.resolve("readings-0/00000000000000000000.log");
        byte[] bytes = Files.readAllBytes(segment);
        bytes[65] ^= 1;
        Files.write(segment, bytes);

        try (TestServer server = TestServer.startIn(directory)) {
            HttpResponse<String> ready = get(server, "/readyz");
            assertThat(ready.statusCode()).isEqualTo(200);
            assertThat(ready.body())
                    .contains("\"status\":\"degraded\"", "1 replicas of this node are offline, such as readings-0");
            post(server.httpUrl() + "/topics/others/records", "{}");
        }
    }

    private HttpResponse<String> get(TestServer server, String path) throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(URI.create(server.httpUrl() + path)).build(), BodyHandlers.ofString());
    }

    private HttpResponse<String> post(String url, String body) throws IOException, InterruptedException {
        HttpResponse<String> answer = client.send(
                HttpRequest.newBuilder(URI.create(url))
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 299);
        return answer;
    }
}
