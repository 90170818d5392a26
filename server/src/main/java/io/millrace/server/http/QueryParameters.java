package io.millrace.server.http;

import io.vertx.core.MultiMap;
import io.vertx.ext.web.RoutingContext;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The query parameters of a request: each at most once, and none that the route does not know. Bad ones are never ignored
 * (gateway protocol §2). Methods throw {@link HttpProblem} with status 400.
 */
public final class QueryParameters {

    private static final QueryParameters NONE = new QueryParameters(MultiMap.caseInsensitiveMultiMap());

    /** What the decoder puts in the place of malformed UTF-8: a key would silently become another one. */
    private static final char REPLACEMENT = '\uFFFD';

    private final MultiMap values;

    private QueryParameters(MultiMap values) {
        this.values = values;
    }

    /** Checks the names. */
    public static QueryParameters of(RoutingContext ctx, Set<String> known) {
        String query = ctx.request().query();
        if (query == null || query.isEmpty()) {
            return NONE;
        }
        MultiMap values = ctx.queryParams();
        for (Map.Entry<String, String> entry : values) {
            if (!known.contains(entry.getKey())) {
                throw HttpProblem.badRequest("unknown query parameter '" + entry.getKey() + "'; "
                        + (known.isEmpty()
                                ? "there are none here"
                                : "known: " + String.join(", ", new TreeSet<>(known))));
            }
        }
        for (String name : values.names()) {
            if (values.get(name).indexOf(REPLACEMENT) >= 0) {
                throw HttpProblem.badRequest(
                        "query parameter '" + name + "' is not valid UTF-8 after percent-decoding");
            }
            if (values.getAll(name).size() > 1) {
                throw HttpProblem.badRequest("query parameter '" + name + "' is given more than once");
            }
        }
        return new QueryParameters(values);
    }

    public boolean isEmpty() {
        return values.isEmpty();
    }

    /** The value, or null. */
    public String get(String name) {
        return values.get(name);
    }

    public boolean has(String name) {
        return values.contains(name);
    }

    /** A whole number in a range, or the default. */
    public long number(String name, long absent, long min, long max) {
        String text = get(name);
        if (text == null) {
            return absent;
        }
        long value;
        try {
            value = Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw HttpProblem.badRequest("'" + name + "' must be a whole number, not '" + text + "'");
        }
        if (value < min || value > max) {
            throw HttpProblem.badRequest("'" + name + "' must be between " + min + " and " + max + ": " + value);
        }
        return value;
    }

    /** Milliseconds since 1970, given as such or as an ISO 8601 instant ({@code 2026-01-31T08:00:00Z}); or the default. */
    public long time(String name, long absent) {
        String text = get(name);
        return text == null ? absent : parseTime(name, text);
    }

    /** As {@link #time}, for a text from elsewhere; {@code name} is for the message. */
    public static long parseTime(String name, String text) {
        try {
            long ms = isNumber(text) ? Long.parseLong(text) : parseInstant(text).toEpochMilli();
            if (ms >= 0) {
                return ms;
            }
        } catch (NumberFormatException | DateTimeParseException e) {
            // Said below, in the user's words.
        }
        throw HttpProblem.badRequest("'" + name + "' must be milliseconds since 1970 or an instant such as"
                + " 2026-01-31T08:00:00Z, not '" + text + "'");
    }

    /** A flag, {@code true} or {@code false}; or false. */
    public boolean flag(String name) {
        String text = get(name);
        if (text == null || text.equals("false")) {
            return false;
        }
        if (text.equals("true")) {
            return true;
        }
        throw HttpProblem.badRequest("'" + name + "' must be true or false, not '" + text + "'");
    }

    private static boolean isNumber(String text) {
        return !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    private static Instant parseInstant(String text) {
        return text.endsWith("Z")
                ? Instant.parse(text)
                : OffsetDateTime.parse(text).toInstant();
    }
}
