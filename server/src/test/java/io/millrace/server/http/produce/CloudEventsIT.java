package io.millrace.server.http.produce;

import static io.millrace.server.http.HttpTestServer.JSON;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
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

    @RegisterExtension
    static final TopicForEachTest topic = new TopicForEachTest(1);

    @Test
    void anEventInOneBodyBecomesARecordWithItsAttributesInHeadersAndItsDataAsTheyWere() throws Exception {
        assertThat(topic.post("", ONE, WITH_JSON).body()).isEqualTo("{\"offsets\":[{\"partition\":0,\"offset\":0}]}");

        assertThat(topic.everything())
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
        topic.post("", ONE, event("\"data\":{\"t\": 21.50,\"big\":123456789012345678901234567890.10}"));

        assertThat(topic.everything()).contains("\"value\":{\"t\": 21.50,\"big\":123456789012345678901234567890.10}");
    }

    @Test
    void textAndBase64AreStoredAsWhatTheyStandFor() throws Exception {
        topic.post("", ONE, WITH_TEXT);
        topic.post("", ONE, WITH_BASE64);
        topic.post("", ONE, event("\"data\":\"a JSON string\""));
        topic.post("", ONE, event("\"subject\":\"no data\""));

        assertThat(topic.server()
                        .get("/topics/" + topic.name() + "/records?from=earliest&format=text")
                        .body())
                .contains(
                        "\"value\":\"<much wow=\\\"xml\\\"/>\"",
                        "\"value\":\"hello\"",
                        "\"value\":\"\\\"a JSON string\\\"\"",
                        "\"value\":null");
    }

    @Test
    void thePartitionKeyIsTheKeyElseTheQueryIs() throws Exception {
        topic.post("?key=other", ONE, event("\"partitionkey\":\"dev-7\",\"data\":1"));
        topic.post("?key=other", ONE, event("\"data\":2"));

        assertThat(topic.everything()).contains("\"key\":\"dev-7\",\"value\":1", "\"key\":\"other\",\"value\":2");
    }

    @Test
    void aBatchIsARecordForEachEventAndWhatIsNoEventIsRefusedAlone() throws Exception {
        HttpResponse<String> answer =
                topic.post("", BATCH, "[" + WITH_JSON + ",{\"specversion\":\"1.0\"}, 7 ," + WITH_BASE64 + "]");

        assertThat(answer.statusCode()).isEqualTo(207);
        assertThat(answer.body())
                .startsWith(
                        "{\"offsets\":[{\"partition\":0,\"offset\":0},{\"error_code\":87,\"error\":\"INVALID_RECORD\"")
                .contains("it has no id", "it is no JSON object")
                .endsWith("{\"partition\":0,\"offset\":1}]}");
        assertThat(topic.post("", BATCH, "[" + WITH_TEXT + "]").body())
                .isEqualTo("{\"offsets\":[{\"partition\":0,\"offset\":2}]}");
    }

    @Test
    void inBinaryModeTheBodyIsTheValueWhateverItIs() throws Exception {
        // HTTP binding 1.0.2, §3.1.4.
        HttpResponse<String> answer = topic.post(
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
        assertThat(topic.everything())
                .contains("\"key\":\"k\",\"value_base64\":\"eyJoYWxmIjo=\"")
                .contains("{\"name\":\"ce_subject\",\"value\":\"Euro € 😀\"}")
                .contains("{\"name\":\"ce_id\",\"value\":\"1234-1234-1234\"}")
                .contains("{\"name\":\"content-type\",\"value\":\"application/json; charset=utf-8\"}");
    }

    @Test
    void theBodysOwnFormatGoesBeforeHeaders() throws Exception {
        assertThat(topic.post("", ONE, WITH_JSON, "ce-specversion", "0.1").statusCode())
                .isEqualTo(200);
        assertThat(topic.everything()).contains("C234-1234-1234").doesNotContain("0.1");
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
        HttpResponse<String> answer = topic.post("", ONE, body);

        assertThat(answer.body()).contains("\"error\":\"INVALID_RECORD\"", "this is no CloudEvent");
        assertThat(answer.statusCode()).isEqualTo(422);
        assertThat(topic.everything()).startsWith("{\"records\":[],");
    }

    @Test
    void whatIsNotEvenJsonIsABadRequest() throws Exception {
        assertThat(topic.post("", ONE, "{").statusCode()).isEqualTo(400);
        assertThat(topic.post("", BATCH, "{}").statusCode()).isEqualTo(400);
        assertThat(topic.post("", BATCH, "[]").statusCode()).isEqualTo(400);
        assertThat(topic.post("", ONE, event("\"data_base64\":\"?\"")).statusCode())
                .isEqualTo(400);
        assertThat(topic.post("?key_field=id", ONE, WITH_JSON).statusCode()).isEqualTo(400);
        assertThat(topic.post("", JSON, "1", "ce-specversion", "1.0").statusCode())
                .isEqualTo(422);
    }

    private static String event(String more) {
        return "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/\",\"type\":\"t\"," + more + "}";
    }
}
