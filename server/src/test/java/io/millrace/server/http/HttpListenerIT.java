package io.millrace.server.http;

import static io.millrace.server.http.HttpTestServer.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.server.http.body.BodyBudget;
import io.millrace.server.http.body.BodyReader;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The listener by itself: limits, connections, errors of HTTP as such. */
class HttpListenerIT {

    private final Vertx vertx = Vertx.vertx();
    private final AtomicInteger slowRequests = new AtomicInteger();
    private final AtomicInteger connections = new AtomicInteger();
    private final BodyBudget narrow = new BodyBudget(1_000);
    private HttpListener listener;

    @AfterEach
    void stop() throws Exception {
        await(vertx.close());
    }

    @Test
    void answersUnknownUrlsAndMethodsInJson() throws Exception {
        start(TestConfigs.defaults());

        HttpResponse<String> unknown = get("/nothing/here");
        assertThat(unknown.statusCode()).isEqualTo(404);
        assertThat(unknown.body())
                .isEqualTo(
                        "{\"error_code\":42,\"error\":\"INVALID_REQUEST\",\"message\":\"there is nothing at /nothing/here\","
                                + "\"retriable\":false}");
        assertThat(unknown.headers().firstValue("content-type")).hasValue("application/json");

        HttpResponse<String> method = send(HttpRequest.newBuilder(uri("/echo")).DELETE());
        assertThat(method.statusCode()).isEqualTo(405);
        assertThat(method.headers().firstValue("allow")).hasValue("GET, POST");
        assertThat(method.body()).contains("possible: GET, POST");
    }

    @Test
    void answersUnknownFailuresWith500AndNoDetails() throws Exception {
        start(TestConfigs.defaults());

        HttpResponse<String> broken = get("/broken");

        assertThat(broken.statusCode()).isEqualTo(500);
        assertThat(broken.body())
                .contains("\"error_code\":-1", "UNKNOWN_SERVER_ERROR")
                .doesNotContain("on purpose");
    }

    @Test
    void refusesMalformedEscapesInUrls() throws Exception {
        start(TestConfigs.defaults());
        try (RawConnection connection = new RawConnection(listener.port())) {
            assertThat(connection
                            .send("GET /items/%zz HTTP/1.1\r\nHost: x\r\n\r\n")
                            .readAnswer())
                    .startsWith("HTTP/1.1 400")
                    .contains("INVALID_REQUEST");
        }
    }

    @Test
    void refusesHeadersAndUrlsOverTheLimit() throws Exception {
        start(TestConfigs.defaults());
        try (RawConnection connection = new RawConnection(listener.port())) {
            connection.send("GET /echo HTTP/1.1\r\nHost: x\r\nX-Big: " + "a".repeat(20_000) + "\r\n\r\n");
            assertThat(connection.readAnswer()).startsWith("HTTP/1.1 431").contains("headers are too large");
            assertThat(connection.isClosedByServer()).isTrue();
        }
        try (RawConnection connection = new RawConnection(listener.port())) {
            connection.send("GET /echo?" + "a".repeat(20_000) + " HTTP/1.1\r\nHost: x\r\n\r\n");
            assertThat(connection.readAnswer()).contains(" 414 ", "request line is too long");
        }
    }

    @Test
    void saysThatAnAddressWithASpaceInItHasToBeEncoded() throws Exception {
        start(TestConfigs.defaults());
        try (RawConnection connection = new RawConnection(listener.port())) {
            connection.send("GET /echo?where=value.t > 3 HTTP/1.1\r\nHost: x\r\n\r\n");
            assertThat(connection.readAnswer())
                    .contains(" 400 ", "the address has a space in it; percent-encode", "%20 for a space");
        }
    }

    @Test
    void survivesGarbageAndATlsHello() throws Exception {
        start(TestConfigs.defaults());
        try (RawConnection connection = new RawConnection(listener.port())) {
            connection.send(
                    new byte[] {0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, (byte) 0xfc, 0x03, 0x03, 13, 10, 13, 10
                    });
            assertThat(connection.readAnswer()).contains(" 400 ", "this is not HTTP/1.1");
            assertThat(connection.isClosedByServer()).isTrue();
        }
        assertThat(get("/echo").statusCode()).isEqualTo(200);
    }

    @Test
    void closesConnectionsThatNeverSendAWholeHead() throws Exception {
        start(TestConfigs.timeouts(TestConfigs.defaults(), 200, 5_000));
        try (RawConnection silent = new RawConnection(listener.port());
                RawConnection dribbling = new RawConnection(listener.port())) {
            dribbling.send("GET /echo HTT");

            assertThat(silent.isClosedByServer()).isTrue();
            assertThat(dribbling.isClosedByServer()).isTrue();
        }
    }

