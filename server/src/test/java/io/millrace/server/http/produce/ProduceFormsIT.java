package io.millrace.server.http.produce;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.server.SocketMessages;
import io.millrace.server.http.HttpTestServer;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The forms in which a record can be sent (gateway protocol §4 and §8): under an idempotency key what was sent in one is a retry in every other, and
 * all take and refuse the same values.
 */
class ProduceFormsIT {

    @RegisterExtension
    static final TopicForEachTest topic = new TopicForEachTest(4);

    /** How one and the same record can be sent: the JSON {"t":1}, without a key. */
    private enum Form {
        JSON("application/json", "{\"t\":1}"),
        TEXT("text/plain", "{\"t\":1}"),
        BYTES("application/octet-stream", "{\"t\":1}"),
        NDJSON("application/x-ndjson", "{\"t\":1}\n"),
        KAFKA_JSON("application/vnd.kafka.json.v2+json", "{\"records\":[{\"value\":{\"t\":1}}]}"),
        KAFKA_TEXT("application/vnd.kafka.text.v2+json", "{\"records\":[{\"value\":\"{\\\"t\\\":1}\"}]}"),
        KAFKA_BINARY("application/vnd.kafka.binary.v2+json", "{\"records\":[{\"value\":\"eyJ0IjoxfQ==\"}]}"),
        CONFLUENT(null, "{\"records\":[{\"value\":{\"t\":1}}]}"),
        SOCKET(null, "[{'value':{'t':1}}]"),
        SOCKET_BASE64(null, "[{'value_base64':'eyJ0IjoxfQ=='}]");

        private final String type;
        private final String body;

        Form(String type, String body) {
            this.type = type;
            this.body = body;
        }
    }

    /** How one and the same event can be sent. */
    private enum EventForm {
        STRUCTURED(
                "application/cloudevents+json",
                "{\"type\":\"reading\",\"id\":\"1\",\"source\":\"/a\",\"specversion\":\"1.0\",\"data\":{\"t\":1},"
                        + "\"datacontenttype\":\"application/json\"}"),
        BATCH(
                "application/cloudevents-batch+json",
                "[{\"specversion\":\"1.0\",\"datacontenttype\":\"application/json\",\"id\":\"1\",\"source\":\"/a\","
                        + "\"type\":\"reading\",\"data\":{\"t\":1}}]"),
        BINARY("application/json", "{\"t\":1}");

        private final String type;
        private final String body;

        EventForm(String type, String body) {
            this.type = type;
            this.body = body;
        }
    }

    private record Answer(String place, boolean replayed) {}

    private static Answer send(Form form, String key, SocketMessages socket) throws Exception {
        if (form.body.startsWith("[")) {
            return sendByMessage(form.body, key, socket);
        }
        return form == Form.CONFLUENT
                ? answer(topic.server()
                        .post("/topics/" + topic.name(), Form.KAFKA_JSON.type, form.body, "Idempotency-Key", key))
                : answer(topic.post("", form.type, form.body, "Idempotency-Key", key));
    }

    private static Answer sendByMessage(String records, String key, SocketMessages socket) {
        socket.send("{'type':'produce','id':'" + key + "','topic':'" + topic.name() + "','idempotency_key':'" + key
                + "','records':" + records + "}");
        JsonNode produced = socket.next("produced");
        JsonNode first = produced.at("/offsets/0");
        return new Answer(
                first.get("partition") + "-" + first.get("offset"),
                produced.path("replayed").asBoolean());
    }

