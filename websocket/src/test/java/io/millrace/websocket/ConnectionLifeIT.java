package io.millrace.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.partition.PartitionService;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.EOFException;
import java.lang.reflect.Proxy;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From the handshake to the last close frame. */
class ConnectionLifeIT {

    /** Longer than a client's thread has to wait for its turn on a busy machine. */
    private static final int PONG_TIMEOUT_MS = 3_000;

    private final HttpClient client = HttpClient.newHttpClient();
    private GatewayNode node;

    @BeforeEach
    void start(@TempDir Path directory) {
        node = GatewayNode.start(
                directory,
                GatewayLimits.builder()
                        .heartbeatMs(100, 25_000, 60_000)
                        .pongTimeoutMs(PONG_TIMEOUT_MS)
                        .drainMs(300)
                        .build());
        node.createTopic("readings", 1);
    }

    @AfterEach
    void stop() {
        node.close();
    }

    @Test
    void anIdleClientThatAnswersPingsIsKept() {
        TestSocket socket = TestSocket.open(client, node.ws("/topics/readings/stream?heartbeat=100ms"));
        // Longer than a ping and the patience with its answer.
        await().during(Duration.ofMillis(PONG_TIMEOUT_MS + 500)).until(() -> !socket.isClosed());
        node.append("readings", "1");
        assertThat(socket.nextJson().get("offset").asLong()).isZero();
    }

    @Test
    void aClientThatDoesNotAnswerAPingIsClosedWith4504() throws Exception {
        try (RawFrames frames = RawFrames.open(node.port(), "/topics/readings/stream?heartbeat=100ms")) {
            RawFrames.Frame frame = frames.next();
            assertThat(frame.opcode()).isEqualTo(RawFrames.Frame.PING);
            while (frame.opcode() == RawFrames.Frame.PING) {
                frame = frames.next();
            }
            assertThat(frame.opcode()).isEqualTo(RawFrames.Frame.CLOSE);
            assertThat(frame.closeCode()).isEqualTo(4504);
        }
        await().untilAsserted(() -> assertThat(node.metrics().closeCodes).containsExactly(4504));
    }

    @Test
    void whatAPlainClientSendsIsIgnored() {
        TestSocket socket = TestSocket.open(client, node.ws("/topics/readings/stream"));
        for (int i = 0; i < 100; i++) {
            socket.sendText("{\"type\":\"subscribe\"}");
        }
        node.append("readings", "1");
        assertThat(socket.nextJson().get("value").asInt()).isEqualTo(1);
        assertThat(socket.isClosed()).isFalse();
    }

    @Test
    void aClientThatClosesGetsOneCloseFrameAndThenTheEnd() throws Exception {
        try (RawFrames frames = RawFrames.open(node.port(), "/topics/readings/stream")) {
            frames.sendClose(1000);
            RawFrames.Frame answer = frames.next();
            assertThat(answer.opcode()).isEqualTo(RawFrames.Frame.CLOSE);
            assertThat(answer.closeCode()).isEqualTo(1000);
            assertThatThrownBy(frames::next).isInstanceOf(EOFException.class);
        }
    }

    @Test
    void aClientThatClosesOrVanishesGivesEverythingBack() throws Exception {
        TestSocket orderly = TestSocket.open(client, node.ws("/topics/readings/stream"));
        TestSocket abrupt = TestSocket.open(client, node.ws("/topics/readings/stream"));
        TestStream stream = TestStream.sse(client, node.http("/topics/readings/stream"));
        assertThat(node.gateway().openStreams()).isEqualTo(3);
        orderly.close();
        assertThat(orderly.closeCode()).isEqualTo(1000);
        await().untilAsserted(() -> assertThat(node.metrics().closeCodes).containsExactly(1000));
        abrupt.abort();
        await().untilAsserted(() -> assertThat(node.metrics().closeCodes).containsExactly(1000, 1006));
        stream.close();
        await().untilAsserted(() -> assertThat(node.metrics().closeCodes).containsExactly(1000, 1006, 1000));
        await().untilAsserted(() -> assertThat(node.gateway().openStreams()).isZero());
    }