    @Test
    void closesConnectionsOnWhichNothingComesAnyMore() throws Exception {
        start(TestConfigs.idleTimeout(TestConfigs.defaults(), 300));
        try (RawConnection idle = new RawConnection(listener.port())) {
            idle.send("GET /echo HTTP/1.1\r\nHost: x\r\n\r\n");
            assertThat(idle.readUntil("here")).isTrue();

            assertThat(idle.isClosedByServer()).isTrue();
        }
    }

    @Test
    void answersABodyThatComesTooSlowlyWith408() throws Exception {
        start(TestConfigs.timeouts(TestConfigs.defaults(), 5_000, 200));
        try (RawConnection connection = new RawConnection(listener.port())) {
            connection.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{\"half\":");

            assertThat(connection.readAnswer()).startsWith("HTTP/1.1 408").contains("did not arrive within 200 ms");
        }
    }

    @Test
    void refusesAHugeBodyByItsLengthBeforeItComes() throws Exception {
        start(TestConfigs.defaults());
        try (RawConnection connection = new RawConnection(listener.port())) {
            connection.send(
                    "POST /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 52428800\r\n\r\n");

            assertThat(connection.readAnswer()).startsWith("HTTP/1.1 413").contains("MESSAGE_TOO_LARGE");
        }
    }

    @Test
    void refusesAHugeBodyWhileCountingItAndTheClientSeesTheAnswer() throws Exception {
        start(TestConfigs.defaults());
        byte[] chunk = new byte[1 << 20];
        try (RawConnection connection = new RawConnection(listener.port())) {
            connection.send("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
            for (int i = 0; i < 50; i++) {
                connection.send("100000\r\n").send(chunk).send("\r\n");
            }
            connection.send("0\r\n\r\n");

            assertThat(connection.readAnswer()).startsWith("HTTP/1.1 413").contains("larger than 10485760 bytes");
            assertThat(connection.isClosedByServer()).isTrue();
        }
    }

    @Test
    void aClientThatUploadsFiftyMegabytesRegardlessStillGetsItsAnswer() throws Exception {
        start(TestConfigs.defaults());

        HttpResponse<String> refused = send(
                HttpRequest.newBuilder(uri("/echo")).POST(HttpRequest.BodyPublishers.ofByteArray(new byte[50 << 20])));

        assertThat(refused.statusCode()).isEqualTo(413);
        assertThat(get("/echo").statusCode()).isEqualTo(200);
    }

    @Test
    void invitesABodyThatWaitsForContinue() throws Exception {
        start(TestConfigs.defaults());
        try (RawConnection connection = new RawConnection(listener.port())) {
            connection.send("POST /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
            assertThat(connection.readAnswer()).startsWith("HTTP/1.1 100");
            assertThat(connection.send("hello").readAnswer())
                    .startsWith("HTTP/1.1 200")
                    .endsWith("hello");
        }
    }

    @Test
    void answersTheConnectionThatIsOneTooManyWith503() throws Exception {
        start(TestConfigs.maxConnections(TestConfigs.defaults(), 2));
        try (RawConnection first = new RawConnection(listener.port());
                RawConnection second = new RawConnection(listener.port())) {
            String request = "GET /echo HTTP/1.1\r\nHost: x\r\n\r\n";
            assertThat(first.send(request).readAnswer()).startsWith("HTTP/1.1 200");
            assertThat(second.send(request).readAnswer()).startsWith("HTTP/1.1 200");
            try (RawConnection third = new RawConnection(listener.port())) {
                assertThat(third.send(request).readAnswer())
                        .startsWith("HTTP/1.1 503")
                        .containsPattern("(?i)retry-after: [1-5]\r\n")
                        .contains("http.maxConnections");
                assertThat(third.isClosedByServer()).isTrue();
            }
        }
        Awaitility.await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            try (RawConnection later = new RawConnection(listener.port())) {
                assertThat(later.send("GET /echo HTTP/1.1\r\nHost: x\r\n\r\n").readAnswer())
                        .startsWith("HTTP/1.1 200");
            }
        });
    }

