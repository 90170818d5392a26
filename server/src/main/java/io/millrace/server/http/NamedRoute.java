package io.millrace.server.http;

import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;

/** A route that metrics can tell from others: its name is method and pattern, {@code POST /topics/:topic/records}. */
public final class NamedRoute {

    private NamedRoute() {}

    public static Route of(Router router, HttpMethod method, String pattern) {
        return router.route(method, pattern).setName(nameOf(method, pattern));
    }

    public static String nameOf(HttpMethod method, String pattern) {
        return method.name() + " " + pattern;
    }
}
