package io.millrace.server.http.read;

import io.millrace.cluster.error.MillraceException;
import io.millrace.server.http.HttpProblem;
import io.millrace.server.http.QueryParameters;
import io.millrace.websocket.GatewayLimits;
import io.millrace.websocket.protocol.DurationText;
import io.millrace.websocket.subscription.StreamParameters;
import io.vertx.ext.web.RoutingContext;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a read asks for.
 *
 * @param where the same as a stream's: position, partitions and form of the records
 * @param max how many records to answer at most
 * @param waitMs how long to wait when there is none
 */
record ReadQuery(StreamParameters where, int max, long waitMs) {

    private static final Set<String> NAMES = Set.of("from", "resume", "reset", "partition", "max", "wait", "format");

    /** Those that mean what they mean for a stream. */
    private static final Set<String> START = Set.of("from", "resume", "reset", "partition", "format");

    private static final int MAX_DEFAULT = 500;
    private static final int MAX_LIMIT = 10_000;

    /** Below the idle timeout of the listener, so that a waiting client is not taken for a silent one. */
    private static final long WAIT_MS_MAX = 60_000;

    /**
     * Reads the query.
     *
     * @throws MillraceException INVALID_REQUEST
     */
    static ReadQuery of(RoutingContext ctx) {
        QueryParameters query = QueryParameters.of(ctx, NAMES);
        String wait = query.get("wait");
        long waitMs = wait == null ? 0 : DurationText.parseMs("wait", wait);
        if (waitMs > WAIT_MS_MAX) {
            throw HttpProblem.badRequest("'wait' must be at most " + WAIT_MS_MAX / 1000 + "s, not " + wait);
        }
        Map<String, List<String>> start = new HashMap<>();
        for (String name : START) {
            if (query.has(name)) {
                start.put(name, List.of(query.get(name)));
            }
        }
        StreamParameters where = StreamParameters.parse(start, null, GatewayLimits.defaults());
        return new ReadQuery(where, (int) query.number("max", MAX_DEFAULT, 1, MAX_LIMIT), waitMs);
    }
}
