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
