package io.millrace.server.http.read;

import static io.millrace.server.http.HttpTestServer.JSON;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.server.http.HttpTestServer;
import io.millrace.server.http.RawConnection;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReadRoutesIT {

    @TempDir
    static Path directory;

    private static HttpTestServer server;

    @BeforeAll
    static void start() throws Exception {
        server = HttpTestServer.start(directory);
        server.createTopic("history", 2, Map.of());
        for (int i = 0; i < 10; i++) {
            server.post(
                    "/topics/history/records?partition=" + i % 2 + "&timestamp=" + 1_000 * (i + 1),
                    JSON,
                    "{\"n\":" + i + "}");
        }
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
    }

    @Test
    void readsFromEveryKindOfPosition() throws Exception {
        assertThat(values("from=earliest")).isEqualTo("0 2 4 6 8 1 3 5 7 9");
        assertThat(values("from=latest")).isEmpty();
        assertThat(values("from=3&partition=1")).isEqualTo("7 9");
        assertThat(values("from=0:4,1:3")).isEqualTo("8 7 9");
        assertThat(values("from=last:1")).isEqualTo("8 9");
        assertThat(values("from=time:8000")).isEqualTo("8 7 9");
        assertThat(values("from=ago:1s")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"records", "stream"})
    void anAddressWhoseEscapesAreNoneIsRefusedWithTheirPlace(String what) throws Exception {
        try (RawConnection connection = new RawConnection(server.listener.port())) {
            connection.send(
                    "GET /topics/history/" + what + "?from=%ZZ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
            assertThat(connection.readAnswer())
                    .contains(" 400 ", "a % that two hexadecimal digits do not follow", "'%ZZ'", "%25 for %");
        }
    }

    @Test
    void goesOnFromResumeWithoutLossOrRepeat() throws Exception {
        String resume = "from=earliest";
        StringBuilder all = new StringBuilder();
        String body;
        int reads = 0;
        do {
            body = read(resume + "&max=3");
            all.append(valuesIn(body)).append(' ');
            resume = "resume=" + resumeIn(body);
            assertThat(++reads).isLessThan(10);
        } while (body.contains("\"caught_up\":false"));

        assertThat(all.toString().trim().split(" "))
                .containsExactlyInAnyOrder("0", "1", "2", "3", "4", "5", "6", "7", "8", "9");
        assertThat(read(resume))
                .isEqualTo("{\"records\":[],\"resume\":\"" + resume.substring(7) + "\",\"caught_up\":true}");
        assertThat(values(resume + "&from=1:4")).isEqualTo("9");
    }

    @Test
    void tellsWhatIsNotThereAnyMore() throws Exception {
        assertThat(read("from=99&partition=0"))
                .contains("\"gaps\":[{\"partition\":0,\"from\":99,\"to\":0,\"reason\":\"out_of_range\"}]")
                .contains("{\"n\":0}");
        HttpResponse<String> refused = server.get("/topics/history/records?from=99&partition=0&reset=error");
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body()).contains("OFFSET_OUT_OF_RANGE");
    }

    @Test
    void tellsThatATopicWasMadeAnew() throws Exception {
        server.createTopic("anew", 1, Map.of());
        server.post("/topics/anew/records", JSON, "{\"n\":1}");
        String resume =
                resumeIn(server.get("/topics/anew/records?from=earliest").body());
        server.send(HttpRequest.newBuilder(server.uri("/topics/anew")).DELETE().build());
        server.createTopic("anew", 1, Map.of());
        server.post("/topics/anew/records", JSON, "{\"n\":2}");

        assertThat(server.get("/topics/anew/records?resume=" + resume).body())
                .contains("{\"n\":2}", "\"gaps\":[{\"partition\":0,", "\"reason\":\"topic_recreated\"}]");
    }

    @Test
    void refusesATokenOfAnotherTopic() throws Exception {
        server.createTopic("other", 1, Map.of());
        String resume = resumeIn(server.get("/topics/other/records").body());

        HttpResponse<String> refused = server.get("/topics/history/records?resume=" + resume);

        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body()).contains("\"message\":\"resume: ");
    }

    @Test
    void waitsForTheNextRecord() throws Exception {
        server.createTopic("live", 3, Map.of());
        CompletableFuture<HttpResponse<String>> waiting = server.client.sendAsync(
                HttpRequest.newBuilder(server.uri("/topics/live/records?from=0:0,1:0,2:0&wait=20s"))
                        .build(),
                BodyHandlers.ofString());

        server.post("/topics/live/records?partition=2", JSON, "{\"n\":42}");

        assertThat(waiting.get(10, TimeUnit.SECONDS).body()).contains("{\"n\":42}", "\"caught_up\":true");
    }

    @Test
    void answersEmptyWhenTheWaitIsOver() throws Exception {
        server.createTopic("silent", 1, Map.of());
        assertThat(server.get("/topics/silent/records?wait=50ms").body())
                .matches("\\{\"records\":\\[],\"resume\":\"[\\w-]+\",\"caught_up\":true}");
    }

    @Test
    void filtersAsStreamsDo() throws Exception {
        server.createTopic("filtered", 1, Map.of());
        for (int i = 0; i < 6; i++) {
            server.post(
                    "/topics/filtered",
                    "application/vnd.kafka.text.v2+json",
                    "{\"records\":[{\"key\":\"dev-" + i % 3 + "\",\"value\":\"{\\\"n\\\":" + i
                            + ",\\\"x\\\":{\\\"y\\\":1}}\",\"headers\":[{\"key\":\"fw\",\"value\":\""
                            + (i < 3 ? "MQ==" : "Mg==") + "\"}]}]}");
        }
        assertThat(filtered("key=dev-1")).isEqualTo("1 4");
        assertThat(filtered("key=dev-1&key=dev-2")).isEqualTo("1 2 4 5");
        assertThat(filtered("key_prefix=dev-")).isEqualTo("0 1 2 3 4 5");
        assertThat(filtered("key_prefix=x")).isEmpty();
        assertThat(filtered("header.fw=2")).isEqualTo("3 4 5");
        assertThat(filtered("where=value.n%20%3E%203")).isEqualTo("4 5");
        assertThat(filtered("where=value.n%20%3E%200&header.fw=1&key=dev-2")).isEqualTo("2");
        assertThat(server.get("/topics/filtered/records?from=earliest&key=dev-0&fields=n")
                        .body())
                .contains("\"value\":{\"n\":0}", "\"value\":{\"n\":3}")
                .doesNotContain("\"x\"");
    }

    private static String filtered(String query) throws Exception {
        HttpResponse<String> answer = server.get("/topics/filtered/records?from=earliest&" + query);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.body()).contains("\"caught_up\":true");
        return valuesIn(answer.body().replaceAll("(\\{\"n\":[0-9]+),\"x\":\\{\"y\":1}}", "$1}"));
    }

    @Test
    void resumesBehindWhatAFilterDropped() throws Exception {
        String body = read("from=earliest&where=value.n%20%3E%20100");
        assertThat(body).startsWith("{\"records\":[],").contains("\"caught_up\":true");
        assertThat(values("resume=" + resumeIn(body))).isEmpty();

        String page = read(
                "from=earliest&where=value.n%20%25%202%20%3D%3D%200%20%26%26%20value.n%20%3E%202&max=2&partition=0");
        assertThat(valuesIn(page)).isEqualTo("4 6");
        String rest = read("resume=" + resumeIn(page) + "&partition=0&where=value.n%20%3E%202");
        assertThat(valuesIn(rest)).isEqualTo("8");
    }

    @Test
    void waitsOnWhenWhatCameDoesNotPassTheFilter() throws Exception {
        server.createTopic("waits", 1, Map.of());
        CompletableFuture<HttpResponse<String>> waiting = server.client.sendAsync(
                HttpRequest.newBuilder(server.uri("/topics/waits/records?from=earliest&wait=20s&key=wanted"))
                        .build(),
                BodyHandlers.ofString());
        for (int i = 0; i < 20; i++) {
            server.post("/topics/waits/records?key=other", JSON, "{\"n\":1}");
        }
        assertThat(waiting).isNotDone();
        server.post("/topics/waits/records?key=wanted", JSON, "{\"n\":42}");

        assertThat(waiting.get(10, TimeUnit.SECONDS).body())
                .contains("{\"n\":42}", "\"caught_up\":true")
                .doesNotContain("{\"n\":1}");
    }

    @Test
    void tellsWhereAnExpressionIsWrong() throws Exception {
        HttpResponse<String> refused = server.get("/topics/history/records?where=value.n%20%3E");
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body()).contains("where: line 1, column 10");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "from=yesterday",
                "from=3",
                "from=0:1,0:2",
                "from=7:1",
                "partition=x",
                "max=0",
                "max=1000000",
                "wait=10",
                "wait=2h",
                "format=xml",
                "reset=never",
                "resume=0:1",
                "limit=5",
                "control=1",
                "max=1&max=2",
                "fields=n&format=text",
                "header.=x"
            })
    void refusesBadParameters(String query) throws Exception {
        HttpResponse<String> refused = server.get("/topics/history/records?" + query);

        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body()).contains("INVALID_REQUEST");
    }

    @Test
    void knowsItsTopicsAndPartitions() throws Exception {
        assertThat(server.get("/topics/none/records").statusCode()).isEqualTo(404);
        assertThat(server.get("/topics/history/records?partition=2").statusCode())
                .isEqualTo(404);
    }

    private static String read(String query) throws Exception {
        HttpResponse<String> answer = server.get("/topics/history/records?" + query);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return answer.body();
    }

    private static String resumeIn(String body) {
        return body.replaceFirst(".*\"resume\":\"([^\"]+)\".*", "$1");
    }

    private static String values(String query) throws Exception {
        return valuesIn(read(query));
    }

    private static String valuesIn(String body) {
        StringBuilder values = new StringBuilder();
        for (String record : body.split("\\{\"n\":")) {
            if (Character.isDigit(record.charAt(0))) {
                values.append(values.isEmpty() ? "" : " ").append(record, 0, record.indexOf('}'));
            }
        }
        return values.toString();
    }
}
