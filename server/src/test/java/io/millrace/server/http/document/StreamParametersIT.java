package io.millrace.server.http.document;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.server.HttpCalls;
import io.millrace.server.TestServer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the documents say of the parameters of streams and reads, against what a server takes. */
class StreamParametersIT {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Set<String> CREDENTIALS = Set.of("ticket", "access_token");

    private static TestServer server;
    private static JsonNode openApi;
    private static JsonNode asyncApi;

    @BeforeAll
    static void startServer() throws Exception {
        server = TestServer.start();
        HttpCalls.postJson(server.httpUrl() + "/topics", "{\"name\":\"readings\"}");
        openApi =
                JSON.readTree(HttpCalls.get(server.httpUrl() + "/openapi.json").body());
        asyncApi =
                JSON.readTree(HttpCalls.get(server.httpUrl() + "/asyncapi.json").body());
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    /** What a route says that it knows when it is asked for something that it does not know. */
    private static Set<String> understood(String path) throws Exception {
        JsonNode refusal = JSON.readTree(
                HttpCalls.get(server.httpUrl() + path + "?nonsense=1").body());
        String known = refusal.get("message").asText().replaceFirst(".*known(:| are) ", "");
        return new TreeSet<>(Arrays.asList(known.split(", ")));
    }

    private static Set<String> streamsUnderstand() throws Exception {
        Set<String> names = understood("/stream");
        names.addAll(CREDENTIALS);
        assertThat(names).contains("topic", "topic_pattern", "header.NAME", "view", "group");
        return names;
    }

    private static Set<String> oneTopicUnderstands() throws Exception {
        Set<String> names = streamsUnderstand();
        for (String name : List.of("topic", "topic_pattern")) {
            names.remove(name);
            assertThat(HttpCalls.get(server.httpUrl() + "/topics/readings/stream?" + name + "=alarms")
                            .body())
                    .as("the path has the topic already")
                    .contains("is in the path already");
        }
        return names;
    }

    private static Set<String> described(String path) {
        Set<String> names = new TreeSet<>();
        for (JsonNode listed : openApi.path("paths").path(path).path("get").path("parameters")) {
            JsonNode parameter =
                    listed.has("$ref") ? openApi.at(listed.get("$ref").asText().substring(1)) : listed;
            assertThat(parameter.path("in").asText()).isEqualTo("query");
            assertThat(parameter.path("description").asText())
                    .as("%s says what it is for", parameter)
                    .isNotEmpty();
            assertThat(names.add(parameter.path("name").asText())).isTrue();
        }
        return names;
    }

    private static Set<String> describedOfChannel(String channel) {
        JsonNode bindings = asyncApi.path("channels").path(channel).path("bindings");
        if (bindings.has("$ref")) {
            bindings = asyncApi.at(bindings.get("$ref").asText().substring(1));
        }
        JsonNode schema = bindings.at("/ws/query");
        Set<String> names = new TreeSet<>();
        for (Map.Entry<String, JsonNode> member : schema.path("properties").properties()) {
            assertThat(member.getValue().path("description").asText())
                    .as(member.getKey())
                    .isNotEmpty();
            names.add(member.getKey());
        }
        for (Map.Entry<String, JsonNode> member :
                schema.path("patternProperties").properties()) {
            assertThat(member.getKey()).isEqualTo("^header\\..+$");
            names.add("header.NAME");
        }
        return names;
    }

    @Test
    void bothDocumentsHaveTheParametersThatTheStreamOfATopicTakes() throws Exception {
        Set<String> taken = oneTopicUnderstands();
        assertThat(described("/topics/{topic}/stream")).isEqualTo(taken);
        assertThat(describedOfChannel("readings.stream")).isEqualTo(taken);
    }

    @Test
    void bothDocumentsHaveTheParametersThatAStreamOfSeveralTopicsTakes() throws Exception {
        Set<String> taken = streamsUnderstand();
        assertThat(described("/stream")).isEqualTo(taken);
        assertThat(describedOfChannel("messages")).isEqualTo(taken);
    }

    @Test
    void theDocumentHasTheParametersThatAReadTakes() throws Exception {
        assertThat(described("/topics/{topic}/records")).isEqualTo(understood("/topics/readings/records"));
    }

    @Test
    void nothingIsDescribedThatNobodyTakes() throws Exception {
        Set<String> rows = new TreeSet<>();
        DocumentText.read("stream-parameters.json").fieldNames().forEachRemaining(rows::add);
        assertThat(rows).isEqualTo(streamsUnderstand());
    }

    @Test
    void theRefusalsOfStreamsAndReadsAreListed() {
        for (String path : List.of("/stream", "/topics/{topic}/stream")) {
            JsonNode responses = openApi.path("paths").path(path).path("get").path("responses");
            assertThat(responses.fieldNames())
                    .toIterable()
                    .as(path)
                    .contains("101", "200", "400", "401", "403", "404", "426", "429", "503");
        }
        assertThat(openApi.at("/paths/~1topics~1{topic}~1records/get/responses").fieldNames())
                .toIterable()
                .contains("200", "400", "404", "429", "503");
    }
}
