package io.millrace.server.http;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.RoutingContext;

/**
 * The first handler of every request: lets it in or not, and notes how it ended. Handlers that replace {@link
 * HttpServerResponse#endHandler} (streams) count for themselves and keep their connection out of the idle sweep.
 */
final class RequestEntry implements Handler<RoutingContext> {

    private static final String NO_ROUTE = "none";

    private final ConnectionGuard connections;
    private final HttpMetrics metrics;
    private final HttpConfig config;

    RequestEntry(ConnectionGuard connections, HttpMetrics metrics, HttpConfig config) {
        this.connections = connections;
        this.metrics = metrics;
        this.config = config;
    }

    @Override
    public void handle(RoutingContext ctx) {
        long began = System.nanoTime();
        HttpConnection connection = ctx.request().connection();
        HttpServerResponse response = ctx.response();
        boolean admitted = connections.requestBegan(connection);
        response.endHandler(end -> {
            int status = response.getStatusCode();
            metrics.requestAnswered(routeOf(ctx, status), status, System.nanoTime() - began);
            connections.requestAnswered(connection);
            if (!admitted) {
                connection.close();
            }
        });
        if (!admitted) {
            response.putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
            ctx.fail(HttpProblem.overloaded("this node has its " + config.maxConnections()
                    + " connections; try again later or raise http.maxConnections"));
            return;
        }
        ctx.next();
    }

    /** Patterns only: a label that clients can choose would grow without bound. */
    private static String routeOf(RoutingContext ctx, int status) {
        Route route = ctx.currentRoute();
        // A route for every path was only passed through on the way to an error.
        boolean passedThrough = route == null || (route.getPath() == null && status >= 400);
        String name = passedThrough ? null : route.getName();
        return name == null ? NO_ROUTE : name;
    }
}
