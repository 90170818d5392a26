package io.millrace.websocket;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.Vertx;
import io.vertx.core.http.ClientWebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code permessage-deflate}, spoken by the client of Vert.x and Netty. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CompressionIT {

    private final Vertx vertx = Vertx.vertx();
    private final WebSocketClient client = vertx.createWebSocketClient(new WebSocketClientOptions()
            .setTryUsePerMessageCompression(true)
            // Netty takes these from a server only when it was told to; browsers, and RFC 7692, do without.
            .setCompressionAllowClientNoContext(true)
            .setCompressionRequestServerNoContext(true)
            .setMaxMessageSize(4 << 20));
    private BlockingQueue<JsonNode> received;
    private GatewayNode node;

    @BeforeAll
    void start(@TempDir Path directory) {
        node = GatewayNode.start(directory);
        node.createTopic("long", 1);
        for (int i = 0; i < 20; i++) {
            node.append("long", value(i));
        }
    }

    private static String value(int i) {
        return "{\"n\":" + i + ",\"text\":\"" + "yes ".repeat(i * 40) + "\"}";
    }

    @AfterAll
    void stop() {
        node.close();
        GatewayNode.await(vertx.close());
    }

    private ClientWebSocket open(String pathAndQuery, String... subprotocols) {
        // Of its own: what an earlier socket is still sent is not this one's.
        BlockingQueue<JsonNode> messages = new LinkedBlockingQueue<>();
        received = messages;
        ClientWebSocket socket = client.webSocket();
        socket.textMessageHandler(text -> messages.add(TestSocket.json(text)));
        GatewayNode.await(socket.connect(new WebSocketConnectOptions()
                .setHost("127.0.0.1")
                .setPort(node.port())
                .setURI(pathAndQuery)
                .setSubProtocols(List.of(subprotocols))));
        assertThat(socket.headers().get("Sec-WebSocket-Extensions"))
                .isEqualTo("permessage-deflate; server_no_context_takeover; client_no_context_takeover");
        return socket;
    }

    private JsonNode next() throws InterruptedException {
        JsonNode next = received.poll(20, TimeUnit.SECONDS);
        assertThat(next).isNotNull();
        return next;
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "&batch=7"})
    void recordsAreTheSameForAClientThatTakesThemCompressed(String batch) throws Exception {
        open("/topics/long/stream?from=earliest" + batch);
        int n = 0;
        while (n < 20) {
            JsonNode message = next();
            for (JsonNode record : message.isArray() ? message : List.of(message)) {
                assertThat(record.get("value")).isEqualTo(TestSocket.json(value(n)));
                n++;
            }
        }
    }

    @Test
    void messagesAreCompressedBothWays() throws Exception {
        ClientWebSocket socket = open("/stream", "millrace.v1.json");
        assertThat(next().get("type").asText()).isEqualTo("welcome");
        // Long enough that Netty compresses it, and in fragments.
        String subscribe = "{\"type\":\"subscribe\",\"sid\":1,\"topics\":[\"long\"],\"from\":\"earliest\",\"where\":\""
                + "true && ".repeat(100) + "true\"}";
        socket.writeTextMessage(subscribe);
        int n = 0;
        while (n < 20) {
            JsonNode message = next();
            if (message.get("type").asText().equals("records")) {
                for (JsonNode record : message.get("records")) {
                    assertThat(record.get("value")).isEqualTo(TestSocket.json(value(n)));
                    n++;
                }
            }
        }
    }

    @Test
    void theBytesOnTheWireAreFewer() throws Exception {
        node.createTopic("counted", 1);
        for (int i = 0; i < 20; i++) {
            node.append("counted", value(i));
        }
        open("/topics/counted/stream?from=earliest");
        for (int n = 0; n < 20; n++) {
            next();
        }
        // Bytes are counted at the end of a round, in which they may have arrived already.
        await().untilAsserted(
                        () -> assertThat(node.metrics().recordsOf("counted")).isEqualTo(20));
        long values = 0;
        for (int n = 0; n < 20; n++) {
            values += value(n).getBytes(UTF_8).length;
        }
        assertThat(node.metrics().bytesOf("counted")).isPositive().isLessThan(values / 2);
    }
}
