package io.millrace.websocket;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.websocket.auth.ClientIdentity;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The hook for authentication, with an authenticator that knows two people (gateway protocol §10, §13 behaviours 13 and 14). */
class AuthIT {

    private static final String PAGE = "https://app.example.org";
    private static final String ALICES_ENTRY =
            "bearer." + Base64.getUrlEncoder().withoutPadding().encodeToString("alice".getBytes(UTF_8));
    private static final String BASIC = "Basic " + Base64.getEncoder().encodeToString("alice:secret".getBytes(UTF_8));

    /** How long before its credentials expire a client is told: longer than a machine stands still. */
    private static final long EXPIRING_MS = 5_000;

    private final HttpClient client = HttpClient.newHttpClient();
    private final TestAuthenticator people = new TestAuthenticator();
    private GatewayNode node;

    @BeforeEach
    void start(@TempDir Path directory) {
        GatewayLimits limits = GatewayLimits.builder()
                .auth(20_000, EXPIRING_MS)
                // What is due is looked at as often as the shortest of all times asks for.
                .heartbeatMs(100, 25_000, 60_000)
                .accessTokenInUrl(true)
                .allowedOrigins(Set.of(PAGE))
                .build();
        node = GatewayNode.start(directory, limits, people);
        node.createTopic("readings", 1);
        node.createTopic("payroll", 1);
        node.append("readings", "1");
        node.append("payroll", "2");
        people.mayRead("alice", "readings", "payroll");
        people.mayRead("bob", "readings");
    }

    @AfterEach
    void stop() {
        node.close();
    }

    // ---- who is there

    @Test
    void whoShowsNothingIsTurnedAwayWith401AndAChallengeAndAPageWith4401() throws Exception {
        for (String accept : List.of("text/event-stream", "application/x-ndjson")) {
            HttpResponse<String> refused = get("/topics/readings/stream", "Accept", accept);
            assertThat(refused.statusCode()).isEqualTo(401);
            assertThat(refused.headers().firstValue("WWW-Authenticate")).hasValue("Bearer realm=\"millrace\"");
            assertThat(refused.body()).contains("SASL_AUTHENTICATION_FAILED");
        }
        assertThatThrownBy(() -> RawFrames.open(node.port(), "/topics/readings/stream"))
                .hasMessageContaining("HTTP/1.1 401");
        try (RawFrames page = RawFrames.open(node.port(), "/topics/readings/stream", "Origin", PAGE)) {
            assertThat(page.nextCloseCode()).isEqualTo(4401);
        }
        assertThat(node.metrics().authFailures.get()).isEqualTo(4);
        assertThat(node.gateway().openStreams()).isZero();
    }

    static Stream<List<String>> placesOfCredentials() {
        return Stream.of(
                List.of("", "Authorization", "Bearer alice"),
                List.of("", "Authorization", BASIC),
                // The first place counts, whatever else there is.
                List.of("&access_token=nobody", "Authorization", "Bearer alice", "Sec-WebSocket-Protocol", "bearer.%"),
                List.of("&access_token=alice"),
                List.of("", "Sec-WebSocket-Protocol", "millrace.v1.json, " + ALICES_ENTRY),
                List.of("", "Origin", PAGE, "Cookie", "theme=dark; session=alice"));
    }

