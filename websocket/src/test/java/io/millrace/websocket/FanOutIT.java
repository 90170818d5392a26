package io.millrace.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.websocket.protocol.Gap;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many followers of the same records: they share what is read and encoded, and nothing else. */
class FanOutIT {

    private static final int FOLLOWERS = 300;

    private final HttpClient client = HttpClient.newHttpClient();

    @Test
    void threeHundredFollowersAllReceiveEverythingAndItIsEncodedOnce(@TempDir Path directory) {
        try (GatewayNode node = GatewayNode.start(directory)) {
            node.createTopic("readings", 1);
            List<TestSocket> followers = open(node, FOLLOWERS, "/topics/readings/stream");
            for (int i = 0; i < 100; i++) {
                node.append("readings", "{\"t\":" + i + "}");
            }
            for (TestSocket follower : followers) {
                List<JsonNode> records = follower.nextJson(100);
                for (int i = 0; i < 100; i++) {
                    assertThat(records.get(i).get("offset").asLong()).isEqualTo(i);
                    assertThat(records.get(i).get("value").get("t").asLong()).isEqualTo(i);
                }
            }
            CountingMetrics metrics = node.metrics();
            await().untilAsserted(() -> assertThat(metrics.records).hasValue(FOLLOWERS * 100L));
            assertThat(metrics.encoded.get()).isLessThanOrEqualTo(100);
            assertThat(metrics.shared.get()).isEqualTo(metrics.encoded.get() * FOLLOWERS);
            assertThat(metrics.opened.get()).isEqualTo(FOLLOWERS);
            assertThat(metrics.latencies.get()).isPositive();
            followers.forEach(TestSocket::abort);
            await().untilAsserted(() -> assertThat(node.gateway().openStreams()).isZero());
        }
    }

    @Test
    void followersOfOneFormatDoNotSeeTheOther(@TempDir Path directory) {
        try (GatewayNode node = GatewayNode.start(directory)) {
            node.createTopic("readings", 1);
            List<TestSocket> json = open(node, 10, "/topics/readings/stream");
            List<TestSocket> base64 = open(node, 10, "/topics/readings/stream?format=base64");
            List<TestSocket> values = open(node, 10, "/topics/readings/stream?envelope=value");
            node.append("readings", "{\"t\":1}");
            json.forEach(socket ->
                    assertThat(socket.nextJson().get("value").toString()).isEqualTo("{\"t\":1}"));
            base64.forEach(
                    socket -> assertThat(socket.nextJson().has("value_base64")).isTrue());
            values.forEach(socket -> assertThat(socket.next()).isEqualTo("{\"t\":1}"));
            assertThat(node.metrics().encoded.get()).isEqualTo(3);
        }
    }