    @Test
    void countsConnectionsUntilTheyCloseAlsoThoseThatBecameWebSockets() throws Exception {
        start(TestConfigs.timeouts(TestConfigs.defaults(), 2_000, 5_000));
        HttpClient client = HttpClient.newHttpClient();
        WebSocket socket = client.newWebSocketBuilder()
                .buildAsync(URI.create("ws://127.0.0.1:" + listener.port() + "/socket"), new WebSocket.Listener() {})
                .get(10, TimeUnit.SECONDS);
        try (RawConnection other = new RawConnection(listener.port())) {
            assertThat(other.send("GET /echo HTTP/1.1\r\nHost: x\r\n\r\n").readAnswer())
                    .startsWith("HTTP/1.1 200");
            assertThat(connections.get()).isEqualTo(2);
        }
        Awaitility.await().untilAsserted(() -> assertThat(connections.get()).isEqualTo(1));

        socket.sendClose(WebSocket.NORMAL_CLOSURE, "").get(10, TimeUnit.SECONDS);

        Awaitility.await().untilAsserted(() -> assertThat(connections.get()).isZero());
    }

    @Test
    void refusesBodiesWhenTooManyAreBeingReceived() throws Exception {
        start(TestConfigs.defaults());
        try (RawConnection hoarder = new RawConnection(listener.port());
                RawConnection other = new RawConnection(listener.port())) {
            String head = "POST /narrow HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\n";
            hoarder.send(head + "x".repeat(800));
            Awaitility.await()
                    .untilAsserted(() -> assertThat(narrow.heldBytes()).isEqualTo(800));

            assertThat(other.send(head + "x".repeat(900)).readAnswer())
                    .startsWith("HTTP/1.1 503")
                    .contains("too many large bodies")
                    .containsPattern("(?i)retry-after: [1-5]\r\n");
            assertThat(hoarder.send("x".repeat(100)).readAnswer()).startsWith("HTTP/1.1 200");
            assertThat(other.send(head + "x".repeat(900)).readAnswer()).startsWith("HTTP/1.1 200");
            assertThat(narrow.heldBytes()).isZero();
        }
    }