    @Test
    void whenTheTopicIsDeletedItsFollowersAreClosedWith4404() {
        node.createTopic("gone", 3);
        TestSocket live = TestSocket.open(client, node.ws("/topics/gone/stream"));
        TestSocket other = TestSocket.open(client, node.ws("/topics/readings/stream"));
        node.append("gone", "1");
        assertThat(live.nextJson().get("offset").asLong()).isZero();
        node.deleteTopic("gone");
        assertThat(live.closeCode()).isEqualTo(4404);
        assertThat(live.closeReason()).startsWith("UNKNOWN_TOPIC_OR_PARTITION: ");
        node.append("readings", "1");
        assertThat(other.nextJson().get("offset").asLong()).isZero();
    }

    @Test
    void aNodeThatDrainsClosesItsStreamsWith1012AndTakesNoNewOnes() throws Exception {
        List<TestSocket> sockets = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            sockets.add(TestSocket.open(client, node.ws("/topics/readings/stream")));
        }
        TestStream stream = TestStream.sse(client, node.http("/topics/readings/stream"));
        stream.event();
        stream.event();
        TestMessages messages = TestMessages.json(client, node);
        messages.subscribe(7, "'topics':['readings']");
        messages.next("caught_up");
        Future<Void> drained = node.gateway().drain();
        TestStream.Event drain = stream.event();
        assertThat(drain.type()).isEqualTo("drain");
        assertThat(drain.json().get("reconnect_after_ms").asLong()).isBetween(1_000L, 5_300L);
        JsonNode told = messages.next("drain");
        long graceMs = told.get("grace_ms").asLong();
        assertThat(graceMs).as("when it will be closed").isBetween(0L, 300L);
        assertThat(told.get("reconnect_after_ms").asLong() - graceMs).isBetween(1_000L, 5_000L);
        assertThat(told.at("/resume/7").asText()).isNotEmpty();
        HttpResponse<String> refused = client.send(
                HttpRequest.newBuilder(node.http("/topics/readings/stream")).build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.headers().firstValue("retry-after")).isPresent();
        sockets.forEach(socket -> {
            assertThat(socket.closeCode()).isEqualTo(1012);
            assertThat(socket.closeReason()).startsWith("LEADER_NOT_AVAILABLE: ");
        });
        assertThat(stream.event()).isNull();
        assertThat(messages.closeCode()).isEqualTo(1012);
        GatewayNode.await(drained);
        assertThat(node.gateway().openStreams()).isZero();
        assertThat(node.metrics().closeCodes).hasSize(12).containsOnly(1012);
    }

    @Test
    void whenAPartitionLosesItsLeaderWhileAStartIsLookedUpTheStreamWaitsForTheNextOne(@TempDir Path directory) {
        try (GatewayNode own = GatewayNode.start(directory, ConnectionLifeIT::whoseFirstSearchFails)) {
            own.createTopic("readings", 1);
            TestMessages messages = TestMessages.json(client, own);

            JsonNode waiting = messages.subscribe(7, "'topics':['readings'],'from':'ago:1m'")
                    .at("/partitions/0/position");

            assertThat(waiting.isNull()).as("known already: %s", waiting).isTrue();
            assertThat(messages.next("subscribed").at("/partitions/0/position").asLong(-1))
                    .isZero();
            messages.next("caught_up");
            own.appendNumbers("readings", 0, 0, 1);
            assertThat(messages.next("records").get("sid").asInt()).isEqualTo(7);
        }
    }

    /** Partitions of which the first search by time fails after a while, because their leader has changed. */
    private static PartitionService whoseFirstSearchFails(PartitionService real) {
        AtomicBoolean failed = new AtomicBoolean();
        return (PartitionService) Proxy.newProxyInstance(
                PartitionService.class.getClassLoader(),
                new Class<?>[] {PartitionService.class},
                (proxy, method, arguments) -> {
                    if (!method.getName().equals("findByTimestamp") || failed.getAndSet(true)) {
                        return method.invoke(real, arguments);
                    }
                    Promise<Object> search = Promise.promise();
                    Vertx.currentContext()
                            .runOnContext(v -> search.fail(
                                    new MillraceException(ErrorCode.NOT_LEADER_OR_FOLLOWER, "moved, for a test")));
                    return search.future();
                });
    }
}
