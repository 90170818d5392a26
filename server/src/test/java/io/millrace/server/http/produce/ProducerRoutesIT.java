package io.millrace.server.http.produce;

import static io.millrace.server.http.HttpTestServer.JSON;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.cluster.ClusterConfig;
import io.millrace.server.http.HttpTestServer;
import io.millrace.server.http.RawConnection;
import io.millrace.server.http.Readiness;
import io.millrace.server.http.TestConfigs;
import io.millrace.storage.StorageConfig;
import java.io.ByteArrayOutputStream;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every status of gateway protocol §8 that exists now, over real connections to a real node. */
class ProducerRoutesIT {

    @RegisterExtension
    static final TopicForEachTest topic = new TopicForEachTest(
            4, Map.of("max.message.bytes", "200000"), config -> TestConfigs.maxRecords(config, 1_000));

    @Test
    void storesAJsonBodyExactlyAsSent() throws Exception {
        HttpResponse<String> answer =
                topic.server().post(records("?partition=3&timestamp=1732100000123"), JSON, "{ \"t\" : 21.50 }");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("content-type")).hasValue(JSON);
        assertThat(answer.body()).isEqualTo("{\"offsets\":[{\"partition\":3,\"offset\":0}]}");
        assertThat(topic.everything())
                .contains(
                        "\"partition\":3,\"offset\":0,\"timestamp\":1732100000123,\"key\":null,\"value\":{ \"t\" : 21.50 }");
    }

    @Test
    void placesRecordsOfOneKeyInOnePartition() throws Exception {
        String first = topic.server().post(records("?key=dev-7"), JSON, "1").body();
        String second = topic.server().post(records("?key=dev-7"), JSON, "2").body();

        assertThat(second).isEqualTo(first.replace("\"offset\":0", "\"offset\":1"));
        assertThat(topic.everything()).contains("\"key\":\"dev-7\"");
    }

    @Test
    void takesKeyAndTimestampFromTheValue() throws Exception {
        HttpResponse<String> answer = topic.server()
                .post(
                        records("?key_field=site.device&timestamp_field=at"),
                        JSON,
                        "{\"x\":[{\"site\":1}],\"site\":{\"name\":\"a\",\"device\":77},\"at\":\"2026-01-31T08:00:00Z\"}");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(topic.everything()).contains("\"timestamp\":1769846400000,\"key\":\"77\"");
    }

    @Test
    void refusesARecordWithoutItsKeyField() throws Exception {
        assertError(
                topic.server().post(records("?key_field=id"), JSON, "{\"t\":1}"),
                422,
                "INVALID_RECORD",
                "key_field=id");
        assertError(
                topic.server().post(records("?key_field=id"), JSON, "{\"id\":null}"), 422, "INVALID_RECORD", "null");
        assertError(topic.server().post(records("?key_field=id"), JSON, "[1]"), 422, "INVALID_RECORD", "has none");
        assertError(
                topic.server().post(records("?timestamp_field=at"), JSON, "{\"at\":\"noon\"}"),
                400,
                "INVALID_REQUEST",
                "noon");
        assertNothingStored();
    }

    @Test
    void storesRawBodiesWhateverTheyAre() throws Exception {
        byte[] notUtf8 = {(byte) 0xFF, 0, 1};
        assertThat(topic.server()
                        .post(records("?partition=0"), "application/octet-stream", notUtf8)
                        .statusCode())
                .isEqualTo(200);
        assertThat(topic.server()
                        .post(records("?partition=1"), "text/plain; charset=utf-8", "hello")
                        .statusCode())
                .isEqualTo(200);

        assertThat(topic.everything())
                .contains("\"value_base64\":\"" + Base64.getEncoder().encodeToString(notUtf8) + "\"")
                .contains("\"value_base64\":\"aGVsbG8=\"");
    }

    @Test
    void storesEachLineOfNdjsonInOrder() throws Exception {
        HttpResponse<String> answer = topic.server()
                .post(records("?partition=2"), "application/x-ndjson", "{\"n\":0}\r\n\n  {\"n\":1}  \n{\"n\":2}");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body())
                .isEqualTo("{\"offsets\":[{\"partition\":2,\"offset\":0},{\"partition\":2,\"offset\":1},"
                        + "{\"partition\":2,\"offset\":2}]}");
        assertThat(topic.everything()).containsSubsequence("\"value\":{\"n\":0}", "\"value\":{\"n\":1}", "{\"n\":2}");
    }

    @Test
    void answers207WhenSomeLinesAreBad() throws Exception {
        String tooLarge = "\"" + "x".repeat(200_001) + "\"";

        HttpResponse<String> answer = topic.server()
                .post(records("?partition=0"), "application/x-ndjson", "1\n{\"half\":\n" + tooLarge + "\n4\n");

        assertThat(answer.statusCode()).isEqualTo(207);
        assertThat(answer.body())
                .startsWith("{\"offsets\":[{\"partition\":0,\"offset\":0},"
                        + "{\"error_code\":42,\"error\":\"INVALID_REQUEST\",\"message\":\"line 2 is not valid JSON")
                .contains("{\"error_code\":10,\"error\":\"MESSAGE_TOO_LARGE\"")
                .endsWith("{\"partition\":0,\"offset\":1}]}");
    }

    @Test
    void answersWithTheErrorWhenNoLineIsGood() throws Exception {
        assertError(
                topic.server().post(records(""), "application/x-ndjson", "{\n}\n"),
                400,
                "INVALID_REQUEST",
                "none of the 2 records was stored");
        assertError(
                topic.server().post(records(""), "application/x-ndjson", "\n\n"), 400, "INVALID_REQUEST", "no lines");
        assertNothingStored();
    }

    @Test
    void boundsTheNumberOfRecords() throws Exception {
        assertError(
                topic.server().post(records(""), "application/x-ndjson", "1\n".repeat(1_001)),
                413,
                "MESSAGE_TOO_LARGE",
                "more than 1000 records");
        assertNothingStored();
        assertThat(topic.server()
                        .post(records(""), "application/x-ndjson", "1\n".repeat(1_000))
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void answersLessWhenLessIsAsked() throws Exception {
        HttpResponse<String> minimal = topic.server().post(records(""), JSON, "1", "Prefer", "return=minimal");
        assertThat(minimal.statusCode()).isEqualTo(204);
        assertThat(minimal.body()).isEmpty();
        assertThat(minimal.headers().firstValue("preference-applied")).hasValue("return=minimal");

        HttpResponse<String> unacknowledged = topic.server().post(records("?acks=0"), JSON, "2");
        assertThat(unacknowledged.statusCode()).isEqualTo(202);
        assertThat(unacknowledged.body()).isEqualTo("{\"offsets\":[]}");

        assertThat(topic.server()
                        .post(records("?acks=1&timeout_ms=20000"), JSON, "3")
                        .statusCode())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "?keyy=1",
                "?partition=-1",
                "?partition=x",
                "?partition=1&partition=2",
                "?acks=2",
                "?timeout_ms=0",
                "?timeout_ms=9999999",
                "?timestamp=yesterday",
                "?key=a&key_field=b",
                "?timestamp=1&timestamp_field=b",
                "?key_field=a..b"
            })
    void refusesBadParameters(String query) throws Exception {
        assertError(topic.server().post(records(query), JSON, "{}"), 400, "INVALID_REQUEST", "'");
        assertNothingStored();
    }

    @ParameterizedTest
    @ValueSource(strings = {"?key=%zz", "?key=%FF", "?key=a%2", "?%zz=1"})
    void refusesQueriesThatCannotBeDecoded(String query) throws Exception {
        try (RawConnection connection =
                new RawConnection(topic.server().listener.port())) {
            connection.send("POST " + records(query) + " HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                    + "Content-Length: 2\r\n\r\n{}");
            assertThat(connection.readAnswer()).startsWith("HTTP/1.1 400").contains("INVALID_REQUEST");
        }
        assertNothingStored();
    }

    @Test
    void refusesHalfAJsonBody() throws Exception {
        assertError(topic.server().post(records(""), JSON, "{\"t\":21"), 400, "INVALID_REQUEST", "not valid JSON");
        assertError(topic.server().post(records(""), JSON, ""), 400, "INVALID_REQUEST", "empty");
        assertError(
                topic.server().post(records(""), JSON, "{} {}"), 400, "INVALID_REQUEST", "more than one JSON value");
        assertError(
                topic.server().post(records(""), JSON, new byte[] {'"', (byte) 0xFF, '"'}),
                400,
                "INVALID_REQUEST",
                "UTF-8");
        try (RawConnection connection =
                new RawConnection(topic.server().listener.port())) {
            connection.send("POST " + records("") + " HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                    + "Content-Length: 20\r\n\r\n{\"t\":21");
        }
        assertNothingStored();
    }

    @Test
    void knowsItsTopicsAndPartitions() throws Exception {
        assertError(
                topic.server().post("/topics/readngs/records", JSON, "{}"),
                404,
                "UNKNOWN_TOPIC_OR_PARTITION",
                "no topic 'readngs'");
        assertError(
                topic.server().post(records("?partition=4"), JSON, "{}"),
                404,
                "UNKNOWN_TOPIC_OR_PARTITION",
                "partitions 0 to 3");
        assertThat(topic.server().get("/topics").body()).doesNotContain("readngs");
    }

    @Test
    void refusesRecordsOverTheTopicsLimit() throws Exception {
        assertError(
                topic.server().post(records(""), "text/plain", "x".repeat(200_001)),
                413,
                "MESSAGE_TOO_LARGE",
                "max.message.bytes");
        assertNothingStored();
    }

    @Test
    void refusesBodiesOverTheListenersLimit() throws Exception {
        assertError(
                topic.server().post(records(""), "text/plain", new byte[11 << 20]),
                413,
                "MESSAGE_TOO_LARGE",
                "10485760 bytes");
        assertNothingStored();
        assertThat(topic.server().budget.heldBytes()).isZero();
    }

    @Test
    void inflatesGzipWithinTheLimit() throws Exception {
        HttpResponse<String> answer = topic.server()
                .post(records("?partition=0"), JSON, gzip("{\"t\":1}".getBytes()), "Content-Encoding", "gzip");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(topic.everything()).contains("\"value\":{\"t\":1}");
    }

    @Test
    void refusesGzipThatGrowsTooLargeOrIsBroken() throws Exception {
        byte[] bomb = gzip(new byte[50 << 20]);
        assertError(
                topic.server().post(records(""), "text/plain", bomb, "Content-Encoding", "gzip"),
                413,
                "MESSAGE_TOO_LARGE",
                "after decompression");
        byte[] half = Arrays.copyOf(gzip("{\"t\":1}".getBytes()), 15);
        assertError(
                topic.server().post(records(""), JSON, half, "Content-Encoding", "gzip"),
                400,
                "INVALID_REQUEST",
                "gzip");
        assertNothingStored();
    }

    @Test
    void refusesUnknownTypesAndEncodings() throws Exception {
        assertError(topic.server().post(records(""), null, "{}"), 415, "INVALID_REQUEST", "no Content-Type");
        assertError(
                topic.server().post(records(""), "application/x-www-form-urlencoded", "{}"),
                415,
                "INVALID_REQUEST",
                "not known");
        assertError(
                topic.server().post(records(""), JSON, "{}", "Content-Encoding", "br"), 415, "INVALID_REQUEST", "'br'");
        assertError(
                topic.server().post(records(""), JSON + "; charset=iso-8859-1", "{}"),
                415,
                "INVALID_REQUEST",
                "must be UTF-8");
        assertError(
                topic.server().post(records(""), "application/cloudevents+protobuf", "{}"),
                415,
                "INVALID_REQUEST",
                "not known");
        assertError(
                topic.server().post("/topics/" + topic.name(), JSON, "{}", "ce-specversion", "1.0"),
                415,
                "INVALID_REQUEST",
                "/records");
        assertNothingStored();
    }

    @Test
    void refusesRecordsWithoutKeyOnCompactedTopics() throws Exception {
        String compacted = topic.name() + "-compacted";
        topic.server().createTopic(compacted, 1, Map.of("cleanup.policy", "compact"));

        assertError(topic.server().post("/topics/" + compacted + "/records", JSON, "{}"), 422, "INVALID_RECORD", "key");
        assertThat(topic.server()
                        .post("/topics/" + compacted + "/records?key=a", JSON, "{}")
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void keepsTheConnectionAfterAnError() throws Exception {
        try (RawConnection connection =
                new RawConnection(topic.server().listener.port())) {
            String head = "POST " + records("")
                    + " HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ";
            assertThat(connection.send(head + "1\r\n\r\n{").readAnswer()).startsWith("HTTP/1.1 400");
            assertThat(connection.send(head + "2\r\n\r\n{}").readAnswer()).startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void answersConfluentProducersInTheirShape() throws Exception {
        HttpResponse<String> answer = topic.server()
                .post(
                        "/topics/" + topic.name(),
                        "application/vnd.kafka.json.v2+json",
                        "{\"records\":[{\"value\":{\"t\":1},\"partition\":2},{\"key\":\"dev\",\"value\":null,\"partition\":2}]}");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("content-type")).hasValue("application/vnd.kafka.v2+json");
        assertThat(answer.body())
                .isEqualTo("{\"offsets\":[{\"partition\":2,\"offset\":0,\"error_code\":null,\"error\":null},"
                        + "{\"partition\":2,\"offset\":1,\"error_code\":null,\"error\":null}],"
                        + "\"key_schema_id\":null,\"value_schema_id\":null}");
        assertThat(topic.everything()).contains("\"key\":\"\\\"dev\\\"\",\"value\":null");
    }

    @Test
    void tellsConfluentProducersWhichRecordFailed() throws Exception {
        HttpResponse<String> answer = topic.server()
                .post(
                        "/topics/" + topic.name(),
                        "application/vnd.kafka.json.v2+json",
                        "{\"records\":[{\"value\":1,\"partition\":0},{\"value\":2,\"partition\":9}]}");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body())
                .isEqualTo("{\"offsets\":[{\"partition\":0,\"offset\":0,\"error_code\":null,\"error\":null},"
                        + "{\"partition\":null,\"offset\":null,\"error_code\":1,\"error\":\"topic '" + topic.name()
                        + "' has partitions 0 to 3, not 9\"}],\"key_schema_id\":null,\"value_schema_id\":null}");
    }

    @Test
    void takesConfluentBinaryRecordsForOnePartition() throws Exception {
        HttpResponse<String> answer = topic.server()
                .post(
                        "/topics/" + topic.name() + "/partitions/1",
                        "application/vnd.kafka.binary.v2+json",
                        "{\"records\":[{\"key\":\"a2V5\",\"value\":\"S2Fma2E=\"}]}");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).startsWith("{\"offsets\":[{\"partition\":1,\"offset\":0,");
        assertThat(topic.server()
                        .get("/topics/" + topic.name() + "/records?from=earliest&format=text")
                        .body())
                .contains("\"key\":\"key\",\"value\":\"Kafka\"");
    }

    @Test
    void refusesConfluentBodiesThatContradictTheirUrl() throws Exception {
        assertError(
                topic.server()
                        .post(
                                "/topics/" + topic.name() + "/partitions/1",
                                "application/vnd.kafka.json.v2+json",
                                "{\"records\":[{\"value\":1,\"partition\":2}]}"),
                422,
                "INVALID_RECORD",
                "the URL says 1");
        assertError(
                topic.server().post("/topics/" + topic.name(), JSON, "{}"),
                415,
                "INVALID_REQUEST",
                "/topics/{topic}/records");
        assertNothingStored();
    }

    @Test
    void aNodeThatDrainsTakesWritesAndAsksClientsToConnectElsewhere(@TempDir Path other) throws Exception {
        try (HttpTestServer draining = HttpTestServer.start(other)) {
            draining.createTopic("readings", 1, Map.of());
            draining.readiness.become(Readiness.Phase.DRAINING);

            HttpResponse<String> answer = draining.post("/topics/readings/records", JSON, "{}");

            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.headers().firstValue("connection")).contains("close");
        }
    }

    @Test
    void asksToComeBackLaterWhenRecordsComeFasterThanTheyAreStored(@TempDir Path other) throws Exception {
        ClusterConfig defaults = ClusterConfig.defaults(StorageConfig.defaults(other));
        ClusterConfig narrow =
                new ClusterConfig(1, null, defaults.storage(), 1, false, Map.of(), defaults.maxPartitions(), 1_000);
        try (HttpTestServer busy = HttpTestServer.start(narrow, UnaryOperator.identity())) {
            busy.createTopic("readings", 1, Map.of());

            HttpResponse<String> answer = busy.post("/topics/readings/records", "text/plain", "x".repeat(2_000));

            assertError(answer, 429, "THROTTLING_QUOTA_EXCEEDED", "not stored");
            assertThat(answer.headers().firstValue("retry-after")).isPresent();
            assertThat(busy.everything("readings")).startsWith("{\"records\":[],");
        }
    }

    @Test
    void createsTopicsOnFirstUseWhenConfigured(@TempDir Path other) throws Exception {
        try (HttpTestServer creating = HttpTestServer.start(other, TestConfigs::autoCreate)) {
            assertThat(creating.post("/topics/fresh/records", JSON, "{\"t\":1}").statusCode())
                    .isEqualTo(200);
            assertError(
                    creating.post("/topics/no%20spaces/records", JSON, "{}"),
                    400,
                    "INVALID_TOPIC_EXCEPTION",
                    "no spaces");
            assertError(creating.post("/topics/half/records", JSON, "{"), 400, "INVALID_REQUEST", "JSON");
            assertThat(creating.get("/topics").body()).isEqualTo("[\"fresh\"]");
        }
    }

    private String records(String query) {
        return topic.path() + query;
    }

    private void assertNothingStored() throws Exception {
        assertThat(topic.everything()).startsWith("{\"records\":[],");
    }

    private static void assertError(HttpResponse<String> answer, int status, String error, String message) {
        assertThat(answer.body())
                .startsWith("{\"error_code\":")
                .contains("\"error\":\"" + error + "\",\"message\":\"", message)
                .containsPattern("\"retriable\":(true|false)}$");
        assertThat(answer.statusCode()).isEqualTo(status);
    }

    private static byte[] gzip(byte[] bytes) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        }
        return out.toByteArray();
    }
}
