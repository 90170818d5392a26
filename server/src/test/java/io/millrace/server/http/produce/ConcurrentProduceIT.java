package io.millrace.server.http.produce;

import static io.millrace.server.http.HttpTestServer.JSON;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.server.http.HttpTestServer;
import io.millrace.server.http.RawConnection;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many small writes at once: they share batches and fsyncs, and each gets its own offset. */
class ConcurrentProduceIT {

    private static final Pattern ANSWER = Pattern.compile("\\{\"offsets\":\\[\\{\"partition\":0,\"offset\":(\\d+)}]}");

    @TempDir
    Path directory;

    @Test
    void concurrentWritesToOnePartitionShareFsyncs() throws Exception {
        try (HttpTestServer server = HttpTestServer.start(directory)) {
            server.createTopic("readings", 1, Map.of());
            // The first write opens segments and loads classes, which is not what is measured.
            server.post("/topics/readings/records", JSON, "-1");
            double fsyncsBefore = fsyncs(server);

            List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
            for (int client = 0; client < 200; client++) {
                answers.add(server.client.sendAsync(
                        server.postRequest(
                                "/topics/readings/records", JSON, BodyPublishers.ofString(Integer.toString(client))),
                        BodyHandlers.ofString()));
            }
            Set<Long> offsets = new HashSet<>();
            for (int client = 0; client < 200; client++) {
                HttpResponse<String> answer = answers.get(client).get(20, TimeUnit.SECONDS);
                assertThat(answer.statusCode()).isEqualTo(200);
                long offset = offsetIn(answer.body());
                assertThat(offsets.add(offset))
                        .as("offset %d given once", offset)
                        .isTrue();
                assertThat(valueAt(server, offset)).isEqualTo(Integer.toString(client));
            }

            assertThat(offsets).hasSize(200).allMatch(offset -> offset >= 1 && offset <= 200);
            assertThat(fsyncs(server) - fsyncsBefore).isPositive().isLessThan(150);
        }
    }

    @Test
    void writesOnOneConnectionKeepTheirOrder() throws Exception {
        try (HttpTestServer server = HttpTestServer.start(directory);
                RawConnection connection = new RawConnection(server.listener.port())) {
            server.createTopic("readings", 1, Map.of());
            StringBuilder requests = new StringBuilder();
            for (int i = 100; i < 200; i++) {
                requests.append(
                                "POST /topics/readings/records HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n")
                        .append("Content-Length: 3\r\n\r\n")
                        .append(i);
            }
            connection.send(requests.toString());
            for (int i = 0; i < 100; i++) {
                String answer = connection.readAnswer();
                assertThat(offsetIn(answer.substring(answer.indexOf('{')))).isEqualTo(i);
                assertThat(valueAt(server, i)).isEqualTo(Integer.toString(100 + i));
            }
        }
    }

    private static long offsetIn(String body) {
        Matcher matcher = ANSWER.matcher(body);
        assertThat(matcher.matches()).as(body).isTrue();
        return Long.parseLong(matcher.group(1));
    }

    private static String valueAt(HttpTestServer server, long offset) throws Exception {
        String body =
                server.get("/topics/readings/records?max=1&from=" + offset).body();
        return body.replaceFirst(".*\"offset\":" + offset + ",.*\"value\":(\\d+)}.*", "$1");
    }

    private static double fsyncs(HttpTestServer server) {
        Matcher count = Pattern.compile("(?m)^millrace_storage_fsync_seconds_count (\\S+)$")
                .matcher(server.metrics.scrape());
        assertThat(count.find()).isTrue();
        return Double.parseDouble(count.group(1));
    }
}
