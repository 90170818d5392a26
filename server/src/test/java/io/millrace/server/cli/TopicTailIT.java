package io.millrace.server.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.cluster.peer.FreePorts;
import io.millrace.server.TestServer;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class TopicTailIT {

    @TempDir
    Path directory;

    private final List<JsonNode> received = new CopyOnWriteArrayList<>();

    @Test
    void goesOnWithoutLossOrRepetitionWhenTheNodeIsRestarted() throws Exception {
        String samePort = "http.port=" + FreePorts.next();
        TestServer server = TestServer.startIn(directory, samePort);
        NodeClient client = new NodeClient(URI.create(server.httpUrl()), null);
        client.post("/topics", "application/json", "{\"name\":\"readings\",\"partitions\":3}");
        produce(client, 0, 10);
        TopicTail tail = tail(client, "earliest", null, 20);
        Thread following = new Thread(() -> run(tail));
        following.start();
        Awaitility.await().until(() -> received.size() == 10);

        server.close();
        server = TestServer.startIn(directory, samePort);
        produce(client, 10, 20);
        following.join();
        server.close();

        assertThat(received.stream()
                        .map(record -> record.path("value").path("n").asInt()))
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, 20).boxed().toList());
    }

    @Test
    void followsOnlyTheKeyThatIsAskedFor() throws Exception {
        try (TestServer server = TestServer.startIn(directory)) {
            NodeClient client = new NodeClient(URI.create(server.httpUrl()), null);
            client.post("/topics", "application/json", "{\"name\":\"readings\",\"partitions\":3}");
            produce(client, 0, 10);

            tail(client, "earliest", "dev-7", 1).run();

            assertThat(received)
                    .singleElement()
                    .matches(record -> record.path("value").path("n").asInt() == 7);
        }
    }

    @Test
    void anUnknownTopicEndsWithTheNodesAnswer() {
        try (TestServer server = TestServer.startIn(directory)) {
            NodeClient client = new NodeClient(URI.create(server.httpUrl()), null);

            assertThatThrownBy(() -> tail(client, "latest", null, 1).run())
                    .isInstanceOf(CommandFailure.class)
                    .hasMessageContaining("readings");
        }
    }

    private TopicTail tail(NodeClient client, String from, String key, long limit) {
        return new TopicTail(
                client, new TopicTail.Request("readings", from, null, key, "json", limit), received::add, note -> {});
    }

    private static void run(TopicTail tail) {
        try {
            tail.run();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void produce(NodeClient client, int from, int to) {
        for (int n = from; n < to; n++) {
            client.post("/topics/readings/records?key=dev-" + n, "application/json", "{\"n\":" + n + "}");
        }
    }
}
