package io.millrace.server.http;

import io.vertx.core.AsyncResult;
import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;

/**
 * A handler that runs later than its route: the router does not see what it throws any more, and the request would never be
 * answered.
 */
public final class GuardedHandler {

    private GuardedHandler() {}

    /** Runs it whatever has become of what came before. */
    public static <T> Handler<AsyncResult<T>> always(RoutingContext ctx, Runnable action) {
        Handler<AsyncResult<T>> guarded = of(ctx, done -> action.run());
        return guarded;
    }

    /** The handler, with what it throws going to {@code ctx.fail}. */
    public static <T> Handler<T> of(RoutingContext ctx, Handler<T> handler) {
        return value -> {
            try {
                handler.handle(value);
            } catch (RuntimeException e) {
                ctx.fail(e);
            }
        };
    }
}