    @ParameterizedTest
    @MethodSource("placesOfCredentials")
    void credentialsAreFoundWhereTheyMayBe(List<String> request) throws Exception {
        String path = "/topics/payroll/stream?from=earliest" + request.get(0);
        String[] headers = request.subList(1, request.size()).toArray(new String[0]);
        try (RawFrames stream = RawFrames.open(node.port(), path, headers)) {
            String first = stream.nextText();
            assertThat(first).containsAnyOf("\"value\":2", "welcome");
            assertThat(stream.head()).doesNotContain("bearer.");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Bearer nobody", "Basic YWxpY2U6d3Jvbmc=", "Basic %%", "Digest x", "Bearer"})
    void wrongCredentialsAreTurnedAway(String authorization) throws Exception {
        assertThat(get("/topics/readings/stream", "Authorization", authorization)
                        .statusCode())
                .isEqualTo(401);
    }

    @Test
    void aForeignOriginWithAValidCookieIsRefusedWith403AndACookieWithoutAnOriginIsNone() {
        assertThatThrownBy(() -> RawFrames.open(
                        node.port(),
                        "/topics/readings/stream",
                        "Origin",
                        "https://evil.example",
                        "Cookie",
                        "session=alice"))
                .hasMessageContaining("HTTP/1.1 403");
        assertThatThrownBy(() -> RawFrames.open(node.port(), "/topics/readings/stream", "Cookie", "session=alice"))
                .hasMessageContaining("HTTP/1.1 401");
    }

    @Test
    void aTicketIsGoodOnce() throws Exception {
        String ticket = node.gateway().access().ticketFor(people.identity("alice"));
        String path = "/topics/payroll/stream?from=earliest&ticket=" + ticket;
        try (RawFrames stream = RawFrames.open(node.port(), path)) {
            assertThat(stream.nextText()).contains("\"value\":2");
        }
        assertThatThrownBy(() -> RawFrames.open(node.port(), path)).hasMessageContaining("HTTP/1.1 401");
    }

    @Test
    void anAuthenticatorThatFailsIsAnErrorOfThisNode() throws Exception {
        assertThat(get("/topics/readings/stream", "Authorization", "Bearer broken")
                        .statusCode())
                .isEqualTo(500);
        assertThat(node.metrics().authFailures.get()).isZero();
    }

    // ---- the first message

    @Test
    void theFirstMessageCanSayWhoIsThere() {
        try (TestMessages messages = TestMessages.json(client, node)) {
            messages.send("{'type':'auth','id':'a1','token':'alice'}");
            JsonNode ok = messages.next("auth_ok");
            assertThat(ok.get("id").asText()).isEqualTo("a1");
            assertThat(ok.has("expires_in_ms")).isFalse();
            messages.subscribe(1, "'topics':['payroll'],'from':'earliest'");
            assertThat(messages.records(1)).hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'type':'ping'}",
                "{'type':'subscribe','sid':1,'topics':['readings']}",
                "{'type':'auth','token':'nobody'}"
            })
    void anyOtherFirstMessageOrAWrongTokenEndsTheConnectionWith4401(String message) {
        TestMessages messages = TestMessages.json(client, node);
        messages.send(message);
        assertThat(messages.next("error").get("code").asInt()).isEqualTo(58);
        assertThat(messages.closeCode()).isEqualTo(4401);
    }

    @Test
    void withoutAnyFirstMessageTheConnectionEndsWith4401(@TempDir Path other) {
        GatewayLimits impatient = GatewayLimits.builder().auth(500, EXPIRING_MS).build();
        try (GatewayNode own = GatewayNode.start(other, impatient, people)) {
            TestMessages messages = TestMessages.json(client, own);
            assertThat(messages.next("error").get("message").asText()).contains("500 ms");
            assertThat(messages.closeCode()).isEqualTo(4401);
        }
    }

    // ---- rights

    @Test
    void whatAClientMayNotReadIsRefusedByNameAndLeftOutOfPatterns() throws Exception {
        assertThat(get("/topics/payroll/stream", "Authorization", "Bearer bob").statusCode())
                .isEqualTo(403);
        assertThat(get("/topics/unknown/stream", "Authorization", "Bearer bob").statusCode())
                .isEqualTo(403);
        try (RawFrames page =
                RawFrames.open(node.port(), "/topics/payroll/stream", "Origin", PAGE, "Authorization", "Bearer bob")) {
            assertThat(page.nextCloseCode()).isEqualTo(4403);
        }
        try (TestMessages messages = as("bob")) {
            messages.send("{'type':'subscribe','sid':1,'id':'s','topics':['payroll']}");
            JsonNode error = messages.next("error");
            assertThat(error.get("code").asInt()).isEqualTo(29);
            assertThat(error.get("id").asText()).isEqualTo("s");
            messages.send("{'type':'produce','id':'p','topic':'payroll','records':[{'value':1}]}");
            assertThat(messages.next("error").get("code").asInt()).isEqualTo(29);
            JsonNode subscribed = messages.subscribe(2, "'topic_pattern':'.*'");
            assertThat(subscribed.get("partitions")).hasSize(1);
            assertThat(subscribed.at("/partitions/0/topic").asText()).isEqualTo("readings");
            messages.next("caught_up");
            node.createTopic("payroll-2", 1);
            people.mayRead("bob", "readings", "readings-2");
            node.createTopic("readings-2", 1);
            assertThat(messages.next("subscribed").at("/partitions/0/topic").asText())
                    .isEqualTo("readings-2");
        }
    }

    @Test
    void aLostRightEndsItsSubscriptionAndNotTheOthers() throws Exception {
        try (TestMessages messages = as("alice");
                RawFrames plain = RawFrames.open(
                        node.port(), "/topics/payroll/stream?from=earliest", "Authorization", "Bearer alice")) {
            messages.subscribe(1, "'topics':['payroll']");
            messages.next("caught_up");
            messages.subscribe(2, "'topics':['readings']");
            messages.next("caught_up");
            assertThat(plain.nextText()).contains("\"value\":2");
            people.mayRead("alice", "readings");
            node.gateway().rightsChanged();
            JsonNode error = messages.skipTo("error");
            assertThat(error.get("sid").asInt()).isEqualTo(1);
            assertThat(error.get("code").asInt()).isEqualTo(29);
            assertThat(error.has("id")).isFalse();
            assertThat(error.get("ended").asBoolean()).isTrue();
            assertThat(plain.nextCloseCode()).isEqualTo(4403);
            node.append("readings", "3");
            assertThat(messages.skipTo("records").get("sid").asInt()).isEqualTo(2);
        }
    }

    @Test
    void rightsAreCheckedAgainWhenAClientAuthenticatesAgain() {
        try (TestMessages messages = as("alice")) {
            messages.subscribe(1, "'topics':['payroll']");
            messages.next("caught_up");
            people.mayRead("alice", "readings");
            messages.send("{'type':'auth','id':'a','token':'alice'}");
            messages.next("auth_ok");
            assertThat(messages.skipTo("error").get("sid").asInt()).isEqualTo(1);
        }
    }

    @Test
    void whoMayReadATopicAndNotWriteToItIsRefusedWithTheIdOfTheRequestAndNothingIsStored() throws Exception {
        people.mayWrite("bob");
        try (TestMessages json = as("bob");
                TestMessages binary = TestMessages.binary(client, node)) {
            binary.send("{'type':'auth','id':'first','token':'bob'}");
            binary.next("auth_ok");
            json.send("{'type':'produce','id':'w','topic':'readings','records':[{'value':3}]}");
            // Type, flags, sid, id "w", the topic, acks, timestamp, one record without key and headers and with the
            // value 3.
            binary.sendBinary("\3\0\0\2w\20readings\377\1\2\0\1\0023\0".getBytes(StandardCharsets.ISO_8859_1));
            for (TestMessages messages : List.of(json, binary)) {
                JsonNode error = messages.next("error");
                assertThat(error.get("id").asText()).isEqualTo("w");
                assertThat(error.get("code").asInt()).isEqualTo(29);
                assertThat(error.get("error").asText()).isEqualTo("TOPIC_AUTHORIZATION_FAILED");
                assertThat(error.get("message").asText()).contains("'bob' may not WRITE to topic 'readings'");
                assertThat(error.get("retriable").asBoolean()).isFalse();
            }
            // The right is asked for with each message.
            people.mayWrite("bob", "readings");
            json.send("{'type':'produce','id':'x','topic':'readings','records':[{'value':4}]}");
            assertThat(json.next("produced").at("/offsets/0/offset").asLong())
                    .as("behind what was there at the start")
                    .isEqualTo(1);
            // And to write does not mean to read.
            people.mayRead("bob");
            json.send("{'type':'produce','id':'y','topic':'readings','records':[{'value':5}]}");
            json.next("produced");
        }
    }

    @Test
    void whoMayReadTheTopicAndNotTheGroupCannotJoinIt() throws Exception {
        people.mayJoin("bob", "his");
        String path = "/topics/readings/stream?group=hers";
        assertThatThrownBy(() -> RawFrames.open(node.port(), path, "Authorization", "Bearer bob"))
                .hasMessageContaining("HTTP/1.1 403");
        try (RawFrames page = RawFrames.open(node.port(), path, "Origin", PAGE, "Authorization", "Bearer bob")) {
            assertThat(page.nextCloseCode()).isEqualTo(4403);
        }
        try (TestMessages messages = as("bob")) {
            messages.send("{'type':'subscribe','sid':1,'id':'s','topics':['readings'],'group':'hers'}");
            JsonNode error = messages.next("error");
            assertThat(error.get("id").asText()).isEqualTo("s");
            assertThat(error.get("code").asInt()).isEqualTo(30);
            assertThat(error.get("error").asText()).isEqualTo("GROUP_AUTHORIZATION_FAILED");
            assertThat(error.get("message").asText()).contains("'bob' may not READ group 'hers'");
            messages.subscribe(1, "'topics':['readings'],'group':'his','commit':'manual','from':'earliest'");
            messages.records(1);

            people.mayJoin("bob");
            node.gateway().rightsChanged();
            JsonNode lost = messages.skipTo("error");
            assertThat(lost.get("sid").asInt()).isEqualTo(1);
            assertThat(lost.get("code").asInt()).isEqualTo(30);
            assertThat(lost.get("ended").asBoolean()).isTrue();
            messages.send("{'type':'commit','sid':1,'id':'c','offsets':"
                    + "[{'topic':'readings','partition':0,'offset':1}]}");
            assertThat(messages.next("error").get("id").asText()).isEqualTo("c");
            assertThat(node.committed("his")).isEmpty();
        }
    }

    // ---- time

    @Test
    void anExpiredTokenIsToldBeforeAndClosesWith4401() throws Exception {
        people.expiresInMs("alice", EXPIRING_MS + 500);
        try (RawFrames plain =
                RawFrames.open(node.port(), "/topics/readings/stream?from=earliest", "Authorization", "Bearer alice")) {
            TestMessages messages = as("alice");
            messages.send("{'type':'subscribe','sid':1,'topics':['readings']}");
            assertThat(messages.skipTo("auth_expiring").get("in_ms").asLong()).isBetween(1L, EXPIRING_MS);
            assertThat(messages.skipTo("error").get("error").asText()).isEqualTo("SASL_AUTHENTICATION_FAILED");
            assertThat(messages.closeCode()).isEqualTo(4401);
            assertThat(plain.nextCloseCode()).isEqualTo(4401);
        }
    }

    @Test
    void aRefreshInTimeDoesNotInterruptRecords() {
        people.expiresInMs("alice", EXPIRING_MS + 500);
        try (TestMessages messages = as("alice")) {
            messages.send("{'type':'subscribe','sid':1,'topics':['readings'],'from':'1'}");
            int sent = 0;
            int received = 0;
            int refreshed = 0;
            while (refreshed < 3) {
                node.append("readings", Integer.toString(sent++));
                while (received < sent) {
                    JsonNode message = messages.next();
                    switch (message.get("type").asText()) {
                        case "records" -> {
                            for (JsonNode record : message.get("records")) {
                                assertThat(record.get("value").asInt()).isEqualTo(received++);
                            }
                        }
                        case "auth_expiring" -> messages.send("{'type':'auth','id':'again','token':'alice'}");
                        case "auth_ok" -> {
                            assertThat(message.get("expires_in_ms").asLong()).isPositive();
                            refreshed++;
                        }
                        default ->
                            assertThat(message.get("type").asText()).isIn("subscribed", "checkpoint", "caught_up");
                    }
                }
            }
            assertThat(messages.isClosed()).isFalse();
        }
    }

    @Test
    void aRefreshWithAWrongTokenOrAsSomebodyElseIsAnErrorAndNoEnd() {
        try (TestMessages messages = as("alice")) {
            for (String token : List.of("nobody", "bob")) {
                messages.send("{'type':'auth','id':'" + token + "','token':'" + token + "'}");
                JsonNode error = messages.next("error");
                assertThat(error.get("code").asInt()).isEqualTo(58);
                assertThat(error.get("id").asText()).isEqualTo(token);
            }
            messages.subscribe(1, "'topics':['payroll']");
        }
    }

    @Test
    void credentialsThatHaveExpiredAlreadyAreTurnedAway() throws Exception {
        people.expiresInMs("alice", -1);
        assertThat(get("/topics/readings/stream", "Authorization", "Bearer alice")
                        .statusCode())
                .isEqualTo(401);
    }

    @Test
    void aStreamThatOutlivesNothingIsLeftAlone() {
        assertThat(people.identity("alice").expiresAtMs()).isEqualTo(ClientIdentity.NEVER);
        try (TestMessages messages = as("alice")) {
            messages.subscribe(1, "'topics':['readings']");
            messages.next("caught_up");
            await().during(java.time.Duration.ofSeconds(1)).until(() -> messages.waiting() == 0);
        }
    }

    private TestMessages as(String token) {
        TestMessages messages = TestMessages.json(client, node);
        messages.send("{'type':'auth','id':'first','token':'" + token + "'}");
        messages.next("auth_ok");
        return messages;
    }

    private HttpResponse<String> get(String path, String... headers) throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(node.http(path)).headers(headers).build(), HttpResponse.BodyHandlers.ofString());
    }
}
