package io.millrace.server.http.produce;

import static io.millrace.server.http.HttpTestServer.JSON;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.server.http.HttpTestServer;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** CloudEvents over HTTP in all three modes; the events are those that the specifications show. */
class CloudEventsIT {

    private static final String ONE = "application/cloudevents+json";
    private static final String BATCH = "application/cloudevents-batch+json";

    /** JSON format 1.0.2, §3.2.1: JSON data. */
    private static final String WITH_JSON = """
            {"specversion":"1.0","type":"com.example.someevent","source":"/mycontext","subject":null,"id":"C234-1234-1234",
             "time":"2018-04-05T17:31:00Z","comexampleextension1":"value","comexampleothervalue":5,
             "datacontenttype":"application/json","data":{"appinfoA":"abc","appinfoB":123,"appinfoC":true}}""";

    /** The same: a string that is text, because of its content type. */
    private static final String WITH_TEXT = """
            {"specversion":"1.0","type":"com.example.someevent","source":"/mycontext","id":"A234-1234-1234",
             "time":"2018-04-05T17:31:00Z","datacontenttype":"text/xml","data":"<much wow=\\"xml\\"/>"}""";

    /** The same: base64. */
    private static final String WITH_BASE64 = """
            {"specversion":"1.0","type":"com.example.someevent","source":"/mycontext","id":"A234-1234-1235",
             "datacontenttype":"application/vnd.apache.thrift.binary","data_base64":"aGVsbG8="}""";

    @TempDir
    static Path directory;

    private static HttpTestServer server;

    private String topic;

    @BeforeAll
    static void start() throws Exception {
        server = HttpTestServer.start(directory);
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
    }

    @BeforeEach
    void createTopic() throws Exception {
        topic = "t-" + UUID.randomUUID();
        server.createTopic(topic, 1, Map.of());
    }

    private HttpResponse<String> post(String query, String type, String body, String... headers) throws Exception {
        return server.post("/topics/" + topic + "/records" + query, type, body, headers);
    }

    @Test
    void anEventInOneBodyBecomesARecordWithItsAttributesInHeadersAndItsDataAsTheyWere() throws Exception {
        assertThat(post("", ONE, WITH_JSON).body()).isEqualTo("{\"offsets\":[{\"partition\":0,\"offset\":0}]}");

        assertThat(server.everything(topic))
                .contains("\"value\":{\"appinfoA\":\"abc\",\"appinfoB\":123,\"appinfoC\":true}")
                .contains("\"headers\":[{\"name\":\"ce_specversion\",\"value\":\"1.0\"},"
                        + "{\"name\":\"ce_type\",\"value\":\"com.example.someevent\"},"
                        + "{\"name\":\"ce_source\",\"value\":\"/mycontext\"},"
                        + "{\"name\":\"ce_id\",\"value\":\"C234-1234-1234\"},"
                        + "{\"name\":\"ce_time\",\"value\":\"2018-04-05T17:31:00Z\"},"
                        + "{\"name\":\"ce_comexampleextension1\",\"value\":\"value\"},"
                        + "{\"name\":\"ce_comexampleothervalue\",\"value\":\"5\"},"
                        + "{\"name\":\"content-type\",\"value\":\"application/json\"}]");
    }

    @Test
    void whatANumberLooksLikeIsKept() throws Exception {
        post("", ONE, event("\"data\":{\"t\": 21.50,\"big\":123456789012345678901234567890.10}"));

        assertThat(server.everything(topic))
                .contains("\"value\":{\"t\": 21.50,\"big\":123456789012345678901234567890.10}");
    }

    @Test
    void textAndBase64AreStoredAsWhatTheyStandFor() throws Exception {
        post("", ONE, WITH_TEXT);
        post("", ONE, WITH_BASE64);
        post("", ONE, event("\"data\":\"a JSON string\""));
        post("", ONE, event("\"subject\":\"no data\""));

        assertThat(server.get("/topics/" + topic + "/records?from=earliest&format=text")
                        .body())
                .contains(
                        "\"value\":\"<much wow=\\\"xml\\\"/>\"",
                        "\"value\":\"hello\"",
                        "\"value\":\"\\\"a JSON string\\\"\"",
                        "\"value\":null");
    }

