package io.millrace.server.http.topic;

import static io.millrace.server.http.HttpTestServer.JSON;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.server.http.HttpTestServer;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TopicRoutesIT {

    @TempDir
    Path directory;

    private HttpTestServer server;

    @BeforeEach
    void start() throws Exception {
        server = HttpTestServer.start(directory);
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    @Test
    void createsDescribesListsAndDeletesTopics() throws Exception {
        HttpResponse<String> created = server.post(
                "/topics",
                JSON,
                "{\"name\":\"readings\",\"partitions\":4,\"replication_factor\":1,\"config\":{\"retention.ms\":\"86400000\"}}");
        assertThat(created.statusCode()).isEqualTo(201);
        assertThat(created.headers().firstValue("location")).hasValue("/topics/readings");

        HttpResponse<String> described = server.get("/topics/readings");
        assertThat(described.statusCode()).isEqualTo(200);
        assertThat(described.body())
                .isEqualTo(created.body())
                .startsWith("{\"name\":\"readings\",\"topic_id\":\"")
                .contains("\"partitions\":4,\"replication_factor\":1,\"config\":{\"retention.ms\":\"86400000\"}")
                .contains("\"effective_config\":{", "\"cleanup.policy\":\"delete\"");

        server.post("/topics", JSON, "{\"name\":\"alarms\"}");
        assertThat(server.get("/topics").body()).isEqualTo("[\"alarms\",\"readings\"]");

        assertThat(send("DELETE", "/topics/readings", "").statusCode()).isEqualTo(204);
        assertThat(server.get("/topics/readings").statusCode()).isEqualTo(404);
        assertThat(server.get("/topics").body()).isEqualTo("[\"alarms\"]");
    }

    @Test
    void checksOnlyWhenAsked() throws Exception {
        assertThat(server.post("/topics?validate_only=true", JSON, "{\"name\":\"readings\"}")
                        .statusCode())
                .isEqualTo(200);
        assertThat(server.get("/topics").body()).isEqualTo("[]");
    }

    @Test
    void refusesTheSameTopicTwice() throws Exception {
        server.post("/topics", JSON, "{\"name\":\"readings\"}");

        HttpResponse<String> again = server.post("/topics", JSON, "{\"name\":\"readings\"}");

        assertThat(again.statusCode()).isEqualTo(409);
        assertThat(again.body()).contains("TOPIC_ALREADY_EXISTS");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[]",
                "{}",
                "{\"name\":5}",
                "{\"name\":\"a b\"}",
                "{\"name\":\"x\",\"partitons\":4}",
                "{\"name\":\"x\",\"partitions\":0}",
                "{\"name\":\"x\",\"partitions\":\"4\"}",
                "{\"name\":\"x\",\"partitions\":1,\"partitions\":2}",
                "{\"name\":\"x\",\"config\":[]}",
                "{\"name\":\"x\",\"config\":{\"retention.ms\":null}}",
                "{\"name\":\"x\",\"config\":{\"retention.msec\":\"1\"}}",
                "{\"name\":\"x\",\"config\":{\"retention.ms\":\"soon\"}}",
                "{\"name\":\"x\"} {}"
            })
    void refusesBadTopics(String body) throws Exception {
        HttpResponse<String> refused = server.post("/topics", JSON, body);

        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body()).startsWith("{\"error_code\":").contains("\"retriable\":false}");
        assertThat(server.get("/topics").body()).isEqualTo("[]");
    }

    @Test
    void changesConfigurationAndAddsPartitionsTogetherOrNotAtAll() throws Exception {
        server.post("/topics", JSON, "{\"name\":\"readings\",\"partitions\":2,\"config\":{\"retention.ms\":\"1000\"}}");

        HttpResponse<String> changed = send(
                "PATCH",
                "/topics/readings",
                "{\"partitions\":3,\"config\":{\"retention.ms\":null,\"segment.bytes\":\"1048576\"}}");
        assertThat(changed.statusCode()).isEqualTo(200);
        assertThat(changed.body()).contains("\"partitions\":3", "\"config\":{\"segment.bytes\":\"1048576\"}");

        HttpResponse<String> refused =
                send("PATCH", "/topics/readings", "{\"partitions\":2,\"config\":{\"retention.ms\":\"5\"}}");
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body()).contains("INVALID_PARTITIONS");
        assertThat(server.get("/topics/readings").body()).isEqualTo(changed.body());
    }

    @Test
    void showsPartitionsAndFindsOffsetsByTime() throws Exception {
        server.post("/topics", JSON, "{\"name\":\"readings\",\"partitions\":2}");
        server.post("/topics/readings/records?partition=1&timestamp=1000", JSON, "1");
        server.post("/topics/readings/records?partition=1&timestamp=2000", JSON, "2");

        assertThat(server.get("/topics/readings/partitions").body())
                .isEqualTo(
                        "[{\"partition\":0,\"leader\":1,\"leader_epoch\":0,\"log_start_offset\":0,\"high_watermark\":0,"
                                + "\"replicas\":[1],\"isr\":[1]},"
                                + "{\"partition\":1,\"leader\":1,\"leader_epoch\":0,\"log_start_offset\":0,\"high_watermark\":2,"
                                + "\"replicas\":[1],\"isr\":[1]}]");
        assertThat(server.get("/topics/readings/partitions/1/offsets?timestamp=1500")
                        .body())
                .isEqualTo(
                        "{\"partition\":1,\"log_start_offset\":0,\"high_watermark\":2,\"offset\":1,\"timestamp\":2000}");
        assertThat(server.get("/topics/readings/partitions/1/offsets?timestamp=2001")
                        .body())
                .contains("\"offset\":null");
        assertThat(server.get("/topics/readings/partitions/2/offsets").statusCode())
                .isEqualTo(404);
        assertThat(server.get("/topics/readings/partitions/x/offsets").statusCode())
                .isEqualTo(404);
    }

    @Test
    void summarisesTheNodeForTheDashboard() throws Exception {
        server.post("/topics", JSON, "{\"name\":\"readings\",\"partitions\":2}");
        server.post("/topics/readings/records", "application/x-ndjson", "1\n2\n3\n");

        String overview = server.get("/overview").body();

        assertThat(overview)
                .startsWith("{\"version\":\"test\",\"node_id\":1,\"cluster_id\":\"")
                .containsPattern(
                        "\"kafka\":\"[\\w.]+:-?\\d+\",\"uptime_ms\":\\d+,\"time_ms\":\\d+,\"open_streams\":0,\"leaderless_partitions\":0,\"nodes\":\\[.*\"alive\":true,\"state\":\"up\",\"drained\":false,\"controller\":true.*\\],\"topics\":\\[")
                .containsPattern(
                        "\\{\"name\":\"readings\",\"internal\":false,\"partitions\":2,\"records\":3,\"end_offset_sum\":3,\"bytes\":[1-9]\\d*}");
    }

    @Test
    void topicsOfCoordinatorsAreMarked() throws Exception {
        HttpTestServer.await(server.node.groups().coordinatorOf("any"));

        assertThat(server.get("/topics/__consumer_offsets").body()).contains("\"internal\":true");
        assertThat(server.get("/overview").body()).contains("{\"name\":\"__consumer_offsets\",\"internal\":true,");
    }

    private HttpResponse<String> send(String method, String path, String body) throws Exception {
        return server.send(HttpRequest.newBuilder(server.uri(path))
                .method(method, BodyPublishers.ofString(body))
                .build());
    }
}
