package io.millrace.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.websocket.auth.ClientIdentity;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How many streams an address and a node may have, how fast, and how much they may send (gateway protocol §11). */
class ConnectionLimitsIT {

    private static final String PAGE = "https://app.example.org";
    private static final String STREAM = "/topics/readings/stream";

    @TempDir
    Path directory;

    @Test
    void anAddressThatHasItsStreamsIsToldSoWith429AndWhenToComeBackAlsoAPage() throws Exception {
        GatewayLimits limits = GatewayLimits.builder()
                .streamsPerAddressMax(2)
                .allowedOrigins(Set.of(PAGE))
                .build();
        try (GatewayNode node = start(limits)) {
            RawFrames first = RawFrames.open(node.port(), STREAM);
            RawFrames second = RawFrames.open(node.port(), STREAM);
            for (String[] headers : new String[][] {{}, {"Origin", PAGE}}) {
                assertThatThrownBy(() -> RawFrames.open(node.port(), STREAM, headers))
                        .hasMessageContaining("HTTP/1.1 429")
                        .hasMessageMatching("(?is).*retry-after: [1-5].*");
            }
            first.close();
            await().ignoreExceptionsInstanceOf(IOException.class).until(() -> {
                RawFrames.open(node.port(), STREAM).close();
                return true;
            });
            second.close();
            await().until(() -> node.gateway().openStreams() == 0);
        }
    }

    @Test
    void streamsThatAreOpenedTooFastAreToldToComeBackWith503() throws Exception {
        try (GatewayNode node =
                start(GatewayLimits.builder().streamsPerSecondMax(1).build())) {
            RawFrames.open(node.port(), STREAM).close();
            assertThatThrownBy(() -> {
                        // Each may have taken a second itself, though not all of them.
                        for (int i = 0; i < 20; i++) {
                            RawFrames.open(node.port(), STREAM).close();
                        }
                    })
                    .hasMessageContaining("HTTP/1.1 503")
                    .hasMessageMatching("(?is).*retry-after: [1-5].*");
        }
    }

    @Test
    void aNodeHasALargestNumberOfSubscriptionsWhateverTheirConnections() throws Exception {
        HttpClient client = HttpClient.newHttpClient();
        try (GatewayNode node =
                        start(GatewayLimits.builder().subscriptionsMax(3).build());
                TestMessages one = TestMessages.json(client, node);
                TestMessages other = TestMessages.json(client, node)) {
            one.subscribe(1, "'topics':['readings']");
            one.next("caught_up");
            one.subscribe(2, "'topics':['readings']");
            RawFrames plain = RawFrames.open(node.port(), STREAM);
            await().until(() -> node.metrics().subscriptions.get() == 3);

            other.send("{'type':'subscribe','sid':1,'id':'x','topics':['readings']}");
            JsonNode error = other.next("error");
            assertThat(error.get("error").asText()).isEqualTo("THROTTLING_QUOTA_EXCEEDED");
            assertThat(error.get("message").asText()).contains("gateway.subscriptionsMax");
            assertThat(error.get("retriable").asBoolean()).isTrue();
            assertThatThrownBy(() -> RawFrames.open(node.port(), STREAM))
                    .hasMessageContaining("HTTP/1.1 429")
                    .hasMessageMatching("(?is).*retry-after: [1-5].*");
            assertThat(node.metrics().refusedSubscriptions).hasValue(2);

            one.send("{'type':'unsubscribe','sid':1,'id':'u'}");
            one.skipTo("unsubscribed");
            other.subscribe(1, "'topics':['readings']");
            other.next("caught_up");
            plain.close();
            await().until(() -> node.metrics().subscriptions.get() == 2);
            other.subscribe(2, "'topics':['readings']");
        }
    }

    @Test
    void aNodeCanTakeLongerMessages() {
        try (GatewayNode node =
                        start(GatewayLimits.builder().messageBytesMax(2 << 20).build());
                TestMessages messages =
                        TestMessages.open(HttpClient.newHttpClient(), node, "/stream", "millrace.v1.json")) {
            assertThat(messages.next("welcome").get("max_message_bytes").asInt())
                    .isEqualTo(2 << 20);
            messages.send("{'type':'ping','id':'long'," + "'pad':'" + "x".repeat(1_500_000) + "'}");
            assertThat(messages.next("pong").get("id").asText()).isEqualTo("long");
        }
    }

