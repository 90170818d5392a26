package io.millrace.server.http.produce;

import static io.millrace.server.http.HttpTestServer.JSON;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.server.http.HttpTestServer;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Idempotency keys of gateway protocol §8, over real connections to a real node. */
class IdempotencyIT {

    private static final String NDJSON = "application/x-ndjson";

    @RegisterExtension
    static final TopicForEachTest topic = new TopicForEachTest(4);

    private HttpResponse<String> post(String query, String type, String body, String key) throws Exception {
        return topic.post(query, type, body, "Idempotency-Key", key);
    }

    private static boolean isReplay(HttpResponse<String> answer) {
        return answer.headers().firstValue("idempotency-replayed").equals(Optional.of("true"));
    }

    private long stored(String topicName) throws Exception {
        return topic.server().everything(topicName).split("\"offset\":", -1).length - 1;
    }

    @Test
    void aRetryIsAnsweredAsTheFirstRequestAndSaysSo() throws Exception {
        HttpResponse<String> first = post("", JSON, "{\"t\":1}", "dev-7/8812");
        HttpResponse<String> again = post("", JSON, "{\"t\":1}", "dev-7/8812");

        assertThat(first.statusCode()).isEqualTo(200);
        assertThat(isReplay(first)).isFalse();
        assertThat(again.statusCode()).isEqualTo(200);
        assertThat(again.body()).isEqualTo(first.body());
        assertThat(isReplay(again)).isTrue();
        assertThat(stored(topic.name())).isEqualTo(1);
    }

    @Test
    void aRetryThatWantsLittleIsAnsweredLittleAndStillSaysThatItIsOne() throws Exception {
        String path = topic.path();
        topic.server().post(path, JSON, "1", "Idempotency-Key", "k", "Prefer", "return=minimal");
        HttpResponse<String> again =
                topic.server().post(path, JSON, "1", "Idempotency-Key", "k", "Prefer", "return=minimal");

        assertThat(again.statusCode()).isEqualTo(204);
        assertThat(isReplay(again)).isTrue();
        assertThat(stored(topic.name())).isEqualTo(1);
    }

    @Test
    void anotherBodyWithTheSameKeyIsRefused() throws Exception {
        post("", JSON, "{\"t\":1}", "k");
        HttpResponse<String> other = post("", JSON, "{\"t\":2}", "k");

        assertThat(other.statusCode()).isEqualTo(422);
        assertThat(other.body()).contains("\"error\":\"INVALID_RECORD\"", "\"retriable\":false");
        assertThat(post("?timestamp=5", JSON, "{\"t\":1}", "k").statusCode()).isEqualTo(422);
        assertThat(stored(topic.name())).isEqualTo(1);
    }

    @Test
    void aKeyMeansNothingInAnotherTopic() throws Exception {
        post("", JSON, "1", "k");
        String first = topic.name();
        topic.renew();
        assertThat(isReplay(post("", JSON, "1", "k"))).isFalse();
        assertThat(stored(first)).isEqualTo(1);
        assertThat(stored(topic.name())).isEqualTo(1);
    }

    @Test
    void ofALotOfLinesARetryStoresOnlyThoseThatAreMissing() throws Exception {
        HttpResponse<String> half = post("?partition=1", NDJSON, "{\"n\":0}\n{\"n\":\n{\"n\":2}\n", "lot");
        assertThat(half.statusCode()).isEqualTo(207);
        HttpResponse<String> whole = post("?partition=1", NDJSON, "{\"n\":0}\n{\"n\":1}\n{\"n\":2}\n", "lot");

        assertThat(whole.statusCode()).isEqualTo(200);
        assertThat(whole.body())
                .isEqualTo("{\"offsets\":[{\"partition\":1,\"offset\":0},{\"partition\":1,\"offset\":2},"
                        + "{\"partition\":1,\"offset\":1}]}");
        assertThat(isReplay(whole)).isTrue();
        HttpResponse<String> changed = post("?partition=1", NDJSON, "{\"n\":0}\n{\"n\":9}\n{\"n\":2}\n", "lot");
        assertThat(changed.statusCode()).isEqualTo(207);
        assertThat(changed.body()).contains("\"offset\":0}", "\"error\":\"INVALID_RECORD\"", "\"offset\":1}");
        assertThat(stored(topic.name())).isEqualTo(3);
    }

