package io.millrace.server.http.produce;

import io.millrace.cluster.partition.Acks;
import io.millrace.server.http.HttpProblem;
import io.millrace.server.http.QueryParameters;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/**
 * What the query of a write asks for.
 *
 * @param key the key of every record, or null
 * @param partition the partition of every record, -1 when it follows from the key
 * @param timestampMs the timestamp of every record, -1 for the time of the append
 * @param keyField where in each JSON value its key is, or null
 * @param timestampField where in each JSON value its timestamp is, or null
 * @param acks when to answer
 * @param timeoutMs how long to wait for replicas
 */
record ProduceOptions(
        byte[] key,
        int partition,
        long timestampMs,
        FieldPath keyField,
        FieldPath timestampField,
        Acks acks,
        int timeoutMs) {

    private static final int TIMEOUT_MS = 10_000;
    private static final int TIMEOUT_MS_MAX = 60_000;

    private static final Set<String> NAMES =
            Set.of("key", "partition", "timestamp", "key_field", "timestamp_field", "acks", "timeout_ms");

    /** Where each record says for itself what it is, only these remain. */
    private static final Set<String> CONFLUENT_NAMES = Set.of("acks", "timeout_ms");

    private static final ProduceOptions DEFAULTS = new ProduceOptions(null, -1, -1, null, null, Acks.ALL, TIMEOUT_MS);

    /**
     * Reads the query.
     *
     * @throws HttpProblem 400
     */
    static ProduceOptions of(RoutingContext ctx, RecordFormat format) {
        QueryParameters query = QueryParameters.of(ctx, format.isConfluent() ? CONFLUENT_NAMES : NAMES);
        if (query.isEmpty()) {
            return DEFAULTS;
        }
        exclusive(query, "key", "key_field");
        exclusive(query, "timestamp", "timestamp_field");
        if (!format.hasFields() && (query.has("key_field") || query.has("timestamp_field"))) {
            throw HttpProblem.badRequest("key_field and timestamp_field need a JSON body");
        }
        String key = query.get("key");
        return new ProduceOptions(
                key == null ? null : key.getBytes(StandardCharsets.UTF_8),
                (int) query.number("partition", -1, 0, Integer.MAX_VALUE),
                query.time("timestamp", -1),
                FieldPath.of("key_field", query.get("key_field")),
                FieldPath.of("timestamp_field", query.get("timestamp_field")),
                acks(query.get("acks")),
                (int) query.number("timeout_ms", TIMEOUT_MS, 1, TIMEOUT_MS_MAX));
    }

    private static void exclusive(QueryParameters query, String one, String other) {
        if (query.has(one) && query.has(other)) {
            throw HttpProblem.badRequest("give '" + one + "' or '" + other + "', not both");
        }
    }

    private static Acks acks(String text) {
        if (text == null) {
            return Acks.ALL;
        }
        return switch (text) {
            case "all", "-1" -> Acks.ALL;
            case "1" -> Acks.LEADER;
            case "0" -> Acks.NONE;
            default -> throw HttpProblem.badRequest("'acks' must be all, 1 or 0, not '" + text + "'");
        };
    }
}