    @Test
    void thePartitionKeyIsTheKeyElseTheQueryIs() throws Exception {
        post("?key=other", ONE, event("\"partitionkey\":\"dev-7\",\"data\":1"));
        post("?key=other", ONE, event("\"data\":2"));

        assertThat(server.everything(topic)).contains("\"key\":\"dev-7\",\"value\":1", "\"key\":\"other\",\"value\":2");
    }

    @Test
    void aBatchIsARecordForEachEventAndWhatIsNoEventIsRefusedAlone() throws Exception {
        HttpResponse<String> answer =
                post("", BATCH, "[" + WITH_JSON + ",{\"specversion\":\"1.0\"}, 7 ," + WITH_BASE64 + "]");

        assertThat(answer.statusCode()).isEqualTo(207);
        assertThat(answer.body())
                .startsWith(
                        "{\"offsets\":[{\"partition\":0,\"offset\":0},{\"error_code\":87,\"error\":\"INVALID_RECORD\"")
                .contains("it has no id", "it is no JSON object")
                .endsWith("{\"partition\":0,\"offset\":1}]}");
        assertThat(post("", BATCH, "[" + WITH_TEXT + "]").body())
                .isEqualTo("{\"offsets\":[{\"partition\":0,\"offset\":2}]}");
    }

    @Test
    void inBinaryModeTheBodyIsTheValueWhateverItIs() throws Exception {
        // HTTP binding 1.0.2, §3.1.4.
        HttpResponse<String> answer = post(
                "?key=k",
                "application/json; charset=utf-8",
                "{\"half\":",
                "ce-specversion",
                "1.0",
                "ce-type",
                "com.example.someevent",
                "ce-time",
                "2018-04-05T03:56:24Z",
                "ce-id",
                "1234-1234-1234",
                "ce-source",
                "/mycontext/subcontext",
                "ce-subject",
                "Euro%20%E2%82%AC%20%F0%9F%98%80");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(server.everything(topic))
                .contains("\"key\":\"k\",\"value_base64\":\"eyJoYWxmIjo=\"")
                .contains("{\"name\":\"ce_subject\",\"value\":\"Euro € 😀\"}")
                .contains("{\"name\":\"ce_id\",\"value\":\"1234-1234-1234\"}")
                .contains("{\"name\":\"content-type\",\"value\":\"application/json; charset=utf-8\"}");
    }

    @Test
    void theBodysOwnFormatGoesBeforeHeaders() throws Exception {
        assertThat(post("", ONE, WITH_JSON, "ce-specversion", "0.1").statusCode())
                .isEqualTo(200);
        assertThat(server.everything(topic)).contains("C234-1234-1234").doesNotContain("0.1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"specversion\":\"0.3\",\"id\":\"1\",\"source\":\"/\",\"type\":\"t\"}",
                "{\"id\":\"1\",\"source\":\"/\",\"type\":\"t\"}",
                "{\"specversion\":\"1.0\",\"id\":\"\",\"source\":\"/\",\"type\":\"t\"}",
                "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":null,\"type\":\"t\"}",
                "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/\",\"type\":\"t\",\"Upper\":\"x\"}",
                "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/\",\"type\":\"t\",\"x\":1.5}",
                "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/\",\"type\":\"t\",\"x\":{}}",
                "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/\",\"type\":\"t\",\"data\":1,\"data_base64\":\"\"}",
                "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/\",\"type\":\"t\",\"id\":\"2\"}",
                "[]"
            })
    void whatIsNoEventIsRefused(String body) throws Exception {
        HttpResponse<String> answer = post("", ONE, body);

        assertThat(answer.body()).contains("\"error\":\"INVALID_RECORD\"", "this is no CloudEvent");
        assertThat(answer.statusCode()).isEqualTo(422);
        assertThat(server.everything(topic)).startsWith("{\"records\":[],");
    }

    @Test
    void whatIsNotEvenJsonIsABadRequest() throws Exception {
        assertThat(post("", ONE, "{").statusCode()).isEqualTo(400);
        assertThat(post("", BATCH, "{}").statusCode()).isEqualTo(400);
        assertThat(post("", BATCH, "[]").statusCode()).isEqualTo(400);
        assertThat(post("", ONE, event("\"data_base64\":\"?\"")).statusCode()).isEqualTo(400);
        assertThat(post("?key_field=id", ONE, WITH_JSON).statusCode()).isEqualTo(400);
        assertThat(post("", JSON, "1", "ce-specversion", "1.0").statusCode()).isEqualTo(422);
    }

    private static String event(String more) {
        return "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/\",\"type\":\"t\"," + more + "}";
    }
}
