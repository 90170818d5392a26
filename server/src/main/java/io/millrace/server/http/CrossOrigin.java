package io.millrace.server.http;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which pages may use this server (gateway protocol §10): no {@code Origin} is fine, the server's own host is fine, anything
 * else must be in the list. Answers preflight requests from the same list.
 */
final class CrossOrigin implements Handler<RoutingContext> {

    private static final CharSequence ALLOW_ORIGIN = HttpHeaders.createOptimized("access-control-allow-origin");
    private static final String METHODS = "GET, HEAD, POST, PATCH, DELETE, OPTIONS";
    private static final String REQUEST_HEADERS =
            "Authorization, Content-Type, Content-Encoding, Prefer, Idempotency-Key, Last-Event-ID";
    private static final String RESPONSE_HEADERS = "Retry-After, Location, Idempotency-Replayed, Preference-Applied";
    private static final String PREFLIGHT_SECONDS = "600";

    private final Set<String> allowedOrigins = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);

    CrossOrigin(Iterable<String> allowedOrigins) {
        allowedOrigins.forEach(this.allowedOrigins::add);
    }

    @Override
    public void handle(RoutingContext ctx) {
        HttpServerRequest request = ctx.request();
        String origin = request.getHeader(HttpHeaders.ORIGIN);
        if (origin == null) {
            ctx.next();
            return;
        }
        boolean listed = allowedOrigins.contains(origin);
        if (!listed && !isSameHost(origin, request.getHeader(HttpHeaders.HOST))) {
            ctx.fail(HttpProblem.originRefused("pages of '" + origin
                    + "' may not use this server; add the origin to http.allowedOrigins if they should"));
            return;
        }
        HttpServerResponse response = ctx.response();
        if (listed) {
            response.putHeader(ALLOW_ORIGIN, origin)
                    .putHeader(HttpHeaders.VARY, HttpHeaders.ORIGIN)
                    .putHeader("access-control-expose-headers", RESPONSE_HEADERS);
        }
        if (request.method() == HttpMethod.OPTIONS && request.getHeader("access-control-request-method") != null) {
            response.putHeader("access-control-allow-methods", METHODS)
                    .putHeader("access-control-allow-headers", REQUEST_HEADERS)
                    .putHeader("access-control-max-age", PREFLIGHT_SECONDS)
                    .setStatusCode(204)
                    .end();
            return;
        }
        ctx.next();
    }

    /** An origin is {@code scheme://authority}; the authority must be what the client called us. */
    private static boolean isSameHost(String origin, String host) {
        int authority = origin.indexOf("://");
        return authority > 0
                && host != null
                && origin.length() - authority - 3 == host.length()
                && origin.regionMatches(true, authority + 3, host, 0, host.length());
    }
}
