package io.millrace.server.http;

import io.vertx.ext.web.Router;

/** The routes of one subject, to be attached to the listener. */
@FunctionalInterface
public interface RouteModule {

    /**
     * Adds the routes. Called once on each event loop that serves connections, on that event loop: timers set here end with the
     * listener, and what is created here is used by that event loop only. Routes are tried in the order of the modules.
     *
     * <p>A handler that cannot do what was asked calls {@code ctx.fail(new MillraceException(…))} or {@link HttpProblem}.
     */
    void mount(Router router);
}
