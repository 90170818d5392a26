package io.millrace.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.cluster.partition.Acks;
import io.millrace.cluster.partition.AppendCommand;
import io.millrace.cluster.record.RecordBatches;
import io.millrace.storage.batch.BatchHeader;
import io.millrace.websocket.protocol.Gap;
import java.net.http.HttpClient;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A producer's batch that cannot be taken apart is told as a gap, also when nothing lies behind it yet. */
class UnreadableBatchIT {

    private static final String GAP = "{\"from\":1,\"to\":3,\"reason\":\"unreadable\"}";

    private final HttpClient client = HttpClient.newHttpClient();

    @ParameterizedTest
    @ValueSource(strings = {"", "&conflate=10ms"})
    void whoReadsTheLogUpToItIsToldWithTheNextRecord(String query, @TempDir Path directory) {
        try (GatewayNode node = GatewayNode.start(directory)) {
            node.createTopic("readings", 1);
            node.append("readings", "0");
            appendLying(node);
            TestSocket follower = TestSocket.open(client, node.ws("/topics/readings/stream?from=earliest" + query));
            assertThat(follower.nextJson().has("gap")).isFalse();
            await().untilAsserted(() -> assertThat(node.metrics().gaps).containsExactly(Gap.Reason.UNREADABLE));
            node.append("readings", "3");
            JsonNode record = follower.nextJson();
            assertThat(record.get("offset").asLong()).isEqualTo(3);
            assertThat(record.get("gap").toString()).isEqualTo(GAP);
            node.append("readings", "4");
            assertThat(follower.nextJson().has("gap")).isFalse();
        }
    }

    @Test
    void whoIsLiveIsToldToo(@TempDir Path directory) {
        try (GatewayNode node = GatewayNode.start(directory)) {
            node.createTopic("readings", 1);
            TestSocket plain = TestSocket.open(client, node.ws("/topics/readings/stream"));
            TestSocket control = TestSocket.open(client, node.ws("/topics/readings/stream?control=1"));
            node.append("readings", "0");
            assertThat(plain.nextJson().get("offset").asLong()).isZero();
            appendLying(node);
            await().untilAsserted(() -> assertThat(node.metrics().gaps).hasSize(2));
            node.append("readings", "3");
            assertThat(plain.nextJson().get("gap").toString()).isEqualTo(GAP);

            JsonNode message = control.nextJson();
            while (!message.path("type").asText().equals("gap")) {
                message = control.nextJson();
            }
            assertThat(message.get("from").asLong()).isEqualTo(1);
            assertThat(message.get("to").asLong()).isEqualTo(3);
            assertThat(control.nextJson().get("offset").asLong()).isEqualTo(3);
        }
    }

    /** A batch that says it has two records and has one, with a checksum that agrees. */
    private static void appendLying(GatewayNode node) {
        ByteBuffer batch = RecordBatches.build(List.of(GatewayNode.record(null, "x")), System.currentTimeMillis());
        batch.putInt(batch.position() + 57, 2).putInt(batch.position() + 23, 1);
        batch.putInt(batch.position() + 17, BatchHeader.computeCrc(batch, batch.position()));
        GatewayNode.await(
                node.partitions().append(new AppendCommand(node.partition("readings", 0), batch, Acks.LEADER, 10_000)));
    }
}
