package io.millrace.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class MillraceServerIT {

    @TempDir
    Path directory;

    @Test
    void aStartedNodeIsReadyAndTakesConnectionsOnBothPorts() throws Exception {
        try (TestServer server = TestServer.startIn(directory)) {
            assertThat(HttpCalls.get(server.httpUrl() + "/readyz").statusCode()).isEqualTo(200);
            // Probes may add what they like.
            assertThat(HttpCalls.get(server.httpUrl() + "/readyz?from=balancer").statusCode())
                    .isEqualTo(200);
            assertThat(server.server().kafkaPort()).isNotZero();
            new Socket(InetAddress.getLoopbackAddress(), server.server().kafkaPort()).close();
        }
    }

    @Test
    void whatWasStoredIsThereAfterARestart() throws Exception {
        try (TestServer server = TestServer.startIn(directory)) {
            assertThat(HttpCalls.postJson(server.httpUrl() + "/topics", "{\"name\":\"readings\",\"partitions\":1}")
                            .statusCode())
                    .isEqualTo(201);
            assertThat(HttpCalls.postJson(server.httpUrl() + "/topics/readings/records", "{\"t\":21.5}")
                            .statusCode())
                    .isEqualTo(200);
        }

        try (TestServer server = TestServer.startIn(directory)) {
            assertThat(HttpCalls.get(server.httpUrl() + "/topics/readings/records?from=earliest")
                            .body())
                    .contains("{\"t\":21.5}");
        }
    }

    @Test
    void aReadThatWaitsIsAnsweredWhenTheNodeStops() throws Exception {
        CompletableFuture<HttpResponse<String>> waiting;
        try (TestServer server = TestServer.startIn(directory)) {
            HttpCalls.postJson(server.httpUrl() + "/topics", "{\"name\":\"readings\",\"partitions\":1}");
            waiting = HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .build()
                    .sendAsync(
                            HttpRequest.newBuilder(URI.create(server.httpUrl() + "/topics/readings/records?wait=50s"))
                                    .build(),
                            BodyHandlers.ofString());
            Awaitility.await()
                    .untilAsserted(() -> assertThat(
                                    HttpCalls.get(server.httpUrl() + "/metrics").body())
                            .contains("millrace_http_connections 2"));
        }
        HttpResponse<String> answer = waiting.get(10, TimeUnit.SECONDS);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).startsWith("{\"records\":[],\"resume\":\"");
        assertThat(answer.headers().firstValue("connection")).contains("close");
    }

    @Test
    void theConfiguredTopicSettingsReachTheTopics() throws Exception {
        try (TestServer server =
                TestServer.startIn(directory, "topics.defaultPartitions=3", "topics.defaults.retention.ms=12345")) {
            HttpCalls.postJson(server.httpUrl() + "/topics", "{\"name\":\"readings\"}");

            assertThat(HttpCalls.get(server.httpUrl() + "/topics/readings").body())
                    .contains("12345");
            assertThat(HttpCalls.get(server.httpUrl() + "/topics/readings/partitions")
                            .body())
                    .contains("\"partition\":2")
                    .doesNotContain("\"partition\":3");
        }
    }

    @Test
    void whenTheKafkaPortIsTaken_theMessageNamesItAndTheKey() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> MillraceServer.start(
                            TestServer.config(directory, null, "kafka.port=" + taken.getLocalPort())))
                    .isInstanceOf(StartupException.class)
                    .hasMessageContainingAll("127.0.0.1:" + taken.getLocalPort(), "kafka.port");
        }
        assertDirectoryIsFree();
    }

    @Test
    void whenTheHttpPortIsTaken_theMessageNamesItAndTheKey() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> MillraceServer.start(
                            TestServer.config(directory, null, "http.port=" + taken.getLocalPort())))
                    .isInstanceOf(StartupException.class)
                    .hasMessageContainingAll("127.0.0.1:" + taken.getLocalPort(), "http.port");
        }
        assertDirectoryIsFree();
    }

    @Test
    void whenTheDataDirectoryIsInUse_theMessageNamesItAndTheFirstNodeGoesOn() throws Exception {
        try (TestServer first = TestServer.startIn(directory)) {
            assertThatThrownBy(() -> MillraceServer.start(TestServer.config(directory, null)))
                    .isInstanceOf(StartupException.class)
                    .hasMessageContaining(directory.toString());
            assertThat(HttpCalls.get(first.httpUrl() + "/readyz").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void whenTheDataDirectoryCannotBeMade_theMessageNamesIt() throws Exception {
        Path file = Files.writeString(directory.resolve("a-file"), "not a directory");
        Path inside = file.resolve("data");

        assertThatThrownBy(() -> MillraceServer.start(TestServer.config(inside, null)))
                .isInstanceOf(StartupException.class)
                .hasMessageContaining(inside.toString());
    }

    @Test
    void closingTwiceIsHarmless() {
        TestServer server = TestServer.startIn(directory);

        server.close();
        server.close();

        assertDirectoryIsFree();
    }

    private void assertDirectoryIsFree() {
        TestServer.startIn(directory).close();
    }
}
