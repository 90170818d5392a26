package io.millrace.server.http.read;

import io.millrace.cluster.error.MillraceException;
import io.millrace.server.http.HttpProblem;
import io.millrace.websocket.GatewayLimits;
import io.millrace.websocket.protocol.DurationText;
import io.millrace.websocket.protocol.WireForm;
import io.millrace.websocket.subscription.StreamParameters;
import io.vertx.core.MultiMap;
import io.vertx.ext.web.RoutingContext;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a read asks for.
 *
 * @param where the same as a stream's: position, partitions, filter and form of the records; its expression is not compiled yet
 * @param max how many records to answer at most
 * @param waitMs how long to wait when there is none
 */
record ReadQuery(StreamParameters where, int max, long waitMs) {

    private static final String MAX = "max";
    private static final String WAIT = "wait";
    private static final String HEADER = "header.";

    /** Of a stream's parameters those that mean something for a single answer. */
    private static final Set<String> STREAM_NAMES = Set.of(
            "from", "resume", "reset", "partition", "format", "envelope", "fields", "key", "key_prefix", "where");

    private static final int MAX_DEFAULT = 500;
    private static final int MAX_LIMIT = 10_000;

    /** Below the idle timeout of the listener, so that a waiting client is not taken for a silent one. */
    private static final long WAIT_MS_MAX = 60_000;

    /**
     * Reads the query.
     *
     * @throws MillraceException INVALID_REQUEST
     */
    static ReadQuery of(RoutingContext ctx, GatewayLimits limits) {
        String query = ctx.request().query();
        MultiMap given = query == null || query.isEmpty() ? MultiMap.caseInsensitiveMultiMap() : ctx.queryParams();
        Map<String, List<String>> streams = new LinkedHashMap<>();
        for (String name : given.names()) {
            if (STREAM_NAMES.contains(name) || name.startsWith(HEADER)) {
                streams.put(name, given.getAll(name));
            } else if (!name.equals(MAX) && !name.equals(WAIT)) {
                throw unknown(name);
            } else if (given.getAll(name).size() > 1) {
                throw HttpProblem.badRequest("query parameter '" + name + "' is given more than once");
            }
        }
        return new ReadQuery(
                StreamParameters.parse(streams, null, limits).in(WireForm.NDJSON, false),
                max(given.get(MAX)),
                waitMs(given.get(WAIT)));
    }

    private static HttpProblem unknown(String name) {
        Set<String> known = new TreeSet<>(STREAM_NAMES);
        known.addAll(Set.of(MAX, WAIT, "header.NAME"));
        return HttpProblem.badRequest("unknown query parameter '" + name + "'; known: " + String.join(", ", known));
    }

    private static int max(String text) {
        if (text == null) {
            return MAX_DEFAULT;
        }
        if (!text.matches("[0-9]{1,6}") || Integer.parseInt(text) < 1 || Integer.parseInt(text) > MAX_LIMIT) {
            throw HttpProblem.badRequest("'max' must be between 1 and " + MAX_LIMIT + ", not '" + text + "'");
        }
        return Integer.parseInt(text);
    }

    private static long waitMs(String text) {
        long waitMs = text == null ? 0 : DurationText.parseMs(WAIT, text);
        if (waitMs > WAIT_MS_MAX) {
            throw HttpProblem.badRequest("'wait' must be at most " + WAIT_MS_MAX / 1000 + "s, not " + text);
        }
        return waitMs;
    }
}
