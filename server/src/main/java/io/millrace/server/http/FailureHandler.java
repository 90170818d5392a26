package io.millrace.server.http;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers with an error, for every route: the only place that turns an exception into a status, headers and a body. Unknown
 * exceptions are logged here, once, and answered with 500.
 */
final class FailureHandler implements Handler<RoutingContext> {

    private static final Logger LOG = LoggerFactory.getLogger(FailureHandler.class);
    private static final CharSequence JSON = HttpHeaders.createOptimized("application/json");
    private static final int RETRY_AFTER_MAX_S = 5;

    private final BodyDrain drain;
    private final Router router;

    FailureHandler(Vertx vertx, Router router) {
        this.drain = new BodyDrain(vertx);
        this.router = router;
    }

    /** Makes this the answer to everything that routes do not answer themselves. To be called when all routes are there. */
    void mount() {
        for (Route route : router.getRoutes()) {
            // The router would forget which route failed, and metrics could not tell them apart.
            if (route.getPath() != null) {
                route.failureHandler(this);
            }
        }
        for (int status : new int[] {400, 404, 405, 406, 413, 414, 415, 500}) {
            router.errorHandler(status, this);
        }
    }

    @Override
    public void handle(RoutingContext ctx) {
        Throwable failure = ctx.failure();
        if (failure == null) {
            failure = ofStatus(ctx);
        } else if (!(failure instanceof MillraceException) && ctx.statusCode() < 500 && ctx.statusCode() >= 400) {
            failure = notUnderstood(ctx.request(), failure.getMessage());
        }
        answer(ctx.request(), failure);
    }

    /** What the parser of HTTP itself refused; the connection cannot go on. */
    void invalidRequest(HttpServerRequest request) {
        Throwable cause = request.decoderResult().cause();
        HttpProblem problem;
        if (cause instanceof TooLongHttpLineException) {
            problem = HttpProblem.urlTooLong("the request line is too long: " + cause.getMessage());
        } else if (cause instanceof TooLongHttpHeaderException) {
            problem = HttpProblem.headersTooLarge("the headers are too large: " + cause.getMessage());
        } else {
            String spaces = AddressProblem.ofSpaces(cause.getMessage());
            problem = HttpProblem.badRequest(spaces != null ? spaces : "this is not HTTP/1.1: " + cause.getMessage());
        }
        request.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
        render(request, problem.status(), problem);
        request.connection().close();
    }

    /** Answers a request that no route has seen. */
    void answer(HttpServerRequest request, Throwable failure) {
        HttpServerResponse response = request.response();
        if (response.ended() || response.closed()) {
            return;
        }
        if (response.headWritten()) {
            // An answer has begun: cutting it is the only way to tell that it is not whole.
            logUnknown(request, failure);
            request.connection().close();
            return;
        }
        if (failure instanceof MillraceException problem) {
            int status = problem instanceof HttpProblem http
                    ? http.status()
                    : problem.code().httpStatus();
            if (status >= 500) {
                LOG.debug("{} {} answered {}: {}", request.method(), request.path(), status, problem.getMessage());
            }
            drain.before(request, status);
            render(request, status, problem);
        } else {
            logUnknown(request, failure);
            drain.before(request, 500);
            render(
                    request,
                    500,
                    new MillraceException(
                            ErrorCode.UNKNOWN_SERVER_ERROR,
                            "the server failed in a way it does not know; its log says more. Whether the request was carried out"
                                    + " is unknown"));
        }
    }

    private static void render(HttpServerRequest request, int status, MillraceException problem) {
        HttpServerResponse response = request.response();
        response.setStatusCode(status).putHeader(HttpHeaders.CONTENT_TYPE, JSON);
        if (problem instanceof HttpProblem http && http.retryAfterSeconds() > 0) {
            response.putHeader(HttpHeaders.RETRY_AFTER, Integer.toString(http.retryAfterSeconds()));
        } else if (status == 429 || status == 503) {
            // Jittered, so that the clients which were turned away together do not come back together.
            int seconds = ThreadLocalRandom.current().nextInt(1, RETRY_AFTER_MAX_S + 1);
            response.putHeader(HttpHeaders.RETRY_AFTER, Integer.toString(seconds));
        }
        if (request.method() == HttpMethod.HEAD) {
            response.end();
        } else {
            response.end(ProblemJson.body(problem.code(), problem.getMessage()));
        }
    }

    private static void logUnknown(HttpServerRequest request, Throwable failure) {
        LOG.error("{} {} failed, connection={}", request.method(), request.path(), request.remoteAddress(), failure);
    }

    private HttpProblem ofStatus(RoutingContext ctx) {
        HttpServerRequest request = ctx.request();
        if (ctx.statusCode() == 405) {
            Set<String> methods = new TreeSet<>();
            for (Route route : router.getRoutes()) {
                if (route.methods() != null && RoutePattern.matches(route.getPath(), ctx.normalizedPath())) {
                    route.methods().forEach(method -> methods.add(method.name()));
                }
            }
            String allowed = String.join(", ", methods);
            ctx.response().putHeader(HttpHeaders.ALLOW, allowed);
            return HttpProblem.methodNotAllowed(
                    request.method() + " is not possible on " + request.path() + "; possible: " + allowed);
        }
        if (ctx.statusCode() == 404) {
            return HttpProblem.unknownUrl("there is nothing at " + request.path());
        }
        return notUnderstood(request, request.method() + " " + request.path());
    }

    private static HttpProblem notUnderstood(HttpServerRequest request, String why) {
        String escapes = AddressProblem.ofEscapes(request.uri());
        return HttpProblem.badRequest(escapes != null ? escapes : "the request cannot be understood: " + why);
    }
}
