package io.millrace.server.http.page;

import io.millrace.server.http.RouteModule;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * The dashboard at {@code /}: files below a folder of the class path, {@code index.html} for the folder itself. They are asked
 * for before all other routes, and a path that is no file goes on to those.
 *
 * <p>File names carry no version, so browsers ask again each time and are mostly answered with 304.
 */
public final class DashboardRoutes implements RouteModule {

    private static final int BEFORE_ALL_OTHERS = -1_000;

    private static final Pattern SAFE_PATH = Pattern.compile("(/[A-Za-z0-9_@-][A-Za-z0-9._@-]*)+");

    private final Vertx vertx;
    private final String folder;
    private final ClassLoader classPath;

    /** Files that exist, so the class path bounds them. */
    private final Map<String, StaticFile> files = new ConcurrentHashMap<>();

    /** @param folder the folder on the class path, without slashes around it */
    public DashboardRoutes(Vertx vertx, String folder) {
        this.vertx = vertx;
        this.folder = folder;
        this.classPath = DashboardRoutes.class.getClassLoader();
    }

    @Override
    public void mount(Router router) {
        router.route().order(BEFORE_ALL_OTHERS).setName("/dashboard").handler(this::handle);
    }

    private void handle(RoutingContext ctx) {
        HttpMethod method = ctx.request().method();
        if (method != HttpMethod.GET && method != HttpMethod.HEAD) {
            ctx.next();
            return;
        }
        String path = ctx.request().path();
        String file = path.equals("/") ? "/index.html" : path;
        String contentType = StaticFile.contentTypeOf(file);
        if (contentType == null || !SAFE_PATH.matcher(file).matches()) {
            ctx.next();
            return;
        }
        StaticFile known = files.get(file);
        if (known != null) {
            answer(ctx, known);
            return;
        }
        ctx.request().pause();
        vertx.executeBlocking(() -> load(file, contentType), false)
                .onComplete(
                        loaded -> {
                            ctx.request().resume();
                            loaded.ifPresentOrElse(found -> answer(ctx, found), ctx::next);
                        },
                        ctx::fail);
    }

    private Optional<StaticFile> load(String file, String contentType) throws IOException {
        try (InputStream in = classPath.getResourceAsStream(folder + file)) {
            if (in == null) {
                return Optional.empty();
            }
            StaticFile read = StaticFile.read(in, contentType);
            files.put(file, read);
            return Optional.of(read);
        }
    }

    private static void answer(RoutingContext ctx, StaticFile file) {
        HttpServerResponse response = ctx.response();
        response.putHeader(HttpHeaders.ETAG, file.etag())
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-cache")
                .putHeader("x-content-type-options", "nosniff")
                .putHeader("referrer-policy", "no-referrer");
        if (file.securityPolicy() != null) {
            response.putHeader("content-security-policy", file.securityPolicy());
        }
        if (file.etag().equals(ctx.request().getHeader(HttpHeaders.IF_NONE_MATCH))) {
            response.setStatusCode(304).end();
            return;
        }
        response.putHeader(HttpHeaders.CONTENT_TYPE, file.contentType());
        if (ctx.request().method() == HttpMethod.HEAD) {
            response.putHeader(
                            HttpHeaders.CONTENT_LENGTH,
                            Integer.toString(file.content().length()))
                    .end();
        } else {
            response.end(file.content());
        }
    }
}
