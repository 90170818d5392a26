package io.millrace.server.http.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.server.http.HttpListener;
import io.millrace.server.http.HttpMetrics;
import io.millrace.server.http.HttpTestServer;
import io.millrace.server.http.TestConfigs;
import io.millrace.websocket.GatewayMetrics;
import io.millrace.websocket.auth.ClientAccess;
import io.millrace.websocket.auth.ClientAuthenticator;
import io.millrace.websocket.auth.ClientIdentity;
import io.millrace.websocket.auth.Credentials;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code POST /auth/ticket}. */
class TicketRoutesIT {

    @Test
    void aTicketOpensOneStream(@TempDir Path directory) throws Exception {
        try (HttpTestServer server = HttpTestServer.start(directory)) {
            server.createTopic("readings", 1, Map.of());
            HttpResponse<String> typo = server.post("/auth/ticket?acces_token=any", null, "");
            assertThat(typo.statusCode()).isEqualTo(400);
            assertThat(typo.body()).contains("unknown query parameter 'acces_token'");
            HttpResponse<String> answer = server.post("/auth/ticket", null, "");
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.headers().firstValue("Cache-Control")).hasValue("no-store");
            JsonObject ticket = new JsonObject(answer.body());
            assertThat(ticket.getLong("expires_in_ms")).isEqualTo(30_000);
            String path = "/topics/readings/stream?from=earliest&until=latest&ticket=" + ticket.getString("ticket");
            assertThat(server.get(path).statusCode()).isEqualTo(200);
            assertThat(server.get(path).statusCode()).isEqualTo(401);
            assertThat(server.metrics.scrape()).contains("millrace_gateway_auth_failures_total 1");
        }
    }

    @Test
    void whoShowsNothingOrATicketGetsNone() throws Exception {
        ClientAuthenticator needsAToken = credentials -> credentials instanceof Credentials.Bearer
                ? Future.succeededFuture(ClientIdentity.ANONYMOUS)
                : Future.failedFuture(new MillraceException(ErrorCode.SASL_AUTHENTICATION_FAILED, "show a token"));
        Vertx vertx = Vertx.vertx();
        try {
            ClientAccess access = new ClientAccess(needsAToken, false, GatewayMetrics.NONE, Clock.systemUTC());
            HttpListener listener = HttpTestServer.await(HttpListener.start(
                    vertx, TestConfigs.defaults(), List.of(new TicketRoutes(vertx, access)), HttpMetrics.NONE));
            HttpResponse<String> nothing = post(listener, "/auth/ticket");
            assertThat(nothing.statusCode()).isEqualTo(401);
            assertThat(nothing.headers().firstValue("WWW-Authenticate")).hasValue("Bearer realm=\"millrace\"");
            HttpResponse<String> token = post(listener, "/auth/ticket", "Authorization", "Bearer any");
            String ticket = new JsonObject(token.body()).getString("ticket");
            assertThat(post(listener, "/auth/ticket?ticket=" + ticket).statusCode())
                    .isEqualTo(400);
            assertThat(post(listener, "/auth/ticket?access_token=any").body()).contains("gateway.accessTokenInUrl");
        } finally {
            HttpTestServer.await(vertx.close());
        }
    }

    private static HttpResponse<String> post(HttpListener listener, String path, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + listener.port() + path))
                .POST(HttpRequest.BodyPublishers.noBody());
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
}
