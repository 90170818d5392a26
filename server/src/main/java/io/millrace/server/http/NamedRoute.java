package io.millrace.server.http;

import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;

/** A route that metrics can tell from others: its name is method and pattern, {@code POST /topics/:topic/records}. */
public final class NamedRoute {

    private NamedRoute() {}

    /** A route that is counted by its name. One for GET answers HEAD as well (RFC 9110 §9.3.2): Vert.x leaves out the body. */
    public static Route of(Router router, HttpMethod method, String pattern) {
        Route route = router.route(method, pattern).setName(nameOf(method, pattern));
        return method == HttpMethod.GET ? route.method(HttpMethod.HEAD) : route;
    }

    public static String nameOf(HttpMethod method, String pattern) {
        return method.name() + " " + pattern;
    }
}
