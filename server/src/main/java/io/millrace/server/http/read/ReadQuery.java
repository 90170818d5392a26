package io.millrace.server.http.read;

import io.millrace.cluster.error.MillraceException;
import io.millrace.server.http.HttpProblem;
import io.millrace.server.http.QueryParameters;
import io.millrace.websocket.delivery.Envelope;
import io.millrace.websocket.delivery.Projection;
import io.millrace.websocket.delivery.ValueFormat;
import io.millrace.websocket.filter.RecordFilter;
import io.millrace.websocket.protocol.DurationText;
import io.millrace.websocket.protocol.ResumeToken;
import io.millrace.websocket.subscription.Reset;
import io.millrace.websocket.subscription.StartPosition;
import io.millrace.websocket.subscription.StreamParameters;
import io.vertx.ext.web.RoutingContext;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What a read asks for.
 *
 * @param where the same as a stream's: position, partitions and form of the records
 * @param max how many records to answer at most
 * @param waitMs how long to wait when there is none
 */
record ReadQuery(StreamParameters where, int max, long waitMs) {

    private static final Set<String> NAMES = Set.of("from", "resume", "reset", "partition", "max", "wait", "format");

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
        StreamParameters where = new StreamParameters(
                query.has("from") ? StartPosition.parse(query.get("from")) : null,
                query.has("resume") ? ResumeToken.parse("resume", query.get("resume")) : null,
                query.has("reset") ? Reset.parse(query.get("reset")) : Reset.EARLIEST,
                partitions(query.get("partition")),
                query.has("format") ? ValueFormat.parse(query.get("format")) : ValueFormat.JSON,
                Envelope.RECORD,
                RecordFilter.ALL,
                Projection.WHOLE,
                null,
                false,
                0,
                Long.MAX_VALUE,
                false,
                false);
        return new ReadQuery(where, (int) query.number("max", MAX_DEFAULT, 1, MAX_LIMIT), waitMs);
    }

    private static SortedSet<Integer> partitions(String text) {
        SortedSet<Integer> partitions = new TreeSet<>();
        if (text == null) {
            return partitions;
        }
        for (String part : text.split(",", -1)) {
            if (part.isEmpty() || part.length() > 9 || !part.chars().allMatch(c -> c >= '0' && c <= '9')) {
                throw HttpProblem.badRequest(
                        "'partition' must be numbers joined by commas, such as 0,3, not '" + text + "'");
            }
            partitions.add(Integer.parseInt(part));
        }
        return partitions;
    }
}