    @Test
    void givesBackTheRoomOfAClientThatLeavesInTheMiddle() throws Exception {
        start(TestConfigs.defaults());
        try (RawConnection leaving = new RawConnection(listener.port())) {
            leaving.send("POST /narrow HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\n" + "x".repeat(800));
            Awaitility.await()
                    .untilAsserted(() -> assertThat(narrow.heldBytes()).isEqualTo(800));
        }
        Awaitility.await().untilAsserted(() -> assertThat(narrow.heldBytes()).isZero());
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void answersEveryErrorOfTheCatalogueWithItsStatus(ErrorCode code) throws Exception {
        start(TestConfigs.defaults());

        HttpResponse<String> answer = get("/fail/" + code.name());

        assertThat(answer.statusCode()).isEqualTo(code.httpStatus());
        assertThat(answer.body())
                .isEqualTo("{\"error_code\":" + code.kafkaCode() + ",\"error\":\"" + code.name()
                        + "\",\"message\":\"quoted \\\"why\\\"\",\"retriable\":" + code.isRetriable() + "}");
        boolean later = code.httpStatus() == 429 || code.httpStatus() == 503;
        assertThat(answer.headers().firstValue("retry-after").isPresent()).isEqualTo(later);
    }

    @Test
    void aRefusedRequestDoesNotDisturbTheNextOnItsConnection() throws Exception {
        start(TestConfigs.defaults());
        try (RawConnection connection = new RawConnection(listener.port())) {
            connection.send("POST /nothing HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n" + "x".repeat(50_000));
            assertThat(connection.readAnswer()).startsWith("HTTP/1.1 404");
            connection.send("x".repeat(50_000) + "GET /echo HTTP/1.1\r\nHost: x\r\n\r\n");
            assertThat(connection.readAnswer()).startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void servesPipelinedRequestsInOrder() throws Exception {
        start(TestConfigs.defaults());
        try (RawConnection connection = new RawConnection(listener.port())) {
            StringBuilder requests = new StringBuilder();
            for (int i = 0; i < 20; i++) {
                requests.append("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n")
                        .append(10 + i);
            }
            connection.send(requests.toString());
            for (int i = 0; i < 20; i++) {
                assertThat(connection.readAnswer()).endsWith(Integer.toString(10 + i));
            }
        }
    }

    @Test
    void allowsNoOriginTheOwnHostAndListedOriginsOnly() throws Exception {
        start(TestConfigs.allowedOrigins(TestConfigs.defaults(), "https://app.example.com"));
        String own = "127.0.0.1:" + listener.port();

        assertThat(withOrigin(own, null)).startsWith("HTTP/1.1 200").doesNotContain("access-control");
        assertThat(withOrigin(own, "http://" + own)).startsWith("HTTP/1.1 200");
        assertThat(withOrigin(own, "https://app.example.com"))
                .startsWith("HTTP/1.1 200")
                .contains("access-control-allow-origin: https://app.example.com\r\n")
                .containsIgnoringCase("vary: origin\r\n");
        for (String foreign :
                List.of("https://evil.example.com", "null", "http://127.0.0.1:1", "https://app.example.com.evil")) {
            assertThat(withOrigin(own, foreign)).startsWith("HTTP/1.1 403").contains("http.allowedOrigins");
        }
    }

    @Test
    void answersPreflightRequestsOfListedOrigins() throws Exception {
        start(TestConfigs.allowedOrigins(TestConfigs.defaults(), "https://app.example.com"));
        String preflight = "OPTIONS /echo HTTP/1.1\r\nHost: x\r\nAccess-Control-Request-Method: POST\r\nOrigin: ";
        try (RawConnection connection = new RawConnection(listener.port())) {
            assertThat(connection
                            .send(preflight + "https://app.example.com\r\n\r\n")
                            .readAnswer())
                    .startsWith("HTTP/1.1 204")
                    .contains(
                            "access-control-allow-methods: ", "POST", "access-control-allow-headers: ", "Content-Type");
            assertThat(connection
                            .send(preflight + "https://evil.example.com\r\n\r\n")
                            .readAnswer())
                    .startsWith("HTTP/1.1 403")
                    .doesNotContain("access-control-allow");
        }
    }

    @Test
    void saysWhatToDoWhenThePortIsTaken() throws Exception {
        start(TestConfigs.defaults());
        Vertx other = Vertx.vertx();
        try {
            HttpConfig taken = TestConfigs.port(TestConfigs.defaults(), listener.port());
            assertThatThrownBy(() -> await(HttpListener.start(other, taken, List.of(), HttpMetrics.NONE)))
                    .hasCauseInstanceOf(IOException.class)
                    .hasMessageContaining("127.0.0.1:" + listener.port())
                    .hasMessageContaining("http.port");
        } finally {
            await(other.close());
        }
    }

    @Test
    void letsARequestEndBeforeItStops() throws Exception {
        start(TestConfigs.defaults());
        try (RawConnection connection = new RawConnection(listener.port())) {
            connection.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
            Awaitility.await().until(() -> slowRequests.get() == 1);

            Future<Void> stopped = listener.stop();

            assertThat(connection.readAnswer()).startsWith("HTTP/1.1 200").endsWith("done");
            await(stopped);
        }
        assertThatThrownBy(() -> new RawConnection(listener.port())).isInstanceOf(IOException.class);
    }

    private void start(HttpConfig config) throws Exception {
        RouteModule routes = router -> {
            BodyReader bodies = new BodyReader(vertx, config, new BodyBudget(config.maxBodyBytesInFlight()));
            router.post("/echo")
                    .handler(ctx -> bodies.read(ctx, body -> ctx.response().end(new String(body))));
            router.get("/echo").handler(ctx -> ctx.response().end("here"));
            router.get("/items/:item").handler(ctx -> ctx.response().end(ctx.pathParam("item")));
            BodyReader few = new BodyReader(vertx, config, narrow);
            router.post("/narrow")
                    .handler(ctx -> few.read(ctx, body -> ctx.response().end("taken")));
            router.get("/socket").handler(ctx -> ctx.request().toWebSocket());
            router.get("/fail/:code").handler(ctx -> {
                throw new MillraceException(ErrorCode.valueOf(ctx.pathParam("code")), "quoted \"why\"");
            });
            router.get("/slow").handler(ctx -> {
                slowRequests.incrementAndGet();
                vertx.setTimer(500, id -> ctx.response().end("done"));
            });
            router.get("/broken").handler(ctx -> {
                throw new IllegalStateException("broken on purpose, for a test");
            });
        };
        HttpMetrics metrics = new HttpMetrics() {
            @Override
            public void connectionOpened() {
                connections.incrementAndGet();
            }

            @Override
            public void connectionClosed() {
                connections.decrementAndGet();
            }
        };
        listener = await(HttpListener.start(vertx, config, List.of(routes), metrics));
    }

    private String withOrigin(String host, String origin) throws IOException {
        try (RawConnection connection = new RawConnection(listener.port())) {
            return connection
                    .send("GET /echo HTTP/1.1\r\nHost: " + host + "\r\n"
                            + (origin == null ? "" : "Origin: " + origin + "\r\n") + "\r\n")
                    .readAnswer();
        }
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + listener.port() + path);
    }

    private HttpResponse<String> get(String path) throws Exception {
        return send(HttpRequest.newBuilder(uri(path)));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .build()
                .sendAsync(request.build(), HttpResponse.BodyHandlers.ofString())
                .get(20, TimeUnit.SECONDS);
    }
}