    @Test
    void messagesThatManyClientsLeaveUnfinishedAreBoundedTogether() throws Exception {
        GatewayLimits limits = GatewayLimits.builder()
                .messageBytesMax(300_000)
                .unfinishedBytesMax(400_000)
                .build();
        List<RawFrames> hostile = new ArrayList<>();
        try (GatewayNode node = start(limits)) {
            byte[] halfAFrame = new byte[100_014];
            System.arraycopy(RawFrames.masked(0x81, new byte[200_000]), 0, halfAFrame, 0, halfAFrame.length);
            for (int i = 0; i < 3; i++) {
                hostile.add(messages(node).sendBytes(halfAFrame));
            }
            await().until(() -> node.gateway().unfinishedBytes() >= 300_000);
            try (RawFrames oneTooMany = messages(node)) {
                for (int i = 0; i < 3; i++) {
                    oneTooMany.send(i == 0 ? 1 : 0, new byte[60_000]);
                }
                assertThat(oneTooMany.nextCloseCode()).isEqualTo(1013);
            }
            // A message that is whole needs no room for long.
            try (RawFrames other = messages(node)) {
                other.send(0x81, "{\"type\":\"ping\",\"id\":\"p\"}".getBytes(StandardCharsets.UTF_8));
                assertThat(other.nextText()).contains("welcome");
                assertThat(other.nextText()).contains("pong");
            }
            for (RawFrames each : hostile) {
                each.close();
            }
            await().until(() -> node.gateway().unfinishedBytes() == 0);
            await().until(() -> node.gateway().openStreams() == 0);
        }
    }

    /** One read of a socket holds more than is kept behind a request only when it is compressed. */
    @Test
    void whoSendsFarTooMuchBehindARequestThatTakesItsTimeIsClosedWith4429() throws Exception {
        Queue<Future<ClientIdentity>> answers = new ConcurrentLinkedQueue<>(List.of(
                Future.succeededFuture(ClientIdentity.ANONYMOUS),
                Promise.<ClientIdentity>promise().future()));
        try (GatewayNode node = GatewayNode.start(directory, GatewayLimits.defaults(), shown -> answers.remove());
                RawFrames client = deflating(node)) {
            assertThat(client.nextText()).contains("welcome");
            // Netty reads more at once from those who have sent much.
            for (int i = 0; i < 5; i++) {
                client.send(0x81, paddedPing(200_000).getBytes(StandardCharsets.UTF_8));
                assertThat(client.nextText()).contains("pong");
            }
            ByteArrayOutputStream atOnce = new ByteArrayOutputStream();
            atOnce.writeBytes(
                    RawFrames.masked(0x81, "{\"type\":\"auth\",\"token\":\"t\"}".getBytes(StandardCharsets.UTF_8)));
            byte[] ping = RawFrames.masked(0xc1, deflated(paddedPing(1_000_000)));
            for (int i = 0; i < 6; i++) {
                atOnce.writeBytes(ping);
            }
            client.sendBytes(atOnce.toByteArray());
            assertThat(client.nextText()).contains("\"error\":\"THROTTLING_QUOTA_EXCEEDED\"", "wait behind a request");
            assertThat(client.nextCloseCode()).isEqualTo(4429);
            await().untilAsserted(() -> assertThat(node.metrics().closeCodes).containsExactly(4429));
        }
    }

    @Test
    void aCompressedMessageIsBoundedByTheLengthThatItWouldHave() throws Exception {
        try (GatewayNode node = start(GatewayLimits.defaults())) {
            for (int bytes : new int[] {1 << 20, (1 << 20) + 1, 20 << 20}) {
                try (RawFrames client = deflating(node)) {
                    assertThat(client.nextText()).contains("welcome");
                    client.send(0xc1, deflated(paddedPing(bytes)));
                    if (bytes == 1 << 20) {
                        assertThat(client.nextText()).contains("pong");
                    } else {
                        assertThat(client.nextCloseCode()).as("%s bytes", bytes).isEqualTo(1009);
                    }
                }
            }
            await().until(() -> node.gateway().unfinishedBytes() == 0);
        }
    }

    private static RawFrames deflating(GatewayNode node) throws IOException {
        return RawFrames.open(
                node.port(),
                "/stream",
                "Sec-WebSocket-Protocol",
                "millrace.v1.json",
                "Sec-WebSocket-Extensions",
                "permessage-deflate; server_no_context_takeover; client_no_context_takeover");
    }

    /** A message of this length. */
    private static String paddedPing(int bytes) {
        String beginning = "{\"type\":\"ping\",\"pad\":\"";
        return beginning + "x".repeat(bytes - beginning.length() - 2) + "\"}";
    }

    /** As RFC 7692 §7.2.1 has it. */
    private static byte[] deflated(String text) {
        Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION, true);
        deflater.setInput(text.getBytes(StandardCharsets.UTF_8));
        byte[] compressed = new byte[text.length()];
        int length = deflater.deflate(compressed, 0, compressed.length, Deflater.SYNC_FLUSH);
        deflater.end();
        return Arrays.copyOf(compressed, length - 4);
    }

    private GatewayNode start(GatewayLimits limits) {
        GatewayNode node = GatewayNode.start(directory, limits);
        node.createTopic("readings", 1);
        return node;
    }

    private static RawFrames messages(GatewayNode node) throws IOException {
        return RawFrames.open(node.port(), "/stream", "Sec-WebSocket-Protocol", "millrace.v1.json");
    }
}