    @Test
    void aFollowerThatNeverReadsChangesNothingForTheOthersAndIsClosed(@TempDir Path directory) throws Exception {
        // The others stand still, too, while the machine does: for less than this.
        GatewayLimits limits = GatewayLimits.builder()
                .stalledTimeoutMs(5_000)
                .closeTimeoutMs(500)
                .outboundBufferBytes(64 << 10)
                .build();
        try (GatewayNode node = GatewayNode.start(directory, limits);
                RawFrames silent = startOfReadings(node)) {
            List<TestSocket> followers = open(node, 20, "/topics/readings/stream");
            // Each record is big, so that the kernel's buffers of the silent connection fill up too.
            String value = "{\"pad\":\"" + "x".repeat(100_000) + "\",\"n\":";
            int sent = 0;
            while (node.metrics().stalled.get() == 0) {
                node.append("readings", value + sent++ + "}");
                assertThat(sent).as("the silent follower's buffer never filled").isLessThan(2_000);
            }
            for (int i = 0; i < 50; i++) {
                node.append("readings", value + sent++ + "}");
            }
            for (TestSocket follower : followers) {
                for (int i = 0; i < sent; i++) {
                    assertThat(follower.nextJson().get("value").get("n").asInt())
                            .isEqualTo(i);
                }
            }
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(node.metrics().closeCodes).containsExactly(4501));
            await().untilAsserted(() -> assertThat(node.gateway().openStreams()).isEqualTo(20));
            assertThat(silent.isConnected()).isTrue();
            node.append("readings", value + sent + "}");
            for (TestSocket follower : followers) {
                assertThat(follower.nextJson().get("value").get("n").asInt()).isEqualTo(sent);
                assertThat(follower.isClosed()).isFalse();
            }
        }
    }

    @Test
    void aFollowerThatPausesGoesOnWhereItWasOnceItReadsAgain(@TempDir Path directory) throws Exception {
        GatewayLimits limits =
                GatewayLimits.builder().outboundBufferBytes(64 << 10).build();
        try (GatewayNode node = GatewayNode.start(directory, limits);
                RawFrames slow = startOfReadings(node)) {
            String value = "{\"pad\":\"" + "x".repeat(50_000) + "\",\"n\":";
            int sent = 0;
            while (node.metrics().stalled.get() == 0) {
                node.append("readings", value + sent++ + "}");
                assertThat(sent).as("the follower's buffer never filled").isLessThan(2_000);
            }
            // Far more than the ring holds.
            for (int i = 0; i < 100; i++) {
                node.append("readings", value + sent++ + "}");
            }
            for (int i = 0; i < sent; i++) {
                assertThat(TestSocket.json(slow.nextText())
                                .get("value")
                                .get("n")
                                .asInt())
                        .isEqualTo(i);
            }
            node.append("readings", value + sent + "}");
            assertThat(TestSocket.json(slow.nextText()).get("value").get("n").asInt())
                    .isEqualTo(sent);
        }
    }

    @Test
    void aFollowerThatRetentionPassesByIsToldWhatItMissed(@TempDir Path directory) throws Exception {
        GatewayLimits limits =
                GatewayLimits.builder().outboundBufferBytes(64 << 10).build();
        try (GatewayNode node = GatewayNode.start(directory, limits);
                RawFrames slow = startOfReadings(node)) {
            String value = "\"" + "x".repeat(50_000) + "\"";
            long sent = 0;
            while (node.metrics().stalled.get() == 0) {
                node.append("readings", value);
                assertThat(++sent).as("the follower's buffer never filled").isLessThan(2_000);
            }
            for (int i = 0; i < 50; i++) {
                node.append("readings", value);
                sent++;
            }
            GatewayNode.await(node.partitions().deleteRecords(node.partition("readings", 0), sent - 5));
            long next = 0;
            List<String> gaps = new ArrayList<>();
            while (next < sent) {
                JsonNode record = TestSocket.json(slow.nextText());
                JsonNode gap = record.get("gap");
                if (gap != null) {
                    assertThat(gap.get("from").asLong()).isEqualTo(next);
                    gaps.add(gap.get("reason").asText());
                    next = gap.get("to").asLong();
                }
                assertThat(record.get("offset").asLong()).isEqualTo(next++);
            }
            assertThat(gaps).containsExactly("retention");
            assertThat(node.metrics().gaps).containsExactly(Gap.Reason.RETENTION);
        }
    }

    @Test
    void followersThatComeTogetherShareWhatIsReadFromTheLog(@TempDir Path directory) throws Exception {
        try (GatewayNode node = GatewayNode.start(directory)) {
            node.createTopic("readings", 1);
            node.appendNumbers("readings", 0, 0, 1_000);
            List<RawFrames> followers = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                followers.add(RawFrames.open(node.port(), "/topics/readings/stream?from=last:200"));
            }
            for (RawFrames follower : followers) {
                for (long offset = 800; offset < 1_000; offset++) {
                    assertThat(TestSocket.json(follower.nextText())
                                    .get("offset")
                                    .asLong())
                            .isEqualTo(offset);
                }
                follower.close();
            }
            assertThat(node.metrics().encoded.get()).isLessThan(10);
        }
    }

    private static RawFrames startOfReadings(GatewayNode node) throws IOException {
        node.createTopic("readings", 1);
        return RawFrames.open(node.port(), "/topics/readings/stream?from=earliest");
    }

    private List<TestSocket> open(GatewayNode node, int count, String path) {
        List<CompletableFuture<TestSocket>> opening = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            opening.add(TestSocket.openAsync(client, node.ws(path)));
        }
        return opening.stream().map(CompletableFuture::join).toList();
    }
}
