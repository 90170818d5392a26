package io.millrace.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocketHandshakeException;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Streams that cannot be had: each with a clear error, in the form that its client can see. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RefusalIT {

    private static final String ALLOWED = "https://app.example.org";

    private final HttpClient client = HttpClient.newHttpClient();
    private GatewayNode node;

    @BeforeAll
    void start(@TempDir Path directory) {
        node = GatewayNode.start(
                directory,
                GatewayLimits.builder()
                        .streamsMax(3)
                        .partitionsMax(3)
                        .allowedOrigins(Set.of(ALLOWED))
                        .build());
        node.createTopic("readings", 2);
        node.createTopic("wide", 4);
    }

    @AfterAll
    void stop() {
        node.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "from=newest | from",
                "from= | from",
                "from=5 | from",
                "from=7:5 | from",
                "from=ago:soon | from",
                "from=committed | from",
                "reset=never | reset",
                "resume=AbC | resume",
                "last_event_id=%21%21 | last_event_id",
                "partition=x | partition",
                "partition=0, | partition",
                "format=xml | format",
                "format=batch | format",
                "envelope=none | envelope",
                "heartbeat=1s | heartbeat",
                "heartbeat=2m | heartbeat",
                "heartbeat=5 | heartbeat",
                "limit=0 | limit",
                "limit=-1 | limit",
                "limit=many | limit",
                "until=tomorrow | until",
                "control=yes | control",
                "batch=0 | batch",
                "batch=10001 | batch",
                "slow=never | slow",
                "max_lag=5 | max_lag",
                "slow=skip&max_lag=x | max_lag",
                "isolation=serializable | isolation",
                "envelope=cloudevents&format=text | envelope",
                "credit=5 | credit",
                "topic_pattern=( | topic_pattern",
                "topic_pattern=((a%7B1000%7D)%7B1000%7D)%7B1000%7D | topic_pattern",
                "conflate=5ms | conflate",
                "conflate=soon | conflate",
                "view=graph | view",
                "view=table&from=latest | from",
                "view=table&conflate=1s&conflate_by=value.a | conflate_by",
                "group=g&view=table | view",
                "conflate_by=key | conflate_by",
                "group=g&commit=manual | group",
                "group=g&from=5 | from",
                "group=g&partition=0 | partition",
                "where=value.t%3E | where: line 1, column 9",
                "where=offset%3D%3D'x' | where: line 1, column 7",
                "where=value.exists(x,x%3D%3D1) | where: line 1, column 13",
                "where= | where",
                "fields= | fields",
                "fields=t,, | fields",
                "fields=t&format=text | fields",
                "key=%FF | key",
                "key_prefix=a%C3 | key_prefix",
                "header.fw=%FF | header.fw",
                "header.=1 | header.",
                "header.fw=1&header.fw=2 | header.fw",
                "Header.fw=1 | Header.fw",
                "where=true&where=false | where",
                "instance=i | instance",
                "commit=manual | commit",
                "topic=b | topic",
                "form=latest | form",
                "from=latest&from=earliest | from"
            })
    void aWrongOrUnknownParameterIsRefusedByNameOnEveryTransport(String query, String parameter) throws Exception {
        String path = "/topics/readings/stream?" + query;
        HttpResponse<String> answer = get(path);
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.headers().firstValue("content-type")).contains("application/json");
        JsonNode error = TestSocket.json(answer.body());
        assertThat(error.get("error_code").asInt()).isEqualTo(42);
        assertThat(error.get("error").asText()).isEqualTo("INVALID_REQUEST");
        assertThat(error.get("message").asText()).startsWith(parameter + ": ");
        assertThat(error.get("retriable").asBoolean()).isFalse();
        assertThat(handshakeStatus(path)).isEqualTo(400);
        TestSocket page = TestSocket.open(client, node.ws(path), "Origin", ALLOWED);
        assertThat(page.closeCode()).isEqualTo(4400);
        assertThat(page.closeReason()).startsWith("INVALID_REQUEST: " + parameter + ": ");
        awaitNoStreams();
    }

    @Test
    void controlMessagesCannotBeTurnedOffWhereTheyBelongToTheTransport() {
        String path = "/topics/readings/stream?until=latest&control=0";
        try (TestStream events = TestStream.sse(client, node.http(path));
                TestStream lines = TestStream.ndjson(client, node.http(path))) {
            assertThat(events.status()).isEqualTo(400);
            assertThat(events.json().get("message").asText()).startsWith("control: ");
            assertThat(lines.status()).isEqualTo(200);
        }
        assertThatThrownBy(() -> TestMessages.open(client, node, path, "millrace.v1.json"))
                .isInstanceOfSatisfying(
                        CompletionException.class, e -> assertThat(status(e)).isEqualTo(400));
    }

    @ParameterizedTest
    @CsvSource({
        "/stream?topic=readings, topic=t%d, topic: at most 100 ",
        "/topics/readings/stream?key=k, key=k%d, key: is given 101 times",
        "/topics/readings/stream?header.h=v, header.h%d=v, header.h100: at most 100 "
    })
    void whatIsNamedMoreOftenThanASubscriptionCanHaveIsRefusedByName(String path, String more, String message)
            throws Exception {
        StringBuilder asked = new StringBuilder(path);
        for (int i = 1; i <= 100; i++) {
            asked.append('&').append(more.formatted(i));
        }
        HttpResponse<String> answer = get(asked.toString());
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(TestSocket.json(answer.body()).get("message").asText()).startsWith(message);
        TestSocket page = TestSocket.open(client, node.ws(asked.toString()), "Origin", ALLOWED);
        assertThat(page.closeCode()).isEqualTo(4400);
    }

    @ParameterizedTest
    @CsvSource({"/topics/readngs/stream", "/topics/readings/stream?partition=2", "/topics/%20/stream"})
    void anUnknownTopicOrPartitionIsNotFound(String path) throws Exception {
        assertThat(get(path).statusCode()).isEqualTo(404);
        assertThat(TestSocket.json(get(path).body()).get("error_code").asInt()).isEqualTo(3);
        assertThat(handshakeStatus(path)).isEqualTo(404);
        TestSocket page = TestSocket.open(client, node.ws(path), "Origin", ALLOWED);
        assertThat(page.closeCode()).isEqualTo(4404);
        assertThat(page.closeReason()).startsWith("UNKNOWN_TOPIC_OR_PARTITION: ");
    }

    @Test
    void withResetErrorAPositionOutsideTheLogIsRefused() throws Exception {
        String path = "/topics/readings/stream?partition=0&from=77&reset=error";
        assertThat(TestSocket.json(get(path).body()).get("error").asText()).isEqualTo("OFFSET_OUT_OF_RANGE");
        TestSocket page = TestSocket.open(client, node.ws(path), "Origin", ALLOWED);
        assertThat(page.closeCode()).isEqualTo(4410);
    }

    @Test
    void anUnknownTopicInLongWordsStillFitsIntoACloseFrame() {
        TestSocket page =
                TestSocket.open(client, node.ws("/topics/" + "%C3%A9".repeat(100) + "/stream"), "Origin", ALLOWED);
        assertThat(page.closeCode()).isEqualTo(4404);
        assertThat(page.closeReason()).endsWith("…");
    }

    @Test
    void morePartitionsThanAStreamMayHaveAreRefused() throws Exception {
        HttpResponse<String> answer = get("/topics/wide/stream");
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(TestSocket.json(answer.body()).get("message").asText()).startsWith("partition: ");
        assertThat(get("/topics/wide/stream?partition=1,2,3&until=latest").statusCode())
                .isEqualTo(200);
    }

    @Test
    void aStreamWithoutATopicNeedsASubprotocol() throws Exception {
        assertThat(TestSocket.json(get("/stream").body()).get("message").asText())
                .startsWith("topic: ");
        assertThat(handshakeStatus("/stream")).isEqualTo(400);
    }

    @Test
    void subprotocolsThatAreNotKnownAreRefused() {
        assertThatThrownBy(() -> client.newWebSocketBuilder()
                        .subprotocols("mqtt", "bearer.abc")
                        .buildAsync(node.ws("/topics/readings/stream"), new TestSocket())
                        .join())
                .isInstanceOfSatisfying(
                        CompletionException.class, e -> assertThat(status(e)).isEqualTo(400));
    }

    @ParameterizedTest
    @CsvSource({"https://evil.example", "null", "http://127.0.0.1:1", "http://127.0.0.1.evil.example", "nonsense"})
    void aPageOfAForeignOriginIsRefusedWith403(String origin) throws Exception {
        HttpResponse<String> answer = get("/topics/readings/stream", "Origin", origin);
        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(answer.headers().firstValue("access-control-allow-origin")).isEmpty();
        assertThat(answer.body()).contains("http.allowedOrigins");
        assertThat(handshakeStatus("/topics/readings/stream", "Origin", origin)).isEqualTo(403);
        assertThat(handshakeStatus("/stream", "Origin", origin)).isEqualTo(403);
    }

    @Test
    void pagesOfTheServerItselfAndOfAllowedOriginsAreServed() throws Exception {
        String own = "http://127.0.0.1:" + node.port();
        String path = "/topics/readings/stream?until=latest";
        assertThat(get(path, "Origin", own).statusCode()).isEqualTo(200);
        HttpResponse<String> answer = get(path, "Origin", ALLOWED);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("access-control-allow-origin")).contains(ALLOWED);
        assertThat(TestSocket.open(client, node.ws(path), "Origin", own).closeCode())
                .isEqualTo(1000);
    }

    @Test
    void overTheLargestNumberOfStreamsNewOnesAreToldToComeBackLater() throws Exception {
        awaitNoStreams();
        TestSocket[] open = new TestSocket[3];
        for (int i = 0; i < 3; i++) {
            open[i] = TestSocket.open(client, node.ws("/topics/readings/stream"));
        }
        HttpResponse<String> answer = get("/topics/readings/stream", "Origin", ALLOWED);
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(Integer.parseInt(answer.headers().firstValue("retry-after").orElseThrow()))
                .isBetween(1, 5);
        assertThat(TestSocket.json(answer.body()).get("retriable").asBoolean()).isTrue();
        assertThat(handshakeStatus("/topics/readings/stream")).isEqualTo(503);
        for (TestSocket socket : open) {
            socket.close();
            assertThat(socket.closeCode()).isEqualTo(1000);
        }
        awaitNoStreams();
        assertThat(get("/topics/readings/stream?until=latest").statusCode()).isEqualTo(200);
    }

    /** A stream whose client has seen its end, also in the test before, is there until its connection has taken that. */
    private void awaitNoStreams() {
        await().untilAsserted(() -> assertThat(node.gateway().openStreams()).isZero());
    }

    private HttpResponse<String> get(String path, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(node.http(path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private int handshakeStatus(String path, String... headers) {
        try {
            TestSocket.openAsync(client, node.ws(path), headers).join();
            return 101;
        } catch (CompletionException e) {
            return status(e);
        }
    }

    private static int status(CompletionException e) {
        return ((WebSocketHandshakeException) e.getCause()).getResponse().statusCode();
    }
}
