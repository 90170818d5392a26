package io.millrace.websocket.subscription;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.websocket.GatewayLimits;
import io.millrace.websocket.conflation.Conflation;
import io.millrace.websocket.delivery.Envelope;
import io.millrace.websocket.delivery.Projection;
import io.millrace.websocket.delivery.ValueFormat;
import io.millrace.websocket.filter.RecordFilter;
import io.millrace.websocket.filter.WhereExpression;
import io.millrace.websocket.protocol.DurationText;
import io.millrace.websocket.protocol.ResumeToken;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The query parameters of a stream (gateway protocol §2), checked. What is not known, or not known yet, is an error that names
 * the parameter: a filter that is silently ignored would look like a stream that sends too much.
 *
 * <p>The expression of the filter is not compiled yet: that belongs on a worker.
 *
 * @param from null when the client did not say
 * @param resume null when there is none
 * @param partitions empty for all
 * @param conflation null for none
 * @param table whether it is the newest record of each key, and then what changes
 */
public record StreamParameters(
        StartPosition from,
        ResumeToken resume,
        Reset reset,
        SortedSet<Integer> partitions,
        ValueFormat format,
        Envelope envelope,
        RecordFilter filter,
        Projection projection,
        Conflation conflation,
        boolean table,
        long heartbeatMs,
        long limit,
        boolean untilLatest,
        boolean control) {

    private static final String LAST_EVENT_ID = "Last-Event-ID";

    /** What the parameters for headers begin with. */
    private static final String HEADER = "header.";

    /** In the protocol, but not in this version. */
    private static final Set<String> LATER =
            Set.of("max_lag", "group", "instance", "commit", "topic", "topic_pattern", "ticket", "access_token");

    /** In the protocol with several values, of which this version has one. */
    private static final Map<String, String> ONE_VALUE =
            Map.of("slow", "wait", "isolation", "read_uncommitted", "batch", "1");

    /** The same, with another object for the filter's expression. */
    public StreamParameters withWhere(WhereExpression expression) {
        return new StreamParameters(
                from,
                resume,
                reset,
                partitions,
                format,
                envelope,
                filter.withWhere(expression),
                projection,
                conflation,
                table,
                heartbeatMs,
                limit,
                untilLatest,
                control);
    }

    /**
     * Reads the parameters.
     *
     * @param query decoded, in the order of the request
     * @param lastEventId the header of that name, or null
     * @throws MillraceException INVALID_REQUEST whose message begins with the parameter
     */
    public static StreamParameters parse(Map<String, List<String>> query, String lastEventId, GatewayLimits limits) {
        Builder builder = new Builder(limits);
        query.forEach((name, values) -> {
            if (values.size() > 1 && !name.equals("key")) {
                throw wrong(name, "is given " + values.size() + " times; give it once");
            }
            builder.set(name, values);
        });
        if (lastEventId != null && !lastEventId.isEmpty()) {
            // The browser's own memory is newer than the address that it reconnects to.
            builder.resume = ResumeToken.parse(LAST_EVENT_ID, lastEventId);
        }
        return builder.build();
    }

    private static MillraceException wrong(String name, String what) {
        return new MillraceException(ErrorCode.INVALID_REQUEST, name + ": " + what);
    }

    private static final class Builder {
        private final GatewayLimits limits;
        private StartPosition from;
        private ResumeToken resume;
        private Reset reset = Reset.EARLIEST;
        private final SortedSet<Integer> partitions = new TreeSet<>();
        private ValueFormat format = ValueFormat.JSON;
        private Envelope envelope = Envelope.RECORD;
        private RecordFilter filter = RecordFilter.ALL;
        private final Map<String, String> headers = new HashMap<>();
        private Projection projection = Projection.WHOLE;
        private boolean table;
        private String conflate;
        private String conflateBy;
        private long heartbeatMs;
        private long limit = Long.MAX_VALUE;
        private boolean untilLatest;
        private boolean control;

        Builder(GatewayLimits limits) {
            this.limits = limits;
            this.heartbeatMs = limits.heartbeatDefaultMs();
        }

        void set(String name, List<String> values) {
            String value = values.get(0);
            switch (name) {
                case "from" -> from = StartPosition.parse(value);
                case "resume", "last_event_id" -> resume = ResumeToken.parse(name, value);
                case "reset" -> reset = Reset.parse(value);
                case "partition" -> partitions(value);
                case "format" -> format = ValueFormat.parse(value);
                case "envelope" -> envelope = Envelope.parse(value);
                case "key" -> keys(values);
                case "key_prefix" -> filter = filter.withKeyPrefix(checkUtf8(name, value));
                case "where" -> filter = filter.withWhere(new WhereExpression(value));
                case "fields" -> projection = Projection.parse(value);
                case "view" -> table = isOneOf(name, value, "table", "log");
                case "conflate" -> conflate = value;
                case "conflate_by" -> conflateBy = value;
                case "heartbeat" -> heartbeat(value);
                case "limit" -> limit = count(name, value);
                case "until" -> untilLatest = isOneOf(name, value, "latest", null);
                case "control" -> control = isOneOf(name, value, "1", "0");
                default -> {
                    if (name.startsWith(HEADER)) {
                        header(name, value);
                    } else {
                        other(name, value);
                    }
                }
            }
        }

        private void partitions(String text) {
            for (String part : text.split(",", -1)) {
                if (part.isEmpty() || part.length() > 9 || !part.chars().allMatch(c -> c >= '0' && c <= '9')) {
                    throw wrong("partition", "'" + text + "' is not a list of partitions, such as 0,3");
                }
                partitions.add(Integer.parseInt(part));
            }
        }

        private void keys(List<String> keys) {
            if (keys.size() > limits.keysMax()) {
                throw wrong("key", "is given " + keys.size() + " times; at most " + limits.keysMax() + " are allowed");
            }
            keys.forEach(key -> checkUtf8("key", key));
            filter = filter.withKeys(keys);
        }

        private void header(String parameter, String value) {
            if (parameter.length() == HEADER.length()) {
                throw wrong(parameter, "the name of the header is missing; write header.NAME=value");
            }
            checkUtf8(parameter, parameter);
            headers.put(parameter.substring(HEADER.length()), checkUtf8(parameter, value));
            if (headers.size() > limits.keysMax()) {
                throw wrong(parameter, "at most " + limits.keysMax() + " headers can be asked for");
            }
        }

        /** What is no UTF-8 was replaced when the address was decoded; it would look for something else than it says. */
        private static String checkUtf8(String name, String value) {
            if (value.indexOf('\uFFFD') >= 0) {
                throw wrong(name, "is not UTF-8; only keys and headers that are UTF-8 text can be asked for");
            }
            return value;
        }

        private void heartbeat(String text) {
            heartbeatMs = DurationText.parseMs("heartbeat", text);
            if (heartbeatMs < limits.heartbeatMinMs() || heartbeatMs > limits.heartbeatMaxMs()) {
                throw wrong(
                        "heartbeat",
                        text + " is not between " + limits.heartbeatMinMs() + "ms and " + limits.heartbeatMaxMs()
                                + "ms");
            }
        }

        private static long count(String name, String text) {
            if (text.isEmpty()
                    || text.length() > 18
                    || !text.chars().allMatch(c -> c >= '0' && c <= '9')
                    || Long.parseLong(text) == 0) {
                throw wrong(name, "'" + text + "' is not a number of records; write 1 or more");
            }
            return Long.parseLong(text);
        }

        /** True for one word, false for another; null when there is no other. */
        private static boolean isOneOf(String name, String value, String yes, String no) {
            if (value.equals(yes) || value.equals(no)) {
                return value.equals(yes);
            }
            throw wrong(name, "'" + value + "' is not known; write " + (no == null ? yes : no + " or " + yes));
        }

        private static void other(String name, String value) {
            String only = ONE_VALUE.get(name);
            if (only != null) {
                if (!value.equals(only)) {
                    throw wrong(name, "'" + value + "' is not supported by this version; only " + only + " is");
                }
                return;
            }
            if (LATER.contains(name)) {
                throw wrong(name, "this parameter is not supported by this version; leave it out");
            }
            throw wrong(
                    name,
                    "this parameter is not known; known are from, resume, last_event_id, reset, partition, format,"
                            + " envelope, key, key_prefix, header.NAME, where, fields, view, conflate, conflate_by, heartbeat, limit, until and control");
        }

        StreamParameters build() {
            if (table && from != null && !(from instanceof StartPosition.Earliest)) {
                throw wrong("from", "a table begins with the newest record of each key; leave it out, or use resume");
            }
            if (table && conflateBy != null && !conflateBy.equals("key")) {
                throw wrong("conflate_by", "a table has one record of each key; leave it out");
            }
            if (!projection.isWhole() && format != ValueFormat.JSON) {
                throw wrong("fields", "needs format=json, which is the default; other formats do not look into values");
            }
            return new StreamParameters(
                    from,
                    resume,
                    reset,
                    partitions,
                    format,
                    envelope,
                    filter.withHeaders(headers),
                    projection,
                    Conflation.parse(conflate, conflateBy),
                    table,
                    heartbeatMs,
                    limit,
                    untilLatest,
                    control);
        }
    }
}
