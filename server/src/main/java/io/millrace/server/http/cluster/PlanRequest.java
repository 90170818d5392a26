package io.millrace.server.http.cluster;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.millrace.server.http.HttpProblem;
import java.io.IOException;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;

/**
 * The body of what moves partitions: {@code {"node":1,"dry_run":true,"throttle_bytes_per_second":50000000}}. Nothing is an empty object.
 *
 * @param throttle empty when it is not given, or null
 */
record PlanRequest(OptionalInt node, boolean dryRun, OptionalLong throttle) {

    static final Set<String> REBALANCE_MEMBERS = Set.of("dry_run", "throttle_bytes_per_second");
    static final Set<String> DRAIN_MEMBERS = Set.of("node", "dry_run", "throttle_bytes_per_second");
    static final Set<String> THROTTLE_MEMBERS = Set.of("throttle_bytes_per_second");

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /**
     * Reads the body.
     *
     * @throws HttpProblem 400
     */
    static PlanRequest parse(byte[] body, Set<String> members) {
        JsonNode json = object(body, members);
        return new PlanRequest(node(json.get("node")), flag(json.get("dry_run"), "dry_run"), rate(json));
    }

    /**
     * A body that is an object with these members at most; nothing is an empty one.
     *
     * @throws HttpProblem 400
     */
    static JsonNode object(byte[] body, Set<String> members) {
        JsonNode json = body.length == 0 ? MAPPER.createObjectNode() : tree(body);
        if (!json.isObject()) {
            throw HttpProblem.badRequest("the body must be a JSON object");
        }
        json.fieldNames().forEachRemaining(name -> {
            if (!members.contains(name)) {
                throw HttpProblem.badRequest(
                        "unknown member '" + name + "'; possible here: " + String.join(", ", new TreeSet<>(members)));
            }
        });
        return json;
    }

    /** Which node is to be emptied. */
    int drainedNode() {
        return node.orElseThrow(() -> HttpProblem.badRequest("'node' is missing: which one is to be emptied?"));
    }

    /** A node id in a path. */
    static int nodeId(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw HttpProblem.badRequest("a node is named by its number, not '" + text + "'");
        }
    }

    private static JsonNode tree(byte[] body) {
        try {
            return MAPPER.readTree(body);
        } catch (IOException e) {
            throw HttpProblem.badRequest("the body is not valid JSON: " + e.getMessage());
        }
    }

    private static OptionalInt node(JsonNode value) {
        if (value == null) {
            return OptionalInt.empty();
        }
        if (!value.isInt()) {
            throw HttpProblem.badRequest("'node' must be the number of a node, not " + value);
        }
        return OptionalInt.of(value.intValue());
    }

    static boolean flag(JsonNode value, String name) {
        if (value != null && !value.isBoolean()) {
            throw HttpProblem.badRequest("'" + name + "' must be true or false, not " + value);
        }
        return value != null && value.booleanValue();
    }

    private static OptionalLong rate(JsonNode json) {
        JsonNode value = json.get("throttle_bytes_per_second");
        if (value == null || value.isNull()) {
            return OptionalLong.empty();
        }
        if (!value.canConvertToLong() || !value.isIntegralNumber() || value.longValue() < 1) {
            throw HttpProblem.badRequest(
                    "'throttle_bytes_per_second' must be a whole number of at least 1, not " + value);
        }
        return OptionalLong.of(value.longValue());
    }
}
