package io.millrace.server.http.page;

import static io.millrace.server.http.HttpTestServer.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.server.http.HttpListener;
import io.millrace.server.http.HttpMetrics;
import io.millrace.server.http.RawConnection;
import io.millrace.server.http.RouteModule;
import io.millrace.server.http.TestConfigs;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DashboardRoutesIT {

    private static final Vertx VERTX = Vertx.vertx();
    private static HttpListener listener;

    @BeforeAll
    static void start() throws Exception {
        RouteModule api = router ->
                router.get("/topics/:topic").handler(ctx -> ctx.response().end("topic"));
        listener = await(HttpListener.start(
                VERTX,
                TestConfigs.defaults(),
                List.of(api, new DashboardRoutes(VERTX, "http-test-site")),
                HttpMetrics.NONE));
    }

    @AfterAll
    static void stop() throws Exception {
        await(VERTX.close());
    }

    @Test
    void servesThePageWithAPolicyThatNamesItsInlineScripts() throws Exception {
        String hash = Base64.getEncoder()
                .encodeToString(MessageDigest.getInstance("SHA-256")
                        .digest("document.title = 'inline'".getBytes(StandardCharsets.UTF_8)));

        assertThat(get("/"))
                .startsWith("HTTP/1.1 200")
                .contains("content-type: text/html; charset=utf-8")
                .contains("default-src 'none'; script-src 'self' 'sha256-" + hash + "';")
                .contains("frame-ancestors 'none'")
                .contains("x-content-type-options: nosniff")
                .contains("<title>Test page</title>");
    }

    @Test
    void servesModulesAsJavaScriptAndRevalidatesThem() throws Exception {
        String first = get("/ui/app.js");
        assertThat(first)
                .startsWith("HTTP/1.1 200")
                .contains("content-type: text/javascript")
                .contains("cache-control: no-cache")
                .endsWith("export const answer = 42\n");

        String etag = first.replaceFirst("(?s).*etag: (\"\\w+\").*", "$1");
        assertThat(get("/ui/app.js", "If-None-Match: " + etag)).startsWith("HTTP/1.1 304");
        assertThat(get("/ui/app.js", "If-None-Match: \"other\"")).startsWith("HTTP/1.1 200");
    }

    @Test
    void leavesOtherUrlsToOtherRoutes() throws Exception {
        assertThat(get("/topics/readings")).endsWith("topic");
        assertThat(get("/topics/readings.json")).endsWith("topic");
        assertThat(get("/missing.js")).startsWith("HTTP/1.1 404").contains("application/json");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/../logback.xml",
                "/ui/../../io/millrace/server/http/HttpListener.class",
                "/%2e%2e/http-test-site/index.html",
                "/ui",
                "/ui/",
                "//index.html",
                "/ui/..%2fapp.js",
                "/./index.html"
            })
    void servesNothingThatIsNoPlainPathToAFile(String path) throws Exception {
        assertThat(get(path)).startsWith("HTTP/1.1 404");
    }

    private static String get(String path, String... headers) throws Exception {
        try (RawConnection connection = new RawConnection(listener.port())) {
            StringBuilder request = new StringBuilder("GET " + path + " HTTP/1.1\r\nHost: x\r\n");
            for (String header : headers) {
                request.append(header).append("\r\n");
            }
            return connection.send(request.append("\r\n").toString()).readAnswer();
        }
    }
}