    @Test
    void recordsWithoutAKeyArePlacedByTheIdempotencyKey() throws Exception {
        Set<String> partitions = new HashSet<>();
        for (int i = 0; i < 40; i++) {
            String key = "k" + i;
            String answer = post("", NDJSON, "1\n2\n3\n", key).body();
            String partition = answer.substring(answer.indexOf("\"partition\":"), answer.indexOf(",\"offset"));
            assertThat(answer.split(partition, -1)).hasSize(4);
            partitions.add(partition);
            assertThat(post("", NDJSON, "1\n2\n3\n", key).body()).isEqualTo(answer);
        }
        assertThat(partitions).hasSize(4);
    }

    @Test
    void confluentBodiesAndRawOnesHaveKeysToo() throws Exception {
        for (int i = 0; i < 2; i++) {
            HttpResponse<String> confluent = topic.server()
                    .post(
                            "/topics/" + topic.name(),
                            "application/vnd.kafka.json.v2+json",
                            "{\"records\":[{\"value\":1,\"partition\":2},{\"value\":1,\"partition\":2}]}",
                            "Idempotency-Key",
                            "c");
            assertThat(confluent.body())
                    .startsWith("{\"offsets\":[{\"partition\":2,\"offset\":0,\"error_code\":null,\"error\":null},"
                            + "{\"partition\":2,\"offset\":1,");
            assertThat(isReplay(confluent)).isEqualTo(i == 1);
            assertThat(isReplay(post("", "text/plain", "raw", "r"))).isEqualTo(i == 1);
        }
        assertThat(stored(topic.name())).isEqualTo(3);
    }

    @Test
    void theSameRequestManyTimesAtOnceIsStoredOnce() throws Exception {
        for (int round = 0; round < 20; round++) {
            String key = "k" + round;
            List<CompletableFuture<HttpResponse<String>>> all = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                all.add(topic.server()
                        .client
                        .sendAsync(
                                topic.server()
                                        .postRequest(
                                                topic.path(),
                                                JSON,
                                                BodyPublishers.ofString("{\"t\":" + round + "}"),
                                                "Idempotency-Key",
                                                key),
                                BodyHandlers.ofString()));
            }
            int firsts = 0;
            for (CompletableFuture<HttpResponse<String>> each : all) {
                HttpResponse<String> answer = each.join();
                assertThat(answer.statusCode()).isIn(200, 409);
                if (answer.statusCode() == 409) {
                    assertThat(answer.headers().firstValue("retry-after")).hasValue("1");
                    assertThat(answer.body()).contains("CONCURRENT_TRANSACTIONS", "\"retriable\":true");
                } else if (!isReplay(answer)) {
                    firsts++;
                }
            }
            assertThat(firsts).isEqualTo(1);
        }
        assertThat(stored(topic.name())).isEqualTo(20);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 129})
    void keysThatAreTooShortOrTooLongAreRefused(int length) throws Exception {
        HttpResponse<String> answer = post("", JSON, "1", "x".repeat(length));

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("1 to 128");
        assertThat(stored(topic.name())).isZero();
        assertThat(post("", JSON, "1", "x".repeat(128)).statusCode()).isEqualTo(200);
    }

    @Test
    void theMarkOfAKeyIsAHeaderAndOneThatAClientMadeUpIsNotKept() throws Exception {
        post("?partition=0", JSON, "1", "k");
        topic.server()
                .post(
                        "/topics/" + topic.name(),
                        "application/vnd.kafka.json.v2+json",
                        "{\"records\":[{\"value\":2,\"partition\":1,\"headers\":[{\"key\":\"millrace-idempotency\",\"value\":\"eA==\"}]}]}");

        assertThat(topic.everything())
                .containsOnlyOnce("{\"name\":\"millrace-idempotency\",\"value\":\"1;")
                .contains("\"value\":2}");
    }

    @Test
    void keysSurviveARestart(@TempDir Path other) throws Exception {
        String first;
        try (HttpTestServer before = HttpTestServer.start(other, UnaryOperator.identity())) {
            before.createTopic("readings", 2, Map.of());
            first = before.post("/topics/readings/records?timestamp=1", JSON, "1", "Idempotency-Key", "k")
                    .body();
        }
        try (HttpTestServer after = HttpTestServer.start(other, UnaryOperator.identity())) {
            HttpResponse<String> again =
                    after.post("/topics/readings/records?timestamp=1", JSON, "1", "Idempotency-Key", "k");
            assertThat(again.body()).isEqualTo(first);
            assertThat(isReplay(again)).isTrue();
            assertThat(after.get("/metrics").body())
                    .contains(
                            "millrace_gateway_idempotency_replays_total 1.0", "millrace_gateway_idempotency_keys 1.0");
        }
    }
}
