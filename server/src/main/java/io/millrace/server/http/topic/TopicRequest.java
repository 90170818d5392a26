package io.millrace.server.http.topic;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.millrace.server.http.HttpProblem;
import io.millrace.websocket.json.JsonProblem;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * The body that makes or changes a topic: {@code {"name":"readings","partitions":4,"replication_factor":1,"config":{…}}}.
 *
 * @param name null when it is not given
 * @param partitions -1 when it is not given
 * @param replicationFactor -1 when it is not given
 * @param config values are null where the client wrote null: back to the default
 */
record TopicRequest(String name, int partitions, int replicationFactor, Map<String, String> config) {

    static final Set<String> CREATE_MEMBERS = Set.of("name", "partitions", "replication_factor", "config");
    static final Set<String> CHANGE_MEMBERS = Set.of("partitions", "config");

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /**
     * Reads the body.
     *
     * @throws HttpProblem 400
     */
    static TopicRequest parse(byte[] body, Set<String> members) {
        JsonNode json = tree(body);
        if (!json.isObject()) {
            throw HttpProblem.badRequest("the body must be a JSON object");
        }
        json.fieldNames().forEachRemaining(name -> {
            if (!members.contains(name)) {
                throw HttpProblem.badRequest("unknown member '" + name + "'; possible here: "
                        + String.join(", ", members.stream().sorted().toList()));
            }
        });
        JsonNode name = json.get("name");
        if (name != null && !name.isTextual()) {
            throw HttpProblem.badRequest("'name' must be a string");
        }
        return new TopicRequest(
                name == null ? null : name.textValue(),
                number(json, "partitions"),
                number(json, "replication_factor"),
                config(json.get("config")));
    }

    private static JsonNode tree(byte[] body) {
        try {
            return MAPPER.readTree(body);
        } catch (IOException e) {
            throw HttpProblem.badRequest("the body is not valid JSON: " + JsonProblem.explain(e));
        }
    }

    private static int number(JsonNode json, String member) {
        JsonNode number = json.get(member);
        if (number == null) {
            return -1;
        }
        if (!number.isInt() || number.intValue() < 1) {
            throw HttpProblem.badRequest("'" + member + "' must be a whole number of at least 1, not " + number);
        }
        return number.intValue();
    }

    /** Numbers and booleans are taken as their text: Kafka's settings are strings. */
    private static Map<String, String> config(JsonNode json) {
        Map<String, String> config = new HashMap<>();
        if (json == null) {
            return config;
        }
        if (!json.isObject()) {
            throw HttpProblem.badRequest("'config' must be an object such as {\"retention.ms\":\"86400000\"}");
        }
        json.properties().forEach(setting -> {
            JsonNode value = setting.getValue();
            if (!value.isValueNode()) {
                throw HttpProblem.badRequest("'config': the value of '" + setting.getKey() + "' must be a string");
            }
            config.put(setting.getKey(), value.isNull() ? null : value.asText());
        });
        return config;
    }
}