    private static Answer answer(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        String place = answer.body().replaceFirst(".*?\"partition\":(\\d+),\"offset\":(\\d+).*", "$1-$2");
        return new Answer(
                place, answer.headers().firstValue("idempotency-replayed").isPresent());
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void aRetryInAnyOtherFormIsAnsweredWithTheFirstOffset(Form first) throws Exception {
        try (SocketMessages socket = SocketMessages.open(topic.server().uri("").toString())) {
            Answer stored = send(first, "k", socket);
            assertThat(stored.replayed()).isFalse();
            for (Form other : Form.values()) {
                assertThat(send(other, "k", socket))
                        .as("%s again as %s", first, other)
                        .isEqualTo(new Answer(stored.place(), true));
            }
        }
    }

    private static Answer send(EventForm form) throws Exception {
        return answer(
                form == EventForm.BINARY
                        ? topic.post(
                                "",
                                form.type,
                                form.body,
                                "Idempotency-Key",
                                "k",
                                "ce-specversion",
                                "1.0",
                                "ce-id",
                                "1",
                                "ce-type",
                                "reading",
                                "ce-source",
                                "/a")
                        : topic.post("", form.type, form.body, "Idempotency-Key", "k"));
    }

    @ParameterizedTest
    @EnumSource(EventForm.class)
    void anEventIsTheSameInEachOfItsForms(EventForm first) throws Exception {
        Answer stored = send(first);
        assertThat(stored.replayed()).isFalse();
        for (EventForm other : EventForm.values()) {
            assertThat(send(other)).as("%s again as %s", first, other).isEqualTo(new Answer(stored.place(), true));
        }
    }

    @Test
    void aRecordIsTheFirstOfALotThatIsSentWithItsKeyAndAnotherOneIsRefused() throws Exception {
        Answer stored = answer(topic.post("", HttpTestServer.JSON, "{\"t\":1}", "Idempotency-Key", "k"));
        HttpResponse<String> lot = topic.post("", Form.NDJSON.type, "{\"t\":1}\n{\"t\":2}\n", "Idempotency-Key", "k");
        assertThat(answer(lot)).isEqualTo(new Answer(stored.place(), true));
        assertThat(topic.everything().split("\"offset\":", -1)).hasSize(3);

        HttpResponse<String> other = topic.post("", HttpTestServer.JSON, "{\"t\":2}", "Idempotency-Key", "k");
        assertThat(other.statusCode()).isEqualTo(422);
        HttpResponse<String> otherFirst =
                topic.post("", Form.NDJSON.type, "{\"t\":3}\n{\"t\":2}\n{\"t\":4}\n", "Idempotency-Key", "k");
        assertThat(otherFirst.statusCode()).isEqualTo(207);
        assertThat(otherFirst.body()).startsWith("{\"offsets\":[{\"error_code\":87,");
        assertThat(topic.everything().split("\"offset\":", -1)).hasSize(4);
    }

    /** What is stored of a value in each form, or why it is not. */
    private static List<String> decisions(String value, SocketMessages socket) throws Exception {
        List<String> decisions = new ArrayList<>();
        for (String[] request : new String[][] {
            {HttpTestServer.JSON, value},
            {Form.NDJSON.type, value},
            {Form.KAFKA_JSON.type, "{\"records\":[{\"value\":" + value + "}]}"},
            {EventForm.STRUCTURED.type, EVENT + value + "}"},
            {EventForm.BATCH.type, "[" + EVENT + value + "}]"}
        }) {
            HttpResponse<String> answer = topic.post("", request[0], request[1]);
            decisions.add(answer.statusCode() == 200 ? "stored" : answer.body());
        }
        socket.send("{'type':'produce','id':'v','topic':'" + topic.name() + "','records':[{'value':" + value + "}]}");
        JsonNode answer = socket.next(message -> message.path("id").asText().equals("v"));
        decisions.add(answer.get("type").asText().equals("produced") ? "stored" : answer.toString());
        return decisions;
    }

    private static final String EVENT =
            "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/a\",\"type\":\"reading\",\"data\":";

    @Test
    void everyFormTakesAndRefusesTheSameValues() throws Exception {
        try (SocketMessages socket = SocketMessages.open(topic.server().uri("").toString())) {
            for (String value : List.of(
                    "{\"a\":1,\"a\":2}",
                    "[".repeat(128) + "]".repeat(128),
                    "{\"a\":" + "[".repeat(127) + "]".repeat(127) + "}")) {
                assertThat(decisions(value, socket)).as(value).containsOnly("stored");
            }
            assertThat(decisions("[".repeat(129) + "]".repeat(129), socket))
                    .allSatisfy(decision -> assertThat(decision).contains("nested deeper than 128 levels"));
            assertThat(decisions("[".repeat(5_000) + "]".repeat(5_000), socket))
                    .allSatisfy(decision -> assertThat(decision).contains("nested deeper than 128 levels"));
            assertThat(decisions("{\"" + "n".repeat(5_000) + "\":1}", socket))
                    .allSatisfy(decision -> assertThat(decision).contains("longer than 4096 bytes"));
            assertThat(decisions("1".repeat(1_001), socket))
                    .allSatisfy(decision -> assertThat(decision).contains("a number has 1001 digits"));
        }
    }
}
